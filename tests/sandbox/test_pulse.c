/* SPDX-License-Identifier: MPL-2.0 */

/* What happens is published to a real RabbitMQ: where, under which keys, in which shape; and none
 * is lost when the broker or the sandbox dies. */

#include "tests/harness/test.h"

#include "client.h"
#include "tests/harness/rabbit_peer.h"
#include "tools/sandbox/pulse/trouble.h"
#include "tools/sandbox/server/options.h"
#include "tools/schema/validate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/registry.h>
#include <taskcluster/slugid.h>
#include <time.h>
#include <unistd.h>

#define QUEUE "exchange/taskcluster-queue/v1/"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"
#define EXCHANGES_MAX 40

static struct rabbit rabbit;
static struct tc_test_server *server;
static amqp_connection_state_t listener;
static struct delivery got;
static struct schemas schemas = { .folder = "references/taskcluster" };
static char state_file[100];
static const char *exchanges[EXCHANGES_MAX];

static void start_server(void)
{
	server = tc_test_server_start("--pulse", rabbit_url(&rabbit, "guest", false), "--state",
		state_file, "--poll-timeout", "100", NULL);
}

static void add_exchanges(const char *service_name)
{
	size_t count;
	size_t used = 0;
	const struct tc_service *const *services = tc_services(&count);

	while (exchanges[used])
		used++;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(services[i]->name, service_name) != 0)
			continue;
		for (size_t k = 0; k < services[i]->exchange_count; k++)
			exchanges[used++] = services[i]->exchanges[k].exchange;
	}
}

static int set_up(void **state)
{
	(void)state;
	rabbit_start(&rabbit);
	snprintf(state_file, sizeof state_file, "%s/state", rabbit.folder);
	add_exchanges("queue");
	add_exchanges("auth");
	add_exchanges("hooks");
	add_exchanges("notify");
	add_exchanges("worker-manager");
	listener = rabbit_listen(&rabbit, "all", exchanges, "#");
	start_server();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ask_end();
	free(got.body);
	rabbit_leave(listener);
	schemas_clear(&schemas);
	tc_test_server_stop(server);
	return 0;
}

static struct reply *post(const char *id, const char *rest, const char *body)
{
	char path[300];

	snprintf(path, sizeof path, "/api/queue/v1/task/%.22s%s", id, rest);
	return ask(server, "POST", path, body, NULL);
}

static const char *status_path(const char *id)
{
	static char path[100];

	snprintf(path, sizeof path, "/api/queue/v1/task/%.22s/status", id);
	return path;
}

static struct reply *put_task(const char *id, const char *text)
{
	char path[300];

	snprintf(path, sizeof path, "/api/queue/v1/task/%.22s", id);
	struct reply *reply = ask(server, "PUT", path, text, NULL);
	if (reply->status != 200)
		fail_msg("createTask: %ld %s", reply->status, reply->body);
	return reply;
}

static void create(char id[TC_SLUGID_SIZE], const char *more)
{
	tc_slugid_nice(id);
	put_task(id, task_text(more));
}

static void claim(void)
{
	ask(server, "POST", "/api/queue/v1/claim-work/prov%2Ftype", WORKER, NULL);
}

/* The schema of an exchange's messages, from the reference. */
static struct schema schema_of(const char *service, const char *exchange)
{
	char path[200];

	snprintf(path, sizeof path, "/references/%s/v1/exchanges.json", service);
	const tc_json *entries = tc_json_get(schemas_find(&schemas, path).json, "entries");
	for (size_t i = 0; i < tc_json_count(entries); i++) {
		const tc_json *entry = tc_json_item(entries, i);
		const char *name = tc_json_text(tc_json_get(entry, "exchange"));
		const char *schema = tc_json_text(tc_json_get(entry, "schema"));
		if (strcmp(name, exchange) != 0)
			continue;
		snprintf(path, sizeof path, "/schemas/%s/%.*s", service, (int)strcspn(schema, "#"),
			schema);
		return schemas_find(&schemas, path);
	}
	fail_msg("no exchange %s", exchange);
	return (struct schema){ 0 };
}

