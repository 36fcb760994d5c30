/* SPDX-License-Identifier: MPL-2.0 */
/* A worker by a clock that the test moves, at a queue that the test plays: 24 hours of claims and
 * renewals, and replies that no sandbox gives. */
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/worker.h>
#include <time.h>

#define WALL_MS 1795000000000 /* in 2026 */
#define HOUR_MS 3600000
#define CLAIM_MS 1200000

/* ---- time ---- */

static atomic_llong now_ms; /* steady; the wall clock is WALL_MS ahead */

static int64_t steady(void *data)
{
	(void)data;
	return atomic_load(&now_ms);
}

static struct timespec wall(void *data)
{
	int64_t ms = WALL_MS + atomic_load(&now_ms);

	(void)data;
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };
}

static void date_in(int64_t ms, char date[TC_DATE_SIZE])
{
	int64_t then = WALL_MS + atomic_load(&now_ms) + ms;

	assert_ok(tc_date_format((struct timespec){ .tv_sec = (time_t)(then / 1000) }, date, NULL),
		NULL);
}

/* ---- the queue ---- */

static struct queue {
	pthread_mutex_t lock;
	int waiting; /* tasks to be claimed */
	int claims, claimed, renewals, reports, statuses;
	int refuse_report;      /* with 409, so many times */
	const char *run_status; /* that a run has then, as JSON; NULL: it runs */
	bool broken;            /* the next task breaks its schema */
	char exception[200];    /* the last that was reported */
	char text[70000], headers[200];
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER };

#define STATUS_OF \
	"{\"taskId\":\"%s\",\"provisionerId\":\"p\",\"workerType\":\"w\",\"taskQueueId\":\"p/w\"," \
	"\"schedulerId\":\"-\",\"projectId\":\"none\",\"taskGroupId\":\"%s\",\"deadline\":\"%s\"," \
	"\"expires\":\"%s\",\"retriesLeft\":5,\"state\":\"running\",\"runs\":[{\"runId\":0," \
	"\"reasonCreated\":\"scheduled\",\"scheduled\":\"2026-11-28T00:00:00Z\",%s}]}"

static size_t add_status(char *text, size_t size, const char *id)
{
	char later[TC_DATE_SIZE];

	date_in(100 * HOUR_MS, later);
	return (size_t)snprintf(text, size, STATUS_OF, id, id, later, later,
		queue.run_status ? queue.run_status : "\"state\":\"running\"");
}

/* Each is one that could be. */
static void make_id(char id[30], int number)
{
	snprintf(id, 30, "AbCdEfGhQ%08dAAAAA", number % 100000000);
}

#define KEYS \
	"\"credentials\":{\"clientId\":\"task\",\"accessToken\":\"a-token\",\"certificate\":\"\"}"

static size_t add_task(char *text, size_t size, int number)
{
	char id[30], soon[TC_DATE_SIZE], later[TC_DATE_SIZE];

	make_id(id, number);
	date_in(CLAIM_MS, soon);
	date_in(100 * HOUR_MS, later);
	size_t at = (size_t)snprintf(text, size, "{\"status\":");
	at += add_status(text + at, size - at, id);
	at += (size_t)snprintf(text + at, size - at,
		",\"runId\":0,\"workerGroup\":\"g\",\"workerId\":\"w\",\"takenUntil\":\"%s\"," KEYS
		",\"task\":{\"taskQueueId\":\"p/w\",\"provisionerId\":\"p\",\"workerType\":\"w\","
		"\"schedulerId\":\"-\",\"projectId\":\"none\",\"taskGroupId\":\"%s\","
		"\"dependencies\":[],\"requires\":\"all-completed\",\"routes\":[],"
		"\"priority\":\"lowest\",\"retries\":5,\"created\":\"%s\",\"deadline\":\"%s\","
		"\"expires\":\"%s\",\"scopes\":[],\"payload\":{\"long\":%s},"
		"\"metadata\":{%s\"description\":\"d\",\"owner\":\"o@x.y\",\"source\":"
		"\"https://x.y\"},\"tags\":{},\"extra\":{}}}",
		soon, id, soon, later, later, number < 2 ? "true" : "false",
		queue.broken ? "" : "\"name\":\"n\",");
	queue.broken = false;
	return at;
}

static void claim(char *text, size_t size, const char *body)
{
	const char *tasks = strstr(body, "\"tasks\":");
	int wanted = tasks ? atoi(tasks + 8) : 0;
	size_t at = (size_t)snprintf(text, size, "{\"tasks\":[");

	for (int i = 0; i < wanted && queue.waiting > 0; i++, queue.waiting--) {
		if (i)
			text[at++] = ',';
		at += add_task(text + at, size - at, queue.claimed++);
	}
	snprintf(text + at, size - at, "]}");
	queue.claims++;
}

