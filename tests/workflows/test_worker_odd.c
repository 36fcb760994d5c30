/* SPDX-License-Identifier: MPL-2.0 */
/* A worker at a queue that answers as none should: a task twice, a broken one among good ones,
 * dates of all kinds, reports whose reply is lost; and one that is freed wherever it can be. */
#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/harness/responder.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/worker.h>
#include <time.h>

#define PATIENCE_MS 8000

/* ---- the queue ---- */

enum fault {
	NONE = 0,
	NO_TAKEN_UNTIL,
	NO_CREDENTIALS,
	NO_RUN_ID,
	NO_STATUS,
	NO_OBJECT,
	FAULTS,
};

static struct queue {
	pthread_mutex_t lock;
	/* the tasks of each claimWork, by number, -1 ends; the last reply is empty */
	int replies[4][40];
	enum fault fault; /* of the task 0 */
	int claim_s, deadline_s;
	int date_s;           /* the server's clock is so far ahead */
	bool no_date, offset; /* no Date; dates end in +00:00 */
	int lose_reports;     /* so many are taken, and their reply is lost */
	bool refuse_claims, refuse_renewals;
	bool hang;         /* claimWork is never answered */
	bool garble;       /* renewals are answered by a page that is no reply */
	const char *state; /* of a run that was not reported: "running" */
	int claims, renewals, completed, exceptions, statuses;
	char text[90000], headers[120];
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void date_in(int64_t seconds, char date[TC_DATE_SIZE + 8])
{
	struct timespec when = { .tv_sec = time(NULL) + queue.date_s + seconds };

	assert_ok(tc_date_format(when, date, NULL), NULL);
	if (queue.offset)
		strcpy(strchr(date, 'Z'), "+00:00");
}

#define STATUS_OF \
	"{\"taskId\":\"%s\",\"provisionerId\":\"p\",\"workerType\":\"w\",\"taskQueueId\":\"p/w\"," \
	"\"schedulerId\":\"-\",\"projectId\":\"none\",\"taskGroupId\":\"%s\",\"deadline\":\"%s\"," \
	"\"expires\":\"%s\",\"retriesLeft\":5,\"state\":\"running\",\"runs\":[{\"runId\":0," \
	"\"reasonCreated\":\"scheduled\",\"scheduled\":\"2026-11-28T00:00:00Z\",%s}]}"

static size_t add_status(char *text, size_t size, const char *id)
{
	char later[TC_DATE_SIZE + 8], state[80];

	date_in(queue.deadline_s, later);
	snprintf(state, sizeof state, "\"state\":\"%s\"%s%s%s",
		queue.completed ? "completed" : queue.state,
		queue.completed ? ",\"reasonResolved\":\"" : "", queue.completed ? "completed" : "",
		queue.completed ? "\"" : "");
	return (size_t)snprintf(text, size, STATUS_OF, id, id, later, later, state);
}

static size_t add_claim(char *text, size_t size, const char *id, enum fault fault)
{
	char until[TC_DATE_SIZE + 8];
	size_t at = 0;

	date_in(queue.claim_s, until);
	if (fault != NO_STATUS) {
		at += (size_t)snprintf(text, size, "\"status\":");
		at += add_status(text + at, size - at, id);
		at += (size_t)snprintf(text + at, size - at, ",");
	}
	if (fault != NO_RUN_ID)
		at += (size_t)snprintf(text + at, size - at, "\"runId\":0,");
	if (fault != NO_TAKEN_UNTIL)
		at += (size_t)snprintf(text + at, size - at, "\"takenUntil\":\"%s\",", until);
	if (fault != NO_CREDENTIALS)
		at += (size_t)snprintf(text + at, size - at,
			"\"credentials\":{\"clientId\":\"task\",\"accessToken\":\"a-token\","
			"\"certificate\":\"\"},");
	return at +
		(size_t)snprintf(text + at, size - at, "\"workerGroup\":\"g\",\"workerId\":\"w\"");
}

static size_t add_task(char *text, size_t size, int number)
{
	char id[30], now[TC_DATE_SIZE + 8], later[TC_DATE_SIZE + 8];
	enum fault fault = number ? NONE : queue.fault;

	if (fault == NO_OBJECT)
		return (size_t)snprintf(text, size, "\"broken\"");
	snprintf(id, sizeof id, "AbCdEfGhQ%08dAAAAA", number);
	date_in(0, now);
	date_in(queue.deadline_s, later);
	size_t at = (size_t)snprintf(text, size, "{");
	at += add_claim(text + at, size - at, id, fault);
	at += (size_t)snprintf(text + at, size - at,
		",\"task\":{\"taskQueueId\":\"p/w\",\"provisionerId\":\"p\",\"workerType\":\"w\","
		"\"schedulerId\":\"-\",\"projectId\":\"none\",\"taskGroupId\":\"%s\","
		"\"dependencies\":[],\"requires\":\"all-completed\",\"routes\":[],"
		"\"priority\":\"lowest\",\"retries\":5,\"created\":\"%s\",\"deadline\":\"%s\","
		"\"expires\":\"%s\",\"scopes\":[],\"payload\":{},\"metadata\":{\"name\":\"n\","
		"\"description\":\"d\",\"owner\":\"o@x.y\",\"source\":\"https://x.y\"},\"tags\":{},"
		"\"extra\":{}}}",
		id, now, later, later);
	return at;
}

static void say_claims(char *text, size_t size)
{
	const int *numbers = queue.replies[queue.claims < 3 ? queue.claims : 3];
	size_t at = (size_t)snprintf(text, size, "{\"tasks\":[");

	for (size_t i = 0; numbers[i] >= 0; i++) {
		if (i)
			text[at++] = ',';
		at += add_task(text + at, size - at, numbers[i]);
	}
	snprintf(text + at, size - at, "]}");
	queue.claims++;
}

static int refuse(char *text, size_t size, int status)
{
	snprintf(text, size, "{\"code\":\"RequestConflict\",\"message\":\"no\"}");
	return status;
}

static int say(const char *target, char *text, size_t size)
{
	char id[30];
	const char *task = strstr(target, "/task/");

	snprintf(id, sizeof id, "%.22s", task ? task + 6 : "");
	if (strstr(target, "claim-work")) {
		if (queue.refuse_claims)
			return refuse(text, size, 403);
		say_claims(text, size);
		return 200;
	}
	if (strstr(target, "/reclaim")) {
		queue.renewals++;
		if (queue.refuse_renewals)
			return refuse(text, size, 409);
		if (queue.garble) {
			snprintf(text, size, "{\"please\":\"log in\"}");
			return 200;
		}
		size_t at = (size_t)snprintf(text, size, "{");
		at += add_claim(text + at, size - at, id, NONE);
		snprintf(text + at, size - at, ",\"taskId\":\"x\"}");
		return 200;
	}
	queue.statuses += strstr(target, "/status") != NULL;
	queue.completed += strstr(target, "/completed") != NULL;
	queue.exceptions += strstr(target, "/exception") != NULL;
	size_t at = (size_t)snprintf(text, size, "{\"status\":");
	at += add_status(text + at, size - at, id);
	snprintf(text + at, size - at, "}");
	return 200;
}

/* Date: the server's clock. */
static const char *headers(void)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = time(NULL) + queue.date_s;
	struct tm date;

