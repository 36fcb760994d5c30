/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/service/service.h"

#include "tools/worker/process/seclude.h"
#include "tools/worker/runner/runner.h"
#include "tools/worker/service/metadata.h"
#include "tools/worker/task/flow.h"
#include "tools/worker/task/folders.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REST_MS 10000
#define WELCOME_MS 10000

struct service {
	const struct options *options;
	struct host host;
	tc_loop *loop;
	tc_client *client;
	tc_worker *worker;
	tc_trust_key *key;
	struct user user;
	int64_t core;
	struct runner *runner;
	const tc_json *proof;
	char *metadata, *proxy_program, *helper_program;
	bool finish, terminate; /* worker-runner said so */
	bool ended;
	enum tc_worker_end end;
};

/* Signal handlers have no data of their own. */
static tc_worker *signaled;
static volatile sig_atomic_t interrupted, terminated;

static void say(void *data, const char *text)
{
	struct service *service = data;

	runner_log(service->runner, text);
}

/* ---- signals ---- */

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
	if (signaled)
		tc_worker_stop(signaled, TC_STOP_FINISH);
}

static void on_terminate(int number)
{
	(void)number;
	terminated = 1;
	if (signaled)
		tc_worker_stop(signaled, TC_STOP_ABORT);
}

static void handle(int number, void (*handler)(int number))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static void handle_signals(tc_worker *worker)
{
	signaled = worker;
	handle(SIGINT, on_interrupt);
	handle(SIGTERM, on_terminate);
}

/* What is written to a reader that has gone, or beyond a limit of files, is an error like others.
 */
static void ignore_signals(void)
{
	handle(SIGPIPE, SIG_IGN);
	handle(SIGXFSZ, SIG_IGN);
}

/* ---- worker-runner ---- */

static void on_runner_terminates(void *data, bool finish)
{
	struct service *service = data;

	service->finish = finish;
	service->terminate = true;
	if (service->worker)
		tc_worker_stop(service->worker, finish ? TC_STOP_FINISH : TC_STOP_ABORT);
}

static void on_runner_credentials(void *data, const tc_credentials *credentials)
{
	struct service *service = data;

	if (service->worker)
		tc_worker_set_credentials(service->worker, credentials);
	else
		tc_client_set_credentials(service->client, credentials);
	say(service, "worker-runner gave new credentials");
}

/* What goes wrong at the start is to be told to it as well. One that says nothing is no hindrance.
 */
static int wait_for_runner(struct service *service, tc_error *err)
{
	int64_t end = tc_client_steady_ms(service->client) + WELCOME_MS;
	int64_t left;
	int rc = TC_OK;

	while (!runner_greeted(service->runner) && rc == TC_OK &&
		(left = end - tc_client_steady_ms(service->client)) > 0)
		rc = tc_loop_poll(service->loop, left, err);
	return rc;
}

static bool start_runner(struct service *service, tc_error *err)
{
	const struct runner_options options = { .loop = service->loop,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.terminate = on_runner_terminates,
		.credentials = on_runner_credentials,
		.trouble = say,
		.data = service };

	if (!service->options->with_runner)
		return true;
	service->runner = runner_new(&options, err);
	return service->runner && wait_for_runner(service, err) == TC_OK;
}

/* ---- what tasks share ---- */

static bool keeps_secret(const struct user *user, const char *path, tc_error *err)
{
	bool can = false;

	if (!path)
		return true;
	if (user_can_read(user, path, &can, err) == TC_OK && !can)
		return true;
	if (can)
		tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s: it holds this worker's secrets, and tasks can read it: expected a "
			"file that only the worker may read",
			path);
	return false;
}

static bool find_user(struct service *service, tc_error *err)
{
	const char *name = service->options->task_user;

	if (!name) {
		say(service,
			"warning: without --task-user tasks are not separated: they run as the "
			"worker's own user, and can read and change what it has");
		return true;
	}
	if (user_find(&service->user, name, err) != TC_OK ||
		user_check(&service->user, err) != TC_OK ||
		!keeps_secret(&service->user, service->options->secret_config, err) ||
		!keeps_secret(&service->user, service->options->tls_key, err)) {
		tc_error_prefix(err, "--task-user %s", name);
		return false;
	}
	service->host.user = &service->user;
	return true;
}

