/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/options/options.h"

#include "runtime/src/base/buffer.h"
#include "tools/worker/options/keys.h"
#include "tools/worker/process/seclude.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)4 << 20)

enum {
	OPTION_TASKS = 256,
	OPTION_IDLE,
	OPTION_RUNNER,
	OPTION_USER,
	OPTION_QUEUE,
	OPTION_GROUP,
	OPTION_ID
};

/* What is only known when both the command line and the file were read. */
struct reading {
	struct options *options;
	struct options_secrets secrets;
	long tasks, idle; /* -1: not given */
	FILE *out;
};

void options_help(FILE *out)
{
	fputs("taskcluster-worker: claims tasks of a Taskcluster queue and runs them.\n\n"
	      "usage:\n"
	      "  taskcluster-worker run [--config FILE] [--task-user USER] [--with-worker-runner]\n"
	      "        [--task-queue-id PROVISIONER/TYPE] [--worker-group GROUP] [--worker-id ID]\n"
	      "        [--tasks N] [--idle SECONDS]\n"
	      "  taskcluster-worker new-ed25519-keypair --file FILE\n"
	      "  taskcluster-worker show-payload-schema [--task-user USER]\n"
	      "  taskcluster-worker --help | --version | --short-version\n\n"
	      "  --config FILE         JSON with the names below\n"
	      "  --task-user USER      tasks run as this user, apart from the worker (which needs "
	      "to "
	      "be root)\n"
	      "  --with-worker-runner  standard input and output speak worker-runner's protocol\n"
	      "  the others            win over the file\n\n"
	      "Secrets are read from the file or the environment, never from arguments.\n\n"
	      "Names of the configuration, and [defaults]:\n",
		out);
	keys_list(out);
	fputs("\nExit status: 0 numberOfTasksToRun reached, 64 configuration unreadable, 68 idle,\n"
	      "69 internal error or refused, 70 worker-manager says stop, 71 SIGINT (running "
	      "tasks\n"
	      "are finished first), 72 SIGTERM (they end as worker-shutdown), 73 configuration\n"
	      "invalid, 75 a key could not be made.\n",
		out);
}

static int say(const struct reading *reading, int code, const char *text, const char *more)
{
	fprintf(reading->out, "taskcluster-worker: %s%s\n", text, more);
	return code;
}

/* ---- the command line ---- */

static bool replace(char **text, const char *value)
{
	free(*text);
	*text = NULL;
	return keys_set(text, value);
}

static bool number(const char *text, long *value)
{
	char *end;

	*value = strtol(text, &end, 10);
	return *text && !*end && *value >= 0 && *value <= INT32_MAX;
}

static bool take_option(struct reading *reading, int option, const char *value)
{
	struct options *options = reading->options;

	switch (option) {
	case 'c':
		return replace(&options->config_path, value);
	case 'f':
		return replace(&options->key_path, value);
	case 'h':
		options->command = OPTIONS_HELP;
		return true;
	case 'v':
		options->command = OPTIONS_VERSION;
		return true;
	case 's':
		options->command = OPTIONS_SHORT_VERSION;
		return true;
	case OPTION_TASKS:
		return number(value, &reading->tasks);
	case OPTION_IDLE:
		return number(value, &reading->idle);
	case OPTION_RUNNER:
		options->with_runner = true;
		return true;
	case OPTION_USER:
		return replace(&options->task_user, value);
	case OPTION_QUEUE:
		return replace(&options->task_queue_id, value);
	case OPTION_GROUP:
		return replace(&options->worker_group, value);
	case OPTION_ID:
		return replace(&options->worker_id, value);
	default:
		return false;
	}
}

static bool take_command(struct options *options, const char *name)
{
	static const struct {
		const char *name;
		enum options_command command;
	} commands[] = { { "run", OPTIONS_RUN }, { "new-ed25519-keypair", OPTIONS_NEW_KEY },
		{ "show-payload-schema", OPTIONS_SHOW_SCHEMA }, { "help", OPTIONS_HELP } };

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			options->command = commands[i].command;
	}
	return options->command != 0;
}