	gmtime_r(&now, &date);
	if (queue.no_date)
		return "Content-Type: application/json\r\n";
	snprintf(queue.headers, sizeof queue.headers,
		"Content-Type: application/json\r\n"
		"Date: Sun, %02d %.3s %d %02d:%02d:%02d GMT\r\n",
		date.tm_mday, months + (size_t)date.tm_mon * 3, date.tm_year + 1900, date.tm_hour,
		date.tm_min, date.tm_sec);
	return queue.headers;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	pthread_mutex_lock(&queue.lock);
	int reports = queue.completed + queue.exceptions;
	reply->status = say(request->target, queue.text, sizeof queue.text);
	reply->headers = headers();
	reply->body = queue.text;
	reply->body_length = strlen(queue.text);
	if (queue.hang && strstr(request->target, "claim-work")) {
		reply->silent = true;
		reply->cut = 1;
	}
	if (queue.completed + queue.exceptions > reports && queue.lose_reports > 0) {
		queue.lose_reports--;
		reply->close = true;
	}
	pthread_mutex_unlock(&queue.lock);
}

/* ---- the worker ---- */

enum place { NOWHERE, START, ABORT, ENDED, RENEWED, ON_END };

static struct site {
	struct tc_responder *responder;
	tc_client *client;
	tc_loop *loop;
	tc_worker *worker;
	char state[200];
	bool wait; /* tasks are resolved by the test */
	bool own_loop;
	enum place free_in;
	tc_task *tasks[40];
	int started, ended, reported, aborted, renewed, leftovers, after;
	enum tc_abort why;
	int64_t left_ms; /* of the claim at the start */
	char log[9000];
	tc_error err;
} site;

