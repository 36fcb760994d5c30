/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: taskcluster-sandbox [options]\n"
	"\n"
	"A Taskcluster on this machine, for trying and testing clients and workers. It prints the\n"
	"environment to export, then serves until it is told to stop:\n"
	"\n"
	"    taskcluster-sandbox > sandbox.env & sleep 1; . ./sandbox.env\n"
	"\n"
	"On standard error it prints a link that signs in, once, on its page to look at.\n"
	"\n"
	"  --port N              listen on this port (default: any free one)\n"
	"  --host ADDRESS        listen on this IP address (127.0.0.1)\n"
	"  --root-url URL        how clients reach it, when a name or TLS stands in front of it;\n"
	"                        {port} stands for the port it listens on\n"
	"  --state FILE          keep all state in this SQLite file (in memory)\n"
	"  --data FOLDER         keep the bytes of artifacts here (a temporary folder, or\n"
	"                        FILE.data beside --state)\n"
	"  --credentials ID:TOKEN  the root client (sandbox, with a random token)\n"
	"  --claim-timeout S     how long a claim lasts (1200); generic-worker reclaims three\n"
	"                        minutes before the end and not at all when that is less than 30 "
	"s\n"
	"                        away: below 210 it loses its tasks\n"
	"  --poll-timeout MS     how long an empty claimWork is held (20000)\n"
	"  --resolver-interval MS  how often ended claims and deadlines are looked for (5000)\n"
	"  --deadline-delay MS   how long after a deadline it is met (60000)\n"
	"  --references FOLDER   serve its references/ and schemas/, and check bodies by them\n"
	"                        (those the program came with)\n"
	"  --pulse URL           publish what happens to this RabbitMQ, "
	"amqp://user:password@host/%2F\n"
	"                        or by TLS amqps://... (trusting whom the system trusts, or "
	"SSL_CERT_FILE);\n"
	"                        PULSE_USERNAME and PULSE_PASSWORD are its account where they are "
	"set:\n"
	"                        everybody on the machine can read arguments\n"
	"  --tls CERT KEY        HTTPS with this certificate and key (PEM files)\n"
	"  --fault SPEC          misbehave (may be repeated); see --help-faults\n"
	"  --faults              let requests ask for faults by the header x-sandbox-fault\n"
	"  --private             let nobody read without credentials but public artifacts (a "
	"public\n"
	"                        deployment lets everybody read tasks, workers, the index, ...)\n"
	"  --no-page             serve no page to look at, and print no link to it\n"
	"  --check-replies       refuse to send what breaks its schema: for the sandbox's own "
	"tests\n"
	"  -v                    print a line for each request on standard error\n";

static const char help_faults[] =
	"SPEC is NAME[=VALUE][:times=N][:key=NAME][:rate=FRACTION][:only=SERVICE[.FUNCTION]],\n"
	"several with commas between them.\n"
	"\n"
	"  close-early           close the connection, nothing done\n"
	"  lost-reply            do the work, then close the connection\n"
	"  lost-claim[=MS]       a claim ends at once (or then), whatever takenUntil says\n"
	"  stall=MS              reply later\n"
	"  truncate              end the reply in its middle\n"
	"  status=NNN            refuse with that status\n"
	"  retry-after=S         refuse with 429 and Retry-After\n"
	"  html-error[=NNN]      an HTML page as a proxy would send it\n"
	"  garbage               bytes that are no HTTP\n"
	"  clock=S               the server's clock is that many seconds ahead\n"
	"  clock-tsm=S           the same, told with ts and tsm in the refusal\n"
	"  sign-reply            send Server-Authorization (bad-reply: a wrong one)\n"
	"\n"
	"times=N: only the first N requests with this key (the fault's name unless key= says\n"
	"another); rate=0.1: that share of the requests; only=: one service or operation.\n";

static bool number(const char *text, int64_t max, int64_t *value)
{
	char *end;

	*value = strtoll(text, &end, 10);
	return *text && !*end && *value >= 0 && *value <= max;
}

/* The shell must be able to eval what is printed. */
static bool printable(const char *text)
{
	return !strchr(text, '\'');
}

