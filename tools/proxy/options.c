/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/options.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: taskcluster-proxy [options] [SCOPE...]\n"
	"\n"
	"Signs what a task sends to Taskcluster, with the task's scopes. It prints the URL that "
	"it\n"
	"listens on, for the task's TASKCLUSTER_PROXY_URL, then serves until it is told to stop.\n"
	"\n"
	"  --root-url URL        the deployment (TASKCLUSTER_ROOT_URL)\n"
	"  --port N              listen on this port (8080); 0: any free one\n"
	"  --ip-address ADDRESS  listen on this IP address (127.0.0.1)\n"
	"  --task-id ID          add the scopes of this task\n"
	"  --run-id N            and that of creating artifacts of this run of it\n"
	"  --unrestricted        without scopes and task: all that the credentials may do\n"
	"  --credentials-fd N    read credentials from this descriptor, a line of JSON each:\n"
	"                        "
	"{\"clientId\",\"accessToken\",\"certificate\"?,\"scopes\"?,\"secret\"?};\n"
	"                        a later line replaces them, the end of it ends the proxy\n"
	"                        (else TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and\n"
	"                        TASKCLUSTER_CERTIFICATE)\n"
	"  --host NAME           a further name of this proxy that a Host may have\n"
	"  --allow-uid N         only this user of the machine (and root) may connect\n"
	"  --allow-host HOST     sign for https://HOST as well, by /HOST/PATH and /bewit\n"
	"  --body-max BYTES      the most that a request's body may have (268435456)\n"
	"  --timeout S           how long a service may be silent (60)\n"
	"  -v                    print a line for each request on standard error\n"
	"\n"
	"TASKCLUSTER_PROXY_SECRET lets who knows it PUT other credentials to /credentials.\n";

static const char never_arguments[] =
	"tokens never come as arguments, which every user of this machine can see; give them by "
	"TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and TASKCLUSTER_CERTIFICATE, or by "
	"--credentials-fd";

static bool number(const char *text, int64_t max, int64_t *value)
{
	char *end;

	*value = strtoll(text, &end, 10);
	return *text && !*end && *value >= 0 && *value <= max;
}

static bool add(struct options_list *list, const char *text)
{
	if (list->count == OPTIONS_LIST_MAX)
		return false;
	list->texts[list->count++] = text;
	return true;
}

static const char *take_number(struct options *options, const char *name, const char *value)
{
	int64_t amount;

	if (strcmp(name, "--port") == 0) {
		options->port = number(value, 65535, &amount) ? (uint16_t)amount : 0;
		return number(value, 65535, &amount) ? NULL : "expected a port, or 0";
	}
	if (strcmp(name, "--credentials-fd") == 0) {
		if (!number(value, 1 << 20, &amount))
			return "expected the number of an open descriptor";
		options->credentials_fd = (int)amount;
		return NULL;
	}
	if (strcmp(name, "--allow-uid") == 0)
		return number(value, UINT32_MAX - 1, &options->uid)
			? NULL
			: "expected the number of a user";
	if (strcmp(name, "--timeout") == 0) {
		if (!number(value, 1000000, &amount) || amount == 0)
			return "expected seconds";
		options->silence_ms = amount * 1000;
		return NULL;
	}
	if (strcmp(name, "--body-max") == 0)
		return number(value, INT64_MAX, &options->body_max) ? NULL : "expected bytes";
	return "no such option";
}

/* NULL, or why not. */
static const char *take(struct options *options, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = { { "--root-url", &options->root_url }, { "--task-id", &options->task_id },
		{ "--ip-address", &options->ip_address }, { "--run-id", &options->run_id } };
	const struct {
		const char *name;
		struct options_list *list;
	} lists[] = { { "--host", &options->hosts }, { "--allow-host", &options->allowed } };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strcmp(name, texts[i].name) != 0)
			continue;
		*texts[i].text = value;
		return *value ? NULL : "its value is empty";
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(name, lists[i].name) == 0)
			return add(lists[i].list, value) ? NULL : "there are too many of it";
	return take_number(options, name, value);
}

static bool take_flag(struct options *options, const char *name)
{
	if (strcmp(name, "-v") == 0)
		options->verbose = true;
	else if (strcmp(name, "--unrestricted") == 0)
		options->unrestricted = true;
	else
		return false;
	return true;
}

static bool is_secret(const char *name)
{
	static const char *const names[] = { "--client-id", "--access-token", "--certificate" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (strncmp(name, names[i], length) == 0 && (!name[length] || name[length] == '='))
			return true;
	}
	return false;
}

static int complain(const char *name, const char *why)
{
	fprintf(stderr, "taskcluster-proxy: %s%s%s\n", name, *name ? ": " : "", why);
	return 2;
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

static int check(const struct options *options)
{
	bool some = options->scopes.count || options->task_id;

	if (!options->root_url)
		return complain("--root-url", "it is missing, and TASKCLUSTER_ROOT_URL is not set");
	if (!is_address(options->ip_address))
		return complain("--ip-address", "expected an IP address");
	if (options->run_id && !options->task_id)
		return complain("--run-id", "--task-id is missing: whose run?");
	if (options->run_id && options->run_id[strspn(options->run_id, "0123456789")])
		return complain("--run-id", "expected a number");
	if (some && options->unrestricted)
		return complain("--unrestricted", "there are scopes, or a task id, that restrict");
	/* what a pipe brings may have scopes */
	if (!some && !options->unrestricted && options->credentials_fd < 0)
		return complain("",
			"there are no scopes and no --task-id, so that whoever reaches it could do "
			"all that the credentials may; --unrestricted says that this is meant");
	return OPTIONS_GO;
}

/* "--name=value" or "--name value"; the exit status of a complaint, or OPTIONS_GO. */
static int take_option(struct options *options, char **argv, int argc, int *i)
{
	char name[32];
	const char *value = strchr(argv[*i], '=');
	size_t length = value ? (size_t)(value - argv[*i]) : strlen(argv[*i]);

	if (is_secret(argv[*i])) {
		snprintf(name, sizeof name, "%.*s", (int)length, argv[*i]);
		return complain(name, never_arguments);
	}
	if (length >= sizeof name)
		return complain(argv[*i], "no such option");
	snprintf(name, sizeof name, "%.*s", (int)length, argv[*i]);
	if (value)
		value++;
	else if (*i + 1 < argc)
		value = argv[++*i];
	const char *why = value ? take(options, name, value) : "its value is missing";
	return why ? complain(name, why) : OPTIONS_GO;
}

int options_parse(struct options *options, int argc, char **argv)
{
	bool all_scopes = false;

	*options = (struct options){ .root_url = environment("TASKCLUSTER_ROOT_URL"),
		.ip_address = "127.0.0.1",
		.port = 8080,
		.secret = environment("TASKCLUSTER_PROXY_SECRET"),
		.uid = -1,
		.credentials_fd = -1,
		.silence_ms = 60000, /* longer than any long polling */
		.body_max = (int64_t)256 << 20 };
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage, stdout);
			return 0;
		}
		if (!all_scopes && strcmp(argv[i], "--") == 0) {
			all_scopes = true;
		} else if (all_scopes || *argv[i] != '-') {
			if (!add(&options->scopes, argv[i]))
				return complain(argv[i], "there are too many scopes");
		} else if (!take_flag(options, argv[i])) {
			int rc = take_option(options, argv, argc, &i);
			if (rc != OPTIONS_GO)
				return rc;
		}
	}
	return check(options);
}