/* A program beside this one; NULL: there is none. */
static char *find_beside(const char *name)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - strlen(name) - 1);

	if (length <= 0)
		return NULL;
	path[length] = '\0';
	strcpy(strrchr(path, '/') + 1, name);
	return access(path, X_OK) == 0 ? strdup(path) : NULL;
}

static bool read_key(struct service *service, tc_error *err)
{
	const char *path = service->options->signing_key;

	if (!path || !service->host.user) {
		if (path)
			say(service,
				"warning: ed25519SigningKeyLocation is not used: chain of trust "
				"needs --task-user");
		return true;
	}
	service->key = tc_trust_key_read(path, err);
	service->host.key = service->key;
	service->host.key_path = path;
	return service->key != NULL;
}

static bool open_store(struct service *service, tc_error *err)
{
	const struct options *options = service->options;
	const struct mounts_store_options wanted = { .caches_folder = options->caches_folder,
		.downloads_folder = options->downloads_folder,
		.client = service->client,
		.task_queue_id = options->task_queue_id,
		.free_min = options->disk_mib ? options->disk_mib << 20 : -1 };

	service->host.tasks_folder = folders_open(options->tasks_folder, err);
	if (service->host.tasks_folder < 0)
		return false;
	service->host.store = mounts_store_open(service->loop, &wanted, err);
	return service->host.store != NULL;
}

static bool fill_host(struct service *service, tc_error *err)
{
	const struct options *options = service->options;
	struct host *host = &service->host;

	*host = (struct host){ .options = options,
		.loop = service->loop,
		.tasks_folder = -1,
		.core_limit = service->core,
		.say = say,
		.say_data = service };
	service->metadata = metadata_make(options);
	service->proxy_program = options->proxy_program ? strdup(options->proxy_program)
							: find_beside("taskcluster-proxy");
	service->helper_program = find_beside("taskcluster-worker-helper");
	host->metadata = service->metadata;
	host->proxy_program = service->proxy_program;
	host->helper_program = service->helper_program;
	if (!service->metadata) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory");
		return false;
	}
	if (!find_user(service, err) || !read_key(service, err) || !open_store(service, err))
		return false;
	host->rules = (struct payload_rules){ .run_s = options->run_s,
		.multiuser = host->user != NULL,
		.live_log = options->live_log,
		.mounts = options->mounts,
		.proxy = options->proxy && host->proxy_program,
		.chain_of_trust = options->chain_of_trust && host->key };
	if (options->clean_up)
		folders_clean(host);
	return true;
}

/* ---- the library's worker ---- */

static bool make_client(struct service *service, tc_error *err)
{
	const struct options *options = service->options;
	struct tc_options wanted = TC_OPTIONS_INIT;

	wanted.root_url = options->root_url;
	wanted.credentials = options->credentials;
	wanted.user_agent = "taskcluster-worker";
	wanted.ca_file = getenv("SSL_CERT_FILE");
	wanted.ca_folder = getenv("SSL_CERT_DIR");
	wanted.http_proxy =
		getenv(strncmp(options->root_url, "https:", 6) == 0 ? "https_proxy" : "http_proxy");
	wanted.no_proxy = getenv("no_proxy");
	service->client = tc_client_new(&wanted, err);
	return service->client != NULL;
}

static bool make_proof(struct service *service, struct tc_worker_pool *pool, tc_error *err)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	tc_json_add_name(builder, "staticSecret");
	tc_json_add_string(builder, service->options->static_secret);
	tc_json_end(builder);
	pool->provider_id = service->options->provider_id;
	if (tc_json_build(builder, &service->proof, err) != TC_OK)
		return false;
	pool->proof = service->proof;
	return true;
}

static void on_log(void *data, enum tc_log_level level, const char *line)
{
	(void)level;
	say(data, line);
}

static void log_line(void *data, enum tc_log_level level, const char *line)
{
	struct host *host = data;

	on_log(host->say_data, level, line);
}