static void check_body(const char *service)
{
	struct tc__buffer problems = TC__BUFFER(10000);
	tc_error err = TC_ERROR_INIT;
	const tc_json *body;

	assert_ok(tc_json_parse(got.body, got.length, &body, &err), &err);
	struct schema schema = schema_of(service, strrchr(got.exchange, '/') + 1);
	assert_non_null(schema.json);
	if (!validate(&schemas, schema, body, &problems))
		fail_msg("%s: %s%s", got.exchange, got.body, tc__buffer_get(&problems));
	tc__buffer_clear(&problems);
	tc_release(body);
}

/* "queue" of "exchange/taskcluster-queue/v1/…" */
static const char *service_of(const char *exchange)
{
	static char service[40];
	const char *name = strchr(exchange, '-') + 1;

	snprintf(service, sizeof service, "%.*s", (int)strcspn(name, "/"), name);
	return service;
}

static void next(const char *exchange)
{
	if (!rabbit_next(listener, &got, 10000))
		fail_msg("no message came; expected %s", exchange);
	if (strcmp(strrchr(got.exchange, '/') + 1, exchange) != 0)
		fail_msg("expected %s, got %s %s", exchange, got.exchange, got.body);
	assert_int_equal(got.delivery_mode, 2);
	assert_string_equal(got.content_type, "application/json");
	check_body(service_of(got.exchange));
}

static void assert_key(const char *format, const char *id)
{
	char key[300];

	snprintf(key, sizeof key, format, id, id);
	assert_string_equal(got.routing_key, key);
}

static void a_task_from_its_beginning_to_its_end(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "\"tags\":{\"kind\":\"test\"},\"routes\":[\"a.b\",\"c\"],");
	next("task-defined");
	assert_key("primary.%s._._._.prov.type.-.%s._", id);
	assert_string_equal(got.cc, "route.a.b route.c");
	assert_non_null(strstr(got.body, "\"task\":{\"tags\":{\"kind\":\"test\"}}"));
	next("task-pending");
	assert_key("primary.%s.0._._.prov.type.-.%s._", id);
	claim();
	next("task-running");
	assert_non_null(strstr(got.body, "+00:00\""));
	assert_key("primary.%s.0.g.w.prov.type.-.%s._", id);
	assert_int_equal(post(id, "/runs/0/completed", NULL)->status, 200);
	next("task-completed");
	assert_key("primary.%s.0.g.w.prov.type.-.%s._", id);
	next("task-group-resolved");
	assert_key("primary.%s.-._", id);
	/* the report again is published again */
	post(id, "/runs/0/completed", NULL);
	next("task-completed");
	next("task-group-resolved");
	/* a resolved run keeps its claim's end; dates of the status have a Z */
	post(id, "/runs/0/completed", NULL);
	next("task-completed");
	assert_non_null(strstr(got.body, "\"takenUntil\""));
	assert_null(strstr(got.body, "+00:00"));
	next("task-group-resolved");
}

static void repeated_creation(void **state)
{
	char id[TC_SLUGID_SIZE];
	char *text = strdup(task_text(""));

	(void)state;
	tc_slugid_nice(id);
	for (int i = 0; i < 2; i++) {
		put_task(id, text);
		next("task-defined");
		next("task-pending");
	}
	free(text);
	post(id, "/cancel", NULL);
	next("task-exception");
	assert_key("primary.%s.0._._.prov.type.-.%s._", id);
	next("task-group-resolved");
}

static void runs_that_fail(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "\"retries\":1,");
	next("task-defined");
	next("task-pending");
	claim();
	next("task-running");
	post(id, "/runs/0/exception", "{\"reason\":\"worker-shutdown\"}");
	next("task-exception");
	assert_key("primary.%s.0.g.w.prov.type.-.%s._", id);
	assert_non_null(strstr(got.body, "\"reasonCreated\":\"retry\""));
	next("task-pending");
	assert_key("primary.%s.1._._.prov.type.-.%s._", id);
	post(id, "/runs/0/exception", "{\"reason\":\"worker-shutdown\"}");
	next("task-exception");
	next("task-pending");
	claim();
	next("task-running");
	post(id, "/runs/1/exception", "{\"reason\":\"intermittent-task\"}");
	next("task-exception");
	next("task-group-resolved");
	post(id, "/rerun", NULL);
	next("task-pending");
	claim();
	next("task-running");
	post(id, "/runs/2/failed", NULL);
	next("task-failed");
	next("task-group-resolved");
}