static void visit(enum place place)
{
	site.after += !site.worker; /* a callback of one that was freed */
	if (!site.worker || site.free_in != place)
		return;
	tc_worker *worker = site.worker;
	site.worker = NULL;
	tc_worker_free(worker);
}

static void resolve(tc_task *task)
{
	if (site.worker)
		tc_worker_resolve(site.worker, task, TC_TASK_COMPLETED, NULL);
}

static void renewed(void *data, tc_task *task)
{
	(void)data;
	(void)task;
	site.renewed++;
	visit(RENEWED);
}

static void start(void *data, tc_task *task)
{
	(void)data;
	site.left_ms = tc_task_claim_left_ms(task);
	tc_task_on_renewal(task, renewed, NULL);
	site.tasks[site.started++] = task;
	visit(START);
	if (!site.wait)
		resolve(task);
}

static void stop_work(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	site.aborted++;
	site.why = why;
	visit(ABORT);
	resolve(task);
}

static void ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	(void)data;
	(void)task;
	site.ended++;
	site.reported += end->reported;
	visit(ENDED);
}

static void on_end(void *data, enum tc_worker_end end, const tc_error *err)
{
	(void)data;
	(void)end;
	(void)err;
	visit(ON_END);
}

static void log_line(void *data, enum tc_log_level level, const char *line)
{
	size_t at = strlen(site.log);

	(void)data;
	(void)level;
	snprintf(site.log + at, sizeof site.log - at, "%s\n", line);
}

/* A queue without faults that gives one task. */
static void open_queue(void)
{
	pthread_mutex_t lock = queue.lock;

	memset(&queue, 0, sizeof queue);
	queue.lock = lock;
	for (size_t i = 0; i < 4; i++)
		queue.replies[i][0] = -1;
	queue.replies[0][0] = 1;
	queue.replies[0][1] = -1;
	queue.claim_s = 1200;
	queue.deadline_s = 3600;
	queue.state = "running";
	memset(&site, 0, sizeof site);
}

static void open_client(void)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials = tc_credentials_new("me", "a-token", NULL, NULL);

	site.responder = tc_responder_start(answer, NULL);
	options.root_url = tc_responder_url(site.responder);
	options.credentials = credentials;
	options.attempts = 1;
	site.client = tc_client_new(&options, &site.err);
	assert_ok(site.err.code, &site.err);
	tc_credentials_free(credentials);
	site.loop = tc_loop_new(NULL, &site.err);
	assert_ok(site.err.code, &site.err);
}

static void begin(struct tc_worker_options *options)
{
	open_client();
	options->task_queue_id = "p/w";
	options->worker_group = "g";
	options->worker_id = "w";
	options->start = start;
	options->abort = stop_work;
	options->ended = ended;
	options->log = log_line;
	options->stop_wait_ms = 50;
	options->state_path = *site.state ? site.state : NULL;
	site.worker =
		tc_worker_new(site.own_loop ? NULL : site.loop, site.client, options, &site.err);
	assert_ok(site.err.code, &site.err);
	tc_worker_on_end(site.worker, on_end, NULL);
}

static void close_site(void)
{
	tc_worker_free(site.worker);
	tc_loop_free(site.loop);
	tc_client_free(site.client);
	tc_responder_stop(site.responder);
	tc_error_clear(&site.err);
}

static void poll(int64_t ms)
{
	int64_t until = tc_test_now_ms() + ms;

	do
		assert_ok(tc_loop_poll(site.loop, ms < 10 ? ms : 10, &site.err), &site.err);
	while (tc_test_now_ms() < until);
}

static void until(const int *count, int wanted)
{
	int64_t end = tc_test_now_ms() + PATIENCE_MS;

	while (*count < wanted && tc_test_now_ms() < end)
		poll(5);
	if (*count < wanted)
		fail_msg("%d of %d; the log:\n%s", *count, wanted, site.log);
}