static bool take_credentials(struct options *options, char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon || colon == text || !colon[1] || !printable(text))
		return false;
	*colon = '\0';
	options->client_id = text;
	options->access_token = colon + 1;
	return true;
}

/* The options that are numbers; *known says whether this is one. */
static bool take_number(struct options *options, const char *name, const char *value, bool *known)
{
	const struct {
		const char *name;
		int64_t least, most, unit; /* of what is given */
		int64_t *target;
	} numbers[] = { { "--claim-timeout", 1, 1000000, 1000, &options->claim_ms },
		{ "--poll-timeout", 0, 1000000, 1, &options->poll_ms },
		{ "--resolver-interval", 0, 1000000, 1, &options->resolver_ms },
		{ "--deadline-delay", 0, 1000000, 1, &options->deadline_delay_ms } };
	int64_t amount;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		*known = strcmp(name, numbers[i].name) == 0;
		if (!*known)
			continue;
		if (!number(value, numbers[i].most, &amount) || amount < numbers[i].least)
			return false;
		*numbers[i].target = amount * numbers[i].unit;
		return true;
	}
	return false;
}

/* An option with a value: true when it is known and good. */
static bool take(struct sandbox *sandbox, const char *name, char *value, const char **why)
{
	struct options *options = &sandbox->options;
	const struct {
		const char *name;
		const char **text;
	} texts[] = { { "--host", &options->host }, { "--state", &options->state },
		{ "--data", &options->data }, { "--references", &options->references },
		{ "--pulse", &options->pulse } };
	int64_t amount;

	*why = "bad value";
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strcmp(name, texts[i].name) == 0) {
			*texts[i].text = value;
			return true;
		}
	}
	if (strcmp(name, "--fault") == 0)
		return fault_add(&sandbox->faults, value, why);
	if (strcmp(name, "--root-url") == 0) {
		options->root_url = value;
		*why = "expected a URL, such as https://tc.example.com";
		return printable(value) && strstr(value, "://");
	}
	if (strcmp(name, "--credentials") == 0)
		return take_credentials(options, value);
	if (strcmp(name, "--port") == 0) {
		if (!number(value, 65535, &amount))
			return false;
		options->port = (uint16_t)amount;
		return true;
	}
	bool known;
	bool good = take_number(options, name, value, &known);
	if (!known)
		*why = "no such option";
	return good;
}

static bool take_flag(struct options *options, const char *name)
{
	if (strcmp(name, "-v") == 0)
		options->verbose = true;
	else if (strcmp(name, "--private") == 0)
		options->private = true;
	else if (strcmp(name, "--faults") == 0)
		options->fault_headers = true;
	else if (strcmp(name, "--no-page") == 0)
		options->no_page = true;
	else if (strcmp(name, "--check-replies") == 0)
		options->check_replies = true;
	else
		return false;
	return true;
}

int options_parse(struct sandbox *sandbox, int argc, char **argv)
{
	struct options *options = &sandbox->options;

	*options = (struct options){ .host = "127.0.0.1",
		.client_id = "sandbox",
		.claim_ms = 1200 * 1000,
		.poll_ms = 20 * 1000,
		.resolver_ms = 5 * 1000,
		.deadline_delay_ms = 60 * 1000 };
	for (int i = 1; i < argc; i++) {
		const char *why = "its value is missing";
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--help-faults") == 0) {
			fputs(strcmp(argv[i], "--help") == 0 ? usage : help_faults, stdout);
			return 0;
		}
		if (take_flag(options, argv[i]))
			continue;
		if (strcmp(argv[i], "--tls") == 0 && i + 2 < argc) {
			options->certificate = argv[i + 1];
			options->key = argv[i + 2];
			i += 2;
			continue;
		}
		if (i + 1 < argc && take(sandbox, argv[i], argv[i + 1], &why)) {
			i++;
			continue;
		}
		fprintf(stderr, "taskcluster-sandbox: %s: %s\n%s", argv[i], why, usage);
		return 2;
	}
	return OPTIONS_GO;
}