static void artifacts_priorities_groups(void **state)
{
	char id[TC_SLUGID_SIZE];
	char path[200];
	char body[300];
	char expires[25];

	(void)state;
	create(id, "");
	next("task-defined");
	next("task-pending");
	claim();
	next("task-running");
	snprintf(body, sizeof body,
		"{\"storageType\":\"s3\",\"contentType\":\"a/b\",\"expires\":\"%s\"}",
		date_text(3600, expires));
	assert_int_equal(post(id, "/runs/0/artifacts/s3", body)->status, 200);
	snprintf(body, sizeof body,
		"{\"storageType\":\"link\",\"artifact\":\"s3\",\"contentType\":\"a/b\","
		"\"expires\":\"%s\"}",
		expires);
	assert_int_equal(post(id, "/runs/0/artifacts/link", body)->status, 200);
	next("artifact-created"); /* not for s3 */
	assert_non_null(strstr(got.body, "\"name\":\"link\""));
	post(id, "/priority", "{\"newPriority\":\"high\"}");
	next("task-priority-changed");
	assert_key("primary.%s._._._.prov.type.-.%s._", id); /* of no run */
	assert_non_null(strstr(got.body, "\"oldPriority\":\"lowest\""));
	snprintf(path, sizeof path, "/api/queue/v1/task-group/%s/priority", id);
	assert_int_equal(ask(server, "POST", path, "{\"newPriority\":\"low\"}", NULL)->status, 200);
	next("task-group-priority-changed"); /* and none for each task */
	snprintf(path, sizeof path, "/api/queue/v1/task-group/%s/seal", id);
	assert_int_equal(ask(server, "POST", path, NULL, NULL)->status, 200);
	next("task-group-sealed");
	assert_key("primary.%s.-._", id);
	post(id, "/cancel", NULL);
	next("task-exception");
	next("task-group-resolved");
	assert_non_null(strstr(got.body, "\"sealed\""));
}

/* What the queue tells of a task that was canceled with its group has neither its priority nor its
 * tags. */
static void a_group_that_is_canceled(void **state)
{
	char id[TC_SLUGID_SIZE];
	char path[200];

	(void)state;
	create(id, "\"tags\":{\"kind\":\"test\"},\"routes\":[\"a\"],");
	next("task-defined");
	assert_non_null(strstr(got.body, "\"priority\":\"lowest\""));
	next("task-pending");
	snprintf(path, sizeof path, "/api/queue/v1/task-group/%s/seal", id);
	assert_int_equal(ask(server, "POST", path, NULL, NULL)->status, 200);
	next("task-group-sealed");
	snprintf(path, sizeof path, "/api/queue/v1/task-group/%s/cancel", id);
	assert_int_equal(ask(server, "POST", path, NULL, NULL)->status, 200);
	next("task-exception");
	assert_non_null(strstr(got.body, "\"tags\":{}"));
	assert_null(strstr(got.body, "\"priority\""));
	assert_string_equal(got.cc, "route.a");
	next("task-group-resolved");
}

static void clients_and_roles(void **state)
{
	static const char body[] = "{\"description\":\"d\",\"expires\":\"2100-01-01T00:00:00Z\","
				   "\"scopes\":[]}";
	static const char role[] = "{\"description\":\"d\",\"scopes\":[\"a\"]}";

	(void)state;
	ask(server, "PUT", "/api/auth/v1/clients/me", body, NULL);
	next("client-created");
	assert_string_equal(got.routing_key, "_");
	ask(server, "POST", "/api/auth/v1/clients/me/disable", NULL, NULL);
	next("client-updated");
	ask(server, "DELETE", "/api/auth/v1/clients/me", NULL, NULL);
	next("client-deleted");
	ask(server, "PUT", "/api/auth/v1/roles/r", role, NULL);
	next("role-created");
	ask(server, "DELETE", "/api/auth/v1/roles/r", NULL, NULL);
	next("role-deleted");
}

/* A route is a key of its own: who bound it gets the message, and under the primary key. */
static void routes_are_keys(void **state)
{
	static const char *const one[] = { QUEUE "task-defined", NULL };
	amqp_connection_state_t routed =
		rabbit_listen(&rabbit, "routed", one, "route.index.project.#");
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "");
	next("task-defined");
	next("task-pending");
	create(id, "\"routes\":[\"index.project.x.y\"],");
	next("task-defined");
	next("task-pending");
	assert_true(rabbit_next(routed, &got, 10000));
	assert_key("primary.%s._._._.prov.type.-.%s._", id);
	assert_false(rabbit_next(routed, &got, 100));
	rabbit_leave(routed);
}