static void keep_state(const struct tc_folder *folder)
{
	snprintf(site.state, sizeof site.state, "%s", tc_folder_path(folder, "state"));
}

/* ---- claims ---- */

/* A run is one task here, however often a queue gives it. */
static void a_task_that_comes_twice_runs_once(void **unused)
{
	struct tc_folder folder;

	(void)unused;
	tc_folder_make(&folder);
	for (int with_state = 0; with_state < 2; with_state++) {
		struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
		open_queue();
		if (with_state)
			keep_state(&folder);
		site.wait = true;
		options.capacity = 8;
		memcpy(queue.replies[0], (const int[]){ 1, 2, 1, -1 }, 4 * sizeof(int));
		memcpy(queue.replies[1], (const int[]){ 2, 3, -1 }, 3 * sizeof(int));
		memcpy(queue.replies[2], (const int[]){ 1, -1 }, 2 * sizeof(int));
		memcpy(queue.replies[3], (const int[]){ 1, -1 }, 2 * sizeof(int));
		begin(&options);
		until(&site.started, 3);
		until(&queue.claims, 3);
		poll(200);
		assert_int_equal(site.started, 3);
		assert_int_equal(queue.claims, 3); /* not all the time */
		assert_int_equal(queue.exceptions, 0);
		for (int i = 0; i < 3; i++)
			resolve(site.tasks[i]);
		until(&site.ended, 3);
		assert_int_equal(site.reported, 3);
		assert_int_equal(queue.completed, 3);
		close_site();
	}
	tc_folder_remove(&folder);
}

/* What cannot be begun is told, and takes no other with it. */
static void a_broken_task_harms_no_other(void **unused)
{
	struct tc_folder folder;

	(void)unused;
	tc_folder_make(&folder);
	for (int round = 0; round < 2 * (FAULTS - 1); round++) {
		struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
		open_queue();
		queue.fault = (enum fault)(1 + round / 2);
		if (round % 2)
			keep_state(&folder);
		options.capacity = 32;
		for (int i = 0; i < 32; i++)
			queue.replies[0][i] = (i + 16) % 32;
		queue.replies[0][32] = -1;
		begin(&options);
		until(&site.ended, 31);
		assert_int_equal(site.reported, 31);
		assert_int_equal(queue.completed, 31);
		close_site();
	}
	tc_folder_remove(&folder);
}

/* Who has room for as many as were asked for has no more. */
static void more_tasks_than_asked_for_are_given_back(void **unused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	(void)unused;
	open_queue();
	memcpy(queue.replies[0], (const int[]){ 1, 2, 3, 4, -1 }, 5 * sizeof(int));
	site.wait = true;
	options.capacity = 2;
	begin(&options);
	until(&queue.exceptions, 2);
	poll(100);
	assert_int_equal(site.started, 2);
	assert_int_equal(queue.exceptions, 2);
	for (int i = 0; i < 2; i++)
		resolve(site.tasks[i]);
	until(&queue.completed, 2);
	close_site();
}

/* ---- times ---- */

static void one_task(int claim_s, int date_s, bool no_date, bool offset)
{
	open_queue();
	queue.claim_s = claim_s;
	queue.date_s = date_s;
	queue.no_date = no_date;
	queue.offset = offset;
	site.wait = true;
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	begin(&options);
	until(&site.started, 1);
}

/* It lasts as long as the server's clock says, wherever that stands. */
static void a_claim_lasts_as_the_server_says(void **unused)
{
	static const struct {
		int date_s;
		bool no_date, offset;
	} servers[] = { { 0, false, false }, { 600, false, false }, { -600, false, false },
		{ 0, true, false }, { 0, false, true }, { -600, false, true } };

	(void)unused;
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		one_task(1200, servers[i].date_s, servers[i].no_date, servers[i].offset);
		assert_int_in_range(site.left_ms, 1195000, 1201000);
		poll(100);
		assert_int_equal(queue.renewals, 0);
		assert_int_equal(site.aborted, 0);
		close_site();
	}
}

/* One that is over when it comes: it is asked for, and not all the time. */
static void a_claim_that_has_ended_is_renewed_soon(void **unused)
{
	(void)unused;
	one_task(-60, 0, false, false);
	until(&site.renewed, 2);
	poll(1000);
	assert_int_in_range(queue.renewals, 2, 5);
	assert_int_equal(site.aborted, 0);
	resolve(site.tasks[0]);
	until(&site.ended, 1);
	assert_int_equal(site.reported, 1);
	close_site();
}