static int say(const char *target, const char *body)
{
	char id[30], soon[TC_DATE_SIZE], *text = queue.text;
	size_t size = sizeof queue.text;
	const char *task = strstr(target, "/task/");

	snprintf(id, sizeof id, "%.22s", task ? task + 6 : "");
	if (strstr(target, "claim-work")) {
		claim(text, size, body);
		return 200;
	}
	if (strstr(target, "/reclaim")) {
		queue.renewals++;
		date_in(CLAIM_MS, soon);
		size_t at = (size_t)snprintf(text, size, "{\"status\":");
		at += add_status(text + at, size - at, id);
		snprintf(text + at, size - at,
			",\"runId\":0,\"workerGroup\":\"g\",\"workerId\":\"w\",\"takenUntil\":\"%"
			"s\""
			"," KEYS "}",
			soon);
		return 200;
	}
	if (strstr(target, "/status"))
		queue.statuses++;
	else
		queue.reports++;
	if (strstr(target, "/exception"))
		snprintf(queue.exception, sizeof queue.exception, "%s", body);
	if (!strstr(target, "/status") && queue.refuse_report > 0) {
		queue.refuse_report--;
		snprintf(text, size, "{\"code\":\"RequestConflict\",\"message\":\"no\"}");
		return 409;
	}
	size_t at = (size_t)snprintf(text, size, "{\"status\":");
	at += add_status(text + at, size - at, id);
	snprintf(text + at, size - at, "}");
	return 200;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct timespec now = wall(NULL);
	struct tm date;

	(void)data;
	gmtime_r(&now.tv_sec, &date);
	pthread_mutex_lock(&queue.lock);
	char *body = strndup(request->body ? request->body : "", request->body_length);
	reply->status = say(request->target, body ? body : "");
	free(body);
	snprintf(queue.headers, sizeof queue.headers,
		"Content-Type: application/json\r\n"
		"Date: Sun, %02d %.3s %d %02d:%02d:%02d GMT\r\n",
		date.tm_mday, months + date.tm_mon * 3, date.tm_year + 1900, date.tm_hour,
		date.tm_min, date.tm_sec);
	reply->headers = queue.headers;
	reply->body = queue.text;
	reply->body_length = strlen(queue.text);
	pthread_mutex_unlock(&queue.lock);
}

/* ---- the worker ---- */

static struct site {
	struct tc_responder *responder;
	tc_client *client;
	tc_loop *loop;
	tc_worker *worker;
	tc_task *kept[4]; /* that go on */
	int started, aborted, ended, reported;
	struct tc_task_end end; /* of the last one, its texts are gone */
	char log[4000];         /* the last lines */
	tc_error err;
} site;

static void start(void *data, tc_task *task)
{
	(void)data;
	if (site.started++ < 2 && tc_json_true(tc_json_at(tc_task_json(task), "/payload/long")))
		site.kept[site.started - 1] = task;
	else
		tc_worker_resolve(site.worker, task, TC_TASK_COMPLETED, NULL);
}

static void stop_work(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	(void)why;
	site.aborted++;
	tc_worker_resolve(site.worker, task, TC_TASK_FAILED, NULL);
}

static void ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	(void)data;
	(void)task;
	site.ended++;
	site.reported += end->reported;
	site.end = *end;
}

static void log_line(void *data, enum tc_log_level level, const char *line)
{
	(void)data;
	(void)level;
	snprintf(site.log, sizeof site.log, "%s", line);
}

static void begin(int tasks)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_loop_options loop = TC_LOOP_OPTIONS_INIT;
	struct tc_worker_options worker = TC_WORKER_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;

	pthread_mutex_lock(&queue.lock);
	queue.waiting = tasks;
	queue.claims = queue.claimed = queue.renewals = queue.reports = queue.statuses = 0;
	queue.refuse_report = 0;
	queue.run_status = NULL;
	pthread_mutex_unlock(&queue.lock);
	memset(&site, 0, sizeof site);
	seams.steady = steady;
	seams.clock = wall;
	site.responder = tc_responder_start(answer, NULL);
	tc_credentials *credentials = tc_credentials_new("me", "a-token", NULL, NULL);
	options.root_url = tc_responder_url(site.responder);
	options.credentials = credentials;
	options.seams = loop.seams = &seams;
	options.attempts = 1;
	site.client = tc_client_new(&options, &site.err);
	assert_ok(site.err.code, &site.err);
	tc_credentials_free(credentials);
	site.loop = tc_loop_new(&loop, &site.err);
	worker.task_queue_id = "p/w";
	worker.worker_group = "g";
	worker.worker_id = "w";
	worker.capacity = 4;
	worker.start = start;
	worker.abort = stop_work;
	worker.ended = ended;
	worker.log = log_line;
	site.worker = tc_worker_new(site.loop, site.client, &worker, &site.err);
	assert_ok(site.err.code, &site.err);
}