static int read_arguments(struct reading *reading, int argc, char **argv)
{
	static const struct option known[] = { { "config", required_argument, NULL, 'c' },
		{ "file", required_argument, NULL, 'f' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' }, { "short-version", no_argument, NULL, 's' },
		{ "tasks", required_argument, NULL, OPTION_TASKS },
		{ "idle", required_argument, NULL, OPTION_IDLE },
		{ "with-worker-runner", no_argument, NULL, OPTION_RUNNER },
		{ "task-user", required_argument, NULL, OPTION_USER },
		{ "task-queue-id", required_argument, NULL, OPTION_QUEUE },
		{ "worker-group", required_argument, NULL, OPTION_GROUP },
		{ "worker-id", required_argument, NULL, OPTION_ID }, { 0 } };
	int option;

	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, "hc:", known, NULL)) != -1) {
		if (!take_option(reading, option, optarg))
			return say(reading, EXIT_UNREADABLE,
				"a wrong option (see --help): ", argv[optind - 1]);
	}
	if (reading->options->command)
		return 0;
	if (optind >= argc || !take_command(reading->options, argv[optind]))
		return say(reading, EXIT_UNREADABLE, "a command is needed (see --help): ",
			optind < argc ? argv[optind] : "run, …");
	if (optind + 1 < argc)
		return say(reading, EXIT_UNREADABLE, "an argument too many: ", argv[optind + 1]);
	return 0;
}

/* ---- the file ---- */

static bool read_file(FILE *file, struct tc__buffer *text)
{
	char part[4096];
	size_t length;

	while ((length = fread(part, 1, sizeof part, file)) > 0)
		tc__buffer_add(text, part, length);
	explicit_bzero(part, sizeof part);
	return !ferror(file) && !tc__buffer_failed(text);
}

static int read_config(struct reading *reading)
{
	struct options *options = reading->options;
	struct tc__buffer text = TC__BUFFER(FILE_LIMIT);
	const tc_json *config = NULL;
	tc_error err = TC_ERROR_INIT;
	int code = 0;

	text.secret = true;
	if (options->config_path) {
		FILE *file = fopen(options->config_path, "rbe");
		if (!file || !read_file(file, &text))
			code = say(reading, EXIT_UNREADABLE,
				"the configuration cannot be read: ", options->config_path);
		else if (tc_json_parse(tc__buffer_get(&text), text.length, &config, &err) != TC_OK)
			code = say(reading, EXIT_UNREADABLE,
				"the configuration is no JSON: ", tc_error_text(&err));
		else if (tc_json_kind(config) != TC_JSON_OBJECT)
			code = say(reading, EXIT_UNREADABLE, "the configuration is no JSON object",
				"");
		if (file)
			fclose(file);
	}
	if (tc_json_get(config, "accessToken") || tc_json_get(config, "staticSecret"))
		options->secret_config = options->config_path;
	if (!code && !keys_take(config, options, &reading->secrets, reading->out))
		code = EXIT_INVALID;
	tc_release(config);
	tc_error_clear(&err);
	tc__buffer_clear(&text);
	return code;
}

/* ---- the environment ---- */

static bool take_environment(struct reading *reading)
{
	return keys_set(&reading->options->root_url, getenv("TASKCLUSTER_ROOT_URL")) &&
		(reading->secrets.client_id ||
			(keys_set(&reading->secrets.client_id, getenv("TASKCLUSTER_CLIENT_ID")) &&
				keys_set(&reading->secrets.access_token,
					getenv("TASKCLUSTER_ACCESS_TOKEN")) &&
				keys_set(&reading->secrets.certificate,
					getenv("TASKCLUSTER_CERTIFICATE"))));
}

/* ---- what comes out ---- */

static bool absolute(char **path)
{
	char *folder = *path && **path != '/' ? getcwd(NULL, 0) : NULL;
	char *whole = NULL;

	if (!*path || **path == '/')
		return true;
	if (!folder || asprintf(&whole, "%s/%s", folder, *path) < 0)
		whole = NULL;
	free(folder);
	free(*path);
	*path = whole;
	return whole != NULL;
}

static bool make_paths(struct options *options)
{
	return absolute(&options->tasks_folder) && absolute(&options->caches_folder) &&
		absolute(&options->downloads_folder) && absolute(&options->state_path) &&
		absolute(&options->signing_key) && absolute(&options->proxy_program);
}