static void a_deadline_that_is_over_aborts_at_once(void **unused)
{
	(void)unused;
	open_queue();
	queue.deadline_s = -10;
	site.wait = true;
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	begin(&options);
	until(&site.ended, 1);
	assert_int_equal(site.aborted, 1);
	assert_int_equal(site.why, TC_ABORT_DEADLINE);
	assert_int_equal(queue.completed + queue.exceptions, 0);
	close_site();
}

/* ---- many at once ---- */

static void fill_replies(int count)
{
	for (int i = 0; i < count; i++)
		queue.replies[0][i] = i + 1;
	queue.replies[0][count] = -1;
}

/* 32 renewals are refused at the same moment: each task is asked for and aborted once, and there is
 * room for others. */
static void thirty_two_are_lost_at_once(void **unused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	(void)unused;
	open_queue();
	queue.claim_s = 2;
	queue.refuse_renewals = true;
	fill_replies(32);
	site.wait = true;
	options.capacity = 32;
	begin(&options);
	until(&site.ended, 32);
	assert_int_equal(site.started, 32);
	assert_int_equal(site.aborted, 32);
	assert_int_equal(site.why, TC_ABORT_LOST);
	assert_int_equal(site.reported, 0);
	assert_int_equal(queue.renewals, 32);
	assert_int_in_range(queue.statuses, 32, 64);
	assert_int_equal(queue.completed + queue.exceptions, 0);
	until(&queue.claims, 2);
	close_site();
}

/* A stop does not wait for a claim whose reply hangs in its middle. */
static void a_reply_that_hangs_delays_no_stop(void **unused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	(void)unused;
	open_queue();
	queue.hang = true;
	begin(&options);
	until(&queue.claims, 1);
	poll(100);
	int64_t begun = tc_test_now_ms();
	tc_worker_stop(site.worker, TC_STOP_FINISH);
	while (!tc_worker_ended(site.worker) && tc_test_now_ms() < begun + PATIENCE_MS)
		poll(5);
	assert_int_equal(tc_worker_ended(site.worker), TC_END_STOPPED);
	assert_int_in_range(tc_test_now_ms() - begun, 0, 2000);
	close_site();
}

/* ---- reports and statuses ---- */

/* The queue took it, and its reply was lost; what ends the tries is not that it was not taken. */
static void a_report_whose_reply_was_lost_counts_when_the_claim_ends(void **unused)
{
	(void)unused;
	open_queue();
	queue.claim_s = 3;
	queue.refuse_renewals = true;
	queue.lose_reports = 100;
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	begin(&options);
	until(&site.ended, 1);
	assert_int_equal(site.reported, 1);
	close_site();
}

static void a_state_that_is_not_known_ends_nothing(void **unused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	(void)unused;
	open_queue();
	queue.state = "paused-by-a-later-version";
	site.wait = true;
	options.status_poll_ms = 50;
	begin(&options);
	until(&queue.statuses, 4);
	assert_int_equal(site.aborted, 0);
	resolve(site.tasks[0]);
	until(&site.ended, 1);
	assert_int_equal(site.reported, 1);
	close_site();
}

/* ---- freed ---- */

static bool is_freed(void)
{
	int64_t end = tc_test_now_ms() + 2000;

	while (site.worker && tc_test_now_ms() < end && !tc_worker_ended(site.worker))
		poll(5);
	return !site.worker;
}

/* A task whose claim is renewed, refused, aborted, and ends, or that cannot be claimed. */
static bool free_in(enum place place, bool refused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	open_queue();
	queue.claim_s = 1;
	queue.refuse_claims = refused;
	site.wait = true;
	site.free_in = place;
	options.status_poll_ms = 20;
	begin(&options);
	if (!refused)
		until(&site.started, 1);
	for (int64_t end = tc_test_now_ms() + 1200;
		site.worker && !refused && !queue.refuse_renewals && tc_test_now_ms() < end;) {
		poll(5);
		if (site.renewed && place != RENEWED)
			queue.refuse_renewals = true;
	}
	for (int64_t end = tc_test_now_ms() + 3000;
		site.worker && !refused && !site.ended && tc_test_now_ms() < end;)
		poll(5);
	if (site.worker)
		tc_worker_stop(site.worker, TC_STOP_ABORT);
	bool freed = is_freed();
	poll(20);
	assert_int_equal(site.after, 0);
	close_site();
	return freed;
}