static void end(void)
{
	tc_worker_free(site.worker);
	tc_loop_free(site.loop);
	tc_client_free(site.client);
	tc_responder_stop(site.responder);
}

/* Nothing is under way but timers: as many as there are tasks, the worker's own, and its bell. */
static void settle(void)
{
	for (int i = 0; i < 4; i++)
		assert_ok(tc_loop_poll(site.loop, 2, &site.err), &site.err);
}

static void until(const int *count, int wanted)
{
	for (int i = 0; *count < wanted && i < 3000; i++)
		assert_ok(tc_loop_poll(site.loop, 2, &site.err), &site.err);
	if (*count < wanted)
		fail_msg("%d of %d; the last line: %s", *count, wanted, site.log);
}

static int queue_reports(void)
{
	pthread_mutex_lock(&queue.lock);
	int reports = queue.reports;
	pthread_mutex_unlock(&queue.lock);
	return reports;
}

/* ---- a day ---- */

#define STEP_MS 60000

static void a_day_passes(void **state)
{
	size_t before = 0;

	(void)state;
	begin(2);
	until(&site.started, 2);
	for (int64_t passed = 0; passed < 24 * HOUR_MS; passed += STEP_MS) {
		pthread_mutex_lock(&queue.lock);
		queue.waiting++;
		pthread_mutex_unlock(&queue.lock);
		atomic_fetch_add(&now_ms, STEP_MS);
		until(&site.ended, site.started - 2);
		settle();
		if (passed == 2 * HOUR_MS)
			before = mallinfo2().uordblks;
	}
	size_t after = mallinfo2().uordblks;
	until(&site.ended,
		queue_reports()); /* the queue heard of the last before we heard of that */
	assert_int_equal(site.aborted, 0);
	assert_int_in_range(site.ended, 24 * 60 - 2, 24 * 60);
	assert_int_equal(site.reported, site.ended);
	assert_int_equal(queue_reports(), site.ended);
	/* two claims, each every 17 min: 84 times; the clock stands still for 60 s at a time */
	assert_int_in_range(queue.renewals, 160, 2 * 90);
	/* 1,300 tasks later; what lies with connections comes and goes */
	if (!getenv("TC_SANITIZE") || !*getenv("TC_SANITIZE"))
		assert_int_in_range(after, 0, before + 100000);
	for (int i = 0; i < 2; i++)
		tc_worker_resolve(site.worker, site.kept[i], TC_TASK_COMPLETED, NULL);
	until(&site.ended, site.started);
	assert_int_equal(site.reported, site.ended);
	end();
}

/* While nothing is to be done, it asks every 5 s for work that is refused at once, and does nothing
 * else. */
static void an_empty_answer_is_not_asked_for_at_once(void **state)
{
	(void)state;
	begin(0);
	for (int second = 0; second < 100; second++) {
		atomic_fetch_add(&now_ms, 1000);
		settle();
	}
	assert_int_in_range(queue.claims, 19, 22);
	end();
}

/* ---- what was said before, and was not heard ---- */

static void a_conflict_is_looked_into(void **state)
{
	static const struct {
		const char *run;
		bool reported;
		const char *line;
	} cases[] = {
		{ "\"state\":\"completed\",\"reasonResolved\":\"completed\"", true, "completed" },
		{ "\"state\":\"failed\",\"reasonResolved\":\"failed\"", false, "failed" },
		{ "\"state\":\"exception\",\"reasonResolved\":\"canceled\"", false, "canceled" },
		{ NULL, false, "running" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(3); /* two that go on, and one */
		until(&site.started, 2);
		pthread_mutex_lock(&queue.lock);
		queue.refuse_report = 1;
		queue.run_status = cases[i].run;
		pthread_mutex_unlock(&queue.lock);
		until(&site.ended, 1);
		assert_int_equal(site.end.reported, cases[i].reported);
		assert_int_equal(queue.statuses, 1);
		assert_non_null(strstr(site.log, cases[i].line));
		end();
	}
}

/* One that cannot be read is told as such, and the others begin. */
static void one_broken_task_costs_no_other(void **state)
{
	(void)state;
	begin(0);
	pthread_mutex_lock(&queue.lock);
	queue.waiting = 4;
	queue.broken = true;
	pthread_mutex_unlock(&queue.lock);
	until(&site.started, 3);
	until(&queue.reports, 3); /* two of the others go on */
	assert_non_null(strstr(queue.exception, "\"internal-error\""));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_passes),
		cmocka_unit_test(an_empty_answer_is_not_asked_for_at_once),
		cmocka_unit_test(a_conflict_is_looked_into),
		cmocka_unit_test(one_broken_task_costs_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