static void hooks_and_pools_and_notifications(void **state)
{
	static const char hook[] = "/api/hooks/v1/hooks/g/h";
	static const char definition[] =
		"{\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@example.com\"},"
		"\"task\":{}}";
	static const char pool[] = "/api/worker-manager/v1/worker-pool/prov%2Fpool";
	static const char static_pool[] =
		"{\"providerId\":\"static\",\"description\":\"d\",\"owner\":\"o@example.com\","
		"\"emailOnError\":false,\"config\":{}}";

	(void)state;
	assert_int_equal(ask(server, "PUT", hook, definition, NULL)->status, 200);
	next("hook-created");
	assert_string_equal(got.routing_key, "_");
	assert_int_equal(ask(server, "POST", hook, definition, NULL)->status, 200);
	next("hook-updated");
	assert_int_equal(ask(server, "DELETE", hook, NULL, NULL)->status, 200);
	next("hook-deleted");
	assert_int_equal(ask(server, "PUT", pool, static_pool, NULL)->status, 200);
	next("worker-pool-created");
	assert_string_equal(got.routing_key, "primary._._._._._._._"); /* though it has words */
	assert_int_equal(ask(server, "DELETE", pool, NULL, NULL)->status, 200);
	next("worker-pool-updated");
	assert_string_equal(got.routing_key, "primary._._._._._._._");
	assert_non_null(strstr(got.body, "\"previousProviderId\":\"static\""));
	assert_int_equal(
		ask(server, "POST", "/api/worker-manager/v1/worker-pool-errors/prov%2Fpool",
			"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"kind\":\"k\",\"title\":\"t\","
			"\"description\":\"d\",\"extra\":{}}",
			NULL)
			->status,
		200);
	next("worker-pool-error");
	assert_string_equal(got.routing_key, "primary.null-provider.prov.pool.g.w._._");
	assert_int_equal(ask(server, "POST", "/api/notify/v1/pulse",
				 "{\"routingKey\":\"a.b\",\"message\":{\"x\":1}}", NULL)
				 ->status,
		204);
	next("notification");
	assert_string_equal(got.routing_key, "primary.a.b");
	assert_string_equal(got.cc, "route.a.b");
	assert_string_equal(got.body, "{\"version\":1,\"message\":{\"x\":1}}");
}

/* How many of the tasks in `ids` a message of task-defined came for, within the time. */
static size_t count_defined(char ids[][TC_SLUGID_SIZE], size_t count, bool *seen)
{
	size_t found = 0;

	while (found < count && rabbit_next(listener, &got, 15000)) {
		for (size_t i = 0; i < count; i++) {
			if (seen[i] || !strstr(got.routing_key, ids[i]) ||
				strcmp(got.exchange, QUEUE "task-defined") != 0)
				continue;
			seen[i] = true;
			found++;
		}
	}
	return found;
}

/* ---- what is told of a broker that refuses ---- */

/* What is written on a standard stream from here on goes to the file; returns where it went. */
static int divert(int stream, int file)
{
	int saved = dup(stream);

	fflush(NULL);
	assert_true(dup2(file, stream) >= 0);
	return saved;
}

static void restore(int stream, int saved)
{
	fflush(NULL);
	dup2(saved, stream);
	close(saved);
}

/* Waits until a file holds some words; what it holds, for the caller to free. */
static char *wait_for_words(const char *path, const char *words)
{
	char *text = NULL;

	for (int i = 0; i < 300; i++) {
		text = tc_test_read_file(path, NULL);
		if (strstr(text, words))
			return text;
		free(text);
		nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000000 }, NULL);
	}
	text = tc_test_read_file(path, NULL);
	fail_msg("expected %s in: %s", words, text);
	return text;
}

static size_t count_of(const char *text, const char *words)
{
	size_t count = 0;

	while ((text = strstr(text, words))) {
		text += strlen(words);
		count++;
	}
	return count;
}

/* Ends the server of one test; the others' is back also when that fails. */
static void stop_own_server(struct tc_test_server *shared)
{
	struct tc_test_server *own = server;

	server = shared;
	tc_test_server_stop(own);
}