static int make_queue(struct reading *reading)
{
	struct options *options = reading->options;
	const char *slash;

	if (!options->task_queue_id && options->provisioner_id && options->worker_type &&
		asprintf(&options->task_queue_id, "%s/%s", options->provisioner_id,
			options->worker_type) < 0) {
		options->task_queue_id = NULL;
		return say(reading, EXIT_INTERNAL, "no memory", "");
	}
	slash = options->task_queue_id ? strchr(options->task_queue_id, '/') : NULL;
	if (!slash)
		return say(reading, EXIT_INVALID,
			"provisionerId and workerType are needed, or taskQueueId with a slash", "");
	free(options->provisioner_id);
	options->provisioner_id =
		strndup(options->task_queue_id, (size_t)(slash - options->task_queue_id));
	return replace(&options->worker_type, slash + 1) && options->provisioner_id
		? 0
		: say(reading, EXIT_INTERNAL, "no memory", "");
}

static int make_credentials(struct reading *reading)
{
	struct options *options = reading->options;
	struct options_secrets *secrets = &reading->secrets;
	tc_error err = TC_ERROR_INIT;
	int code = 0;

	if (!options->provider_id != !options->static_secret)
		return say(
			reading, EXIT_INVALID, "providerId and staticSecret need each other", "");
	if (options->provider_id)
		return 0;
	if (!secrets->client_id || !secrets->access_token)
		return say(reading, EXIT_INVALID,
			"credentials are needed: clientId and accessToken, or providerId and "
			"staticSecret",
			"");
	options->credentials = tc_credentials_new(
		secrets->client_id, secrets->access_token, secrets->certificate, &err);
	if (!options->credentials)
		code = say(reading, EXIT_INVALID,
			"the credentials cannot be used: ", tc_error_text(&err));
	tc_error_clear(&err);
	return code;
}

static int check(struct reading *reading)
{
	struct options *options = reading->options;

	if (!options->root_url)
		return say(reading, EXIT_INVALID, "rootURL is needed", "");
	if (!options->worker_group || !options->worker_id)
		return say(reading, EXIT_INVALID, "workerGroup and workerId are needed", "");
	if (!options->tls_certificate != !options->tls_key)
		return say(reading, EXIT_INVALID,
			"livelogCertificate and livelogKey need each other", "");
	if (options->task_user && options->capacity > 1)
		return say(reading, EXIT_INVALID,
			"with --task-user the capacity must be 1: tasks of one user are not "
			"separated from each other",
			"");
	return 0;
}

static int read_run(struct reading *reading)
{
	struct options *options = reading->options;
	int code = read_config(reading);

	if (!code && (!take_environment(reading) || !keys_default(options) || !make_paths(options)))
		code = say(reading, EXIT_INTERNAL, "no memory", "");
	if (reading->tasks >= 0)
		options->tasks = reading->tasks;
	if (reading->idle >= 0)
		options->idle_s = reading->idle;
	if (!code)
		code = make_queue(reading);
	if (!code)
		code = check(reading);
	return code ? code : make_credentials(reading);
}

static void forget(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

int options_read(struct options *options, int argc, char **argv, FILE *out)
{
	struct reading reading = { options, { 0 }, -1, -1, out };
	*options = (struct options){ 0 };
	int code = read_arguments(&reading, argc, argv);

	if (!code && options->command == OPTIONS_RUN)
		code = read_run(&reading);
	if (!code && options->command == OPTIONS_NEW_KEY && !options->key_path)
		code = say(&reading, EXIT_UNREADABLE, "--file is needed", "");
	seclude_environment();
	forget(reading.secrets.client_id);
	forget(reading.secrets.access_token);
	forget(reading.secrets.certificate);
	return code;
}

void options_clear(struct options *options)
{
	char *const texts[] = { options->config_path, options->task_user, options->key_path,
		options->root_url, options->provisioner_id, options->worker_type,
		options->task_queue_id, options->worker_group, options->worker_id,
		options->provider_id, options->instance_id, options->instance_type, options->region,
		options->availability_zone, options->public_ip, options->private_ip,
		options->location, options->tasks_folder, options->caches_folder,
		options->downloads_folder, options->state_path, options->signing_key,
		options->proxy_program, options->live_host, options->tls_certificate,
		options->tls_key };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	forget(options->static_secret);
	tc_credentials_free(options->credentials);
	tc_release(options->metadata);
	*options = (struct options){ 0 };
}