static bool make_worker(struct service *service, tc_error *err)
{
	const struct options *options = service->options;
	struct tc_worker_options wanted = TC_WORKER_OPTIONS_INIT;
	struct tc_worker_pool pool = TC_WORKER_POOL_INIT;

	wanted.task_queue_id = options->task_queue_id;
	wanted.worker_group = options->worker_group;
	wanted.worker_id = options->worker_id;
	wanted.capacity = (int)options->capacity;
	wanted.start = flow_start;
	wanted.abort = flow_abort;
	wanted.ended = flow_ended;
	wanted.data = &service->host;
	wanted.task_limit = options->tasks;
	wanted.idle_ms = options->idle_s * 1000;
	wanted.status_poll_ms = options->poll_s * 1000;
	wanted.state_path = options->state_path;
	wanted.log = log_line;
	if (options->provider_id) {
		if (!make_proof(service, &pool, err))
			return false;
		wanted.pool = &pool;
	}
	service->worker = tc_worker_new(service->loop, service->client, &wanted, err);
	service->host.worker = service->worker;
	return service->worker != NULL;
}

/* ---- from beginning to end ---- */

static void on_end(void *data, enum tc_worker_end end, const tc_error *err)
{
	struct service *service = data;

	service->end = end;
	service->ended = true;
	if (err)
		say(service, tc_error_text(err));
}

static int exit_code(const struct service *service)
{
	switch (service->end) {
	case TC_END_TASKS:
		return EXIT_TASKS_DONE;
	case TC_END_IDLE:
		return EXIT_IDLE;
	case TC_END_MANAGER:
		return EXIT_MANAGER;
	case TC_END_REFUSED:
		return EXIT_INTERNAL;
	case TC_END_STOPPED:
		break;
	}
	if (terminated || service->terminate)
		return EXIT_TERMINATED;
	return interrupted ? EXIT_INTERRUPTED : EXIT_INTERNAL;
}

static int fail(struct service *service, int code, const tc_error *err)
{
	say(service, tc_error_text(err));
	runner_report(service->runner, "startup", "the worker cannot start", tc_error_text(err));
	return code;
}

/* What cannot be used is the configuration's fault, but not what the machine lacks. */
static int start_failure(const tc_error *err)
{
	return err->code == TC_ERROR_NOMEM ? EXIT_INTERNAL : EXIT_INVALID;
}

/* Folders that are left then are removed by the next worker. */
static void finish_rest(struct service *service)
{
	int64_t end = tc_client_steady_ms(service->client) + REST_MS;
	int64_t left;

	while (service->host.unfinished &&
		(left = end - tc_client_steady_ms(service->client)) > 0 &&
		tc_loop_poll(service->loop, left, NULL) == TC_OK)
		;
}

static int run(struct service *service)
{
	tc_error err = TC_ERROR_INIT;
	int code = 0;

	ignore_signals();
	if (seclude(&service->core, &err) == TC_OK)
		service->loop = tc_loop_new(NULL, &err);
	if (!service->loop || !make_client(service, &err) || !start_runner(service, &err) ||
		!fill_host(service, &err) || !make_worker(service, &err)) {
		code = fail(service, start_failure(&err), &err);
		tc_error_clear(&err);
		return code;
	}
	tc_worker_on_end(service->worker, on_end, service);
	handle_signals(service->worker);
	if (service->terminate) /* it was said before there was a worker */
		on_runner_terminates(service, service->finish);
	while (!service->ended && tc_loop_poll(service->loop, -1, &err) == TC_OK)
		;
	handle_signals(NULL); /* one more does not change what has ended */
	finish_rest(service);
	code = service->ended ? exit_code(service) : fail(service, EXIT_INTERNAL, &err);
	tc_error_clear(&err);
	return code;
}

int service_run(const struct options *options)
{
	struct service service = { .options = options, .host = { .tasks_folder = -1 } };
	int code = run(&service);

	if (code == EXIT_IDLE || code == EXIT_MANAGER)
		runner_shutdown(service.runner);
	tc_worker_free(service.worker);
	mounts_store_close(service.host.store);
	runner_free(service.runner);
	tc_loop_free(service.loop);
	tc_client_free(service.client);
	tc_trust_key_free(service.key);
	tc_release(service.proof);
	if (service.host.tasks_folder >= 0)
		close(service.host.tasks_folder);
	free(service.metadata);
	free(service.proxy_program);
	free(service.helper_program);
	user_clear(&service.user);
	payload_forget();
	return code;
}