static void the_broker_says_why_itself(void **state)
{
	static const char reason[] = "NOT_ALLOWED - vhost nowhere not found";
	struct tc_test_server *shared = server;
	char path[] = "/tmp/tc-pulse-XXXXXX";
	const char *url = rabbit_url_to(&rabbit, "guest", false, "127.0.0.1", "nowhere");
	const char *colon = strchr(url + strlen("amqp://"), ':');
	char password[100];
	int file = mkstemp(path);

	(void)state;
	snprintf(password, sizeof password, "%.*s", (int)strcspn(colon, "@"), colon);
	int saved = divert(STDERR_FILENO, file);
	server = tc_test_server_start("--pulse", url, NULL);
	restore(STDERR_FILENO, saved);
	close(file);
	free(wait_for_words(path, reason));
	/* it tries again meanwhile, and does not say so each time */
	nanosleep(&(struct timespec){ .tv_sec = 2 }, NULL);
	stop_own_server(shared);
	char *text = tc_test_read_file(path, NULL);
	assert_int_equal(count_of(text, reason), 1);
	assert_null(strstr(text, password));
	assert_null(strstr(text, RABBIT_PASSWORD));
	free(text);
	unlink(path);
}

static void a_claim_that_runs_out(void **state)
{
	struct tc_test_server *shared = server;
	char id[TC_SLUGID_SIZE];
	bool seen = false;

	(void)state;
	server = tc_test_server_start("--pulse", rabbit_url(&rabbit, "guest", false),
		"--claim-timeout", "1", "--poll-timeout", "100", NULL);
	create(id, "\"retries\":1,");
	claim();
	for (int i = 0; i < 200 && !seen; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000000 }, NULL);
		struct reply *reply = ask(server, "GET", status_path(id), NULL, NULL);
		seen = reply->body && strstr(reply->body, "\"reasonCreated\":\"retry\"");
	}
	stop_own_server(shared);
	assert_true(seen);
	next("task-defined");
	next("task-pending");
	next("task-running");
	next("task-exception");
	assert_key("primary.%s.0.g.w.prov.type.-.%s._", id);
	assert_non_null(strstr(got.body, "\"reasonResolved\":\"claim-expired\""));
	next("task-pending");
	assert_key("primary.%s.1._._.prov.type.-.%s._", id);
}

static void publish_note(const char *key)
{
	char body[200];

	snprintf(body, sizeof body, "{\"routingKey\":\"%s\",\"message\":{}}", key);
	assert_int_equal(ask(server, "POST", "/api/notify/v1/pulse", body, NULL)->status, 204);
}

/* What can never be published must not keep the rest from it, nor be tried for ever. */
static void a_message_that_is_refused_is_dropped(void **state)
{
	struct tc_test_server *shared = server;
	char path[] = "/tmp/tc-pulse-XXXXXX";
	char own_state[120];
	int file = mkstemp(path);

	(void)state;
	snprintf(own_state, sizeof own_state, "%s/dropped", rabbit.folder);
	int saved = divert(STDERR_FILENO, file);
	server = tc_test_server_start(
		"--pulse", rabbit_url(&rabbit, "guest", false), "--state", own_state, NULL);
	restore(STDERR_FILENO, saved);
	close(file);
	publish_note("before");
	publish_note("a.*.b"); /* a wildcard is no word of a key */
	publish_note("after");
	next("notification");
	assert_string_equal(got.routing_key, "primary.before");
	next("notification");
	assert_string_equal(got.routing_key, "primary.after");
	char *text = wait_for_words(path, "the message is dropped");
	assert_non_null(strstr(text, "primary.a.*.b"));
	free(text);
	stop_own_server(shared);
	/* it left the outbox */
	file = open(path, O_WRONLY | O_TRUNC);
	saved = divert(STDERR_FILENO, file);
	server = tc_test_server_start(
		"--pulse", rabbit_url(&rabbit, "guest", false), "--state", own_state, NULL);
	restore(STDERR_FILENO, saved);
	close(file);
	publish_note("later");
	next("notification");
	assert_string_equal(got.routing_key, "primary.later");
	stop_own_server(shared);
	text = tc_test_read_file(path, NULL);
	assert_null(strstr(text, "dropped"));
	free(text);
	unlink(path);
}