static void it_may_be_freed_in_each_callback(void **unused)
{
	(void)unused;
	for (enum place place = START; place <= ON_END; place++)
		assert_true(free_in(place, false));
	assert_true(free_in(ON_END, true));
}

/* With the loop inside it goes, too, while that is polled. */
static void it_may_be_freed_while_it_runs(void **unused)
{
	(void)unused;
	for (enum place place = START; place <= ON_END; place++) {
		struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
		open_queue();
		queue.claim_s = 1;
		queue.deadline_s = place == ABORT ? 1 : 3600;
		site.wait = place == ABORT || place == RENEWED;
		site.own_loop = true;
		site.free_in = place;
		options.task_limit = 1;
		begin(&options);
		int rc = tc_worker_run(site.worker, &site.err);
		assert_int_equal(rc, place == ON_END ? TC_OK : TC_ERROR_CANCELED);
		assert_null(site.worker);
		assert_int_equal(site.after, 0);
		close_site();
	}
}

/* Each has its own tasks. */
static void two_share_a_loop(void **unused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	(void)unused;
	open_queue();
	queue.replies[1][0] = 2;
	queue.replies[1][1] = -1;
	site.wait = true;
	begin(&options);
	tc_worker *other = tc_worker_new(site.loop, site.client, &options, &site.err);
	assert_ok(site.err.code, &site.err);
	until(&site.started, 2);
	tc_worker *first = site.worker;
	for (int i = 0; i < 2; i++) {
		/* whose it is nobody knows but the order of the replies */
		struct tc_worker_stats stats = TC_WORKER_STATS_INIT;
		tc_worker_read_stats(i ? other : first, &stats);
		assert_int_equal(stats.busy, 1);
	}
	tc_worker_free(other);
	poll(50);
	assert_int_equal(tc_worker_ended(first), 0);
	tc_worker_stop(first, TC_STOP_ABORT);
	until(&site.ended, 1);
	assert_int_equal(queue.exceptions, 1);
	close_site();
}

/* ---- the next life ---- */

static bool take_over(void *data, tc_task *task)
{
	(void)data;
	site.tasks[0] = task;
	site.leftovers++;
	return true;
}

/* That a task is still ours is what the queue says, not what any page does. */
static void a_leftover_waits_for_the_queues_word(void **unused)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct tc_folder folder;

	(void)unused;
	tc_folder_make(&folder);
	open_queue();
	keep_state(&folder);
	site.wait = true;
	begin(&options);
	until(&site.started, 1);
	tc_worker_free(site.worker);
	queue.garble = true;
	options.leftover = take_over;
	site.worker = tc_worker_new(site.loop, site.client, &options, &site.err);
	assert_ok(site.err.code, &site.err);
	until(&queue.renewals, 2);
	poll(100);
	assert_int_equal(site.leftovers, 0);
	queue.garble = false;
	until(&site.leftovers, 1);
	resolve(site.tasks[0]);
	until(&site.ended, 1);
	assert_int_equal(site.reported, 1);
	close_site();
	tc_folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_that_comes_twice_runs_once),
		cmocka_unit_test(a_broken_task_harms_no_other),
		cmocka_unit_test(more_tasks_than_asked_for_are_given_back),
		cmocka_unit_test(a_claim_lasts_as_the_server_says),
		cmocka_unit_test(a_claim_that_has_ended_is_renewed_soon),
		cmocka_unit_test(a_deadline_that_is_over_aborts_at_once),
		cmocka_unit_test(thirty_two_are_lost_at_once),
		cmocka_unit_test(a_reply_that_hangs_delays_no_stop),
		cmocka_unit_test(a_report_whose_reply_was_lost_counts_when_the_claim_ends),
		cmocka_unit_test(a_state_that_is_not_known_ends_nothing),
		cmocka_unit_test(it_may_be_freed_in_each_callback),
		cmocka_unit_test(it_may_be_freed_while_it_runs),
		cmocka_unit_test(two_share_a_loop),
		cmocka_unit_test(a_leftover_waits_for_the_queues_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