static void by_tls(void **state)
{
	struct tc_test_server *shared = server;

	(void)state;
	setenv("SSL_CERT_FILE", rabbit.ca_file, 1);
	server = tc_test_server_start("--pulse", rabbit_url(&rabbit, "guest", true), NULL);
	unsetenv("SSL_CERT_FILE");
	publish_note("secret");
	next("notification");
	assert_string_equal(got.routing_key, "primary.secret");
	stop_own_server(shared);
}

static void the_same_trouble_is_told_again_after_a_minute(void **state)
{
	struct trouble trouble = { 0 };

	(void)state;
	assert_true(trouble_is_due(&trouble, "refused", 5)); /* a clock may begin anywhere */
	assert_false(trouble_is_due(&trouble, "refused", 5));
	assert_false(trouble_is_due(&trouble, "refused", 64));
	assert_true(trouble_is_due(&trouble, "refused", 65));
	assert_false(trouble_is_due(&trouble, "refused", 124));
	assert_true(trouble_is_due(&trouble, "refused", 125));
	assert_true(trouble_is_due(&trouble, "away", 126));
	assert_true(trouble_is_due(&trouble, "refused", 127));
}

/* The URL that --help shows for --pulse, with this broker in its place. */
static void example_url(char *url, size_t size)
{
	static const char account[] = "user:password@host";
	char path[] = "/tmp/tc-pulse-XXXXXX";
	char *arguments[] = { (char[]){ "taskcluster-sandbox" }, (char[]){ "--help" }, NULL };
	struct sandbox sandbox = { 0 };
	int file = mkstemp(path);
	int saved = divert(STDOUT_FILENO, file);

	options_parse(&sandbox, 2, arguments);
	restore(STDOUT_FILENO, saved);
	close(file);
	char *text = tc_test_read_file(path, NULL);
	unlink(path);
	const char *example = strstr(text, "amqp://");
	const char *place = example ? strstr(example, account) : NULL;
	assert_non_null(place);
	const char *rest = place + strlen(account);
	const char *real = rabbit_url(&rabbit, "guest", false) + strlen("amqp://");
	snprintf(url, size, "%.*s%.*s%.*s", (int)(place - example), example,
		(int)strcspn(real, "/"), real, (int)strcspn(rest, " \n"), rest);
	free(text);
}

static void the_example_of_help_works(void **state)
{
	struct tc_test_server *shared = server;
	char url[200];

	(void)state;
	example_url(url, sizeof url);
	server = tc_test_server_start("--pulse", url, NULL);
	ask(server, "PUT", "/api/auth/v1/roles/example",
		"{\"description\":\"d\",\"scopes\":[\"a\"]}", NULL);
	next("role-created");
	assert_non_null(strstr(got.body, "\"example\""));
	stop_own_server(shared);
}

#define LOAD 30

static void none_is_lost(void **state)
{
	char ids[LOAD][TC_SLUGID_SIZE];
	bool seen[LOAD] = { false };

	(void)state;
	rabbit_leave(listener);
	for (int i = 0; i < LOAD; i++) {
		if (i == LOAD / 3)
			rabbit_kill(&rabbit);
		create(ids[i], "");
	}
	tc_test_server_kill(server);
	start_server();
	rabbit_start(&rabbit);
	listener = rabbit_listen(&rabbit, "all", exchanges, "#");
	assert_int_equal(count_defined(ids, LOAD, seen), LOAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_from_its_beginning_to_its_end),
		cmocka_unit_test(repeated_creation),
		cmocka_unit_test(runs_that_fail),
		cmocka_unit_test(artifacts_priorities_groups),
		cmocka_unit_test(a_group_that_is_canceled),
		cmocka_unit_test(clients_and_roles),
		cmocka_unit_test(routes_are_keys),
		cmocka_unit_test(hooks_and_pools_and_notifications),
		cmocka_unit_test(a_claim_that_runs_out),
		cmocka_unit_test(the_broker_says_why_itself),
		cmocka_unit_test(a_message_that_is_refused_is_dropped),
		cmocka_unit_test(by_tls),
		cmocka_unit_test(the_same_trouble_is_told_again_after_a_minute),
		cmocka_unit_test(the_example_of_help_works),
		cmocka_unit_test(none_is_lost),
	};

	if (!rabbit_prepare(&rabbit, NULL))
		return 77;
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);
	rabbit_end(&rabbit);
	return failed;
}
