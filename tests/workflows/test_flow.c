/* SPDX-License-Identifier: MPL-2.0 */
/* How jobs end: canceled, late, with their loop, in whatever they are at. Uploads stand for all. */
#include "tests/workflows/uploads.h"

#include "workflows/src/flow/flow.h"
#include "workflows/src/flow/job.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LONG_MS 20000 /* no test waits for it */
#define SOON_MS 2500

static struct stage stage;
static tc_error err;

/* ---- whatever a job is at ---- */

static const struct phase {
	const char *late; /* the request that gets no reply */
	bool object;
	bool reads;  /* a pipe out of which nothing comes */
	bool pauses; /* before storage is asked again */
} phases[] = {
	{ .late = "/status" },
	{ .late = "POST /api/queue" },
	{ .late = "PUT /storage" },
	{ .late = "POST /api/queue", .object = true },
	{ .late = "PUT /api/object/v1/upload", .object = true },
	{ .late = "PUT /storage", .object = true },
	{ .late = "finish-upload", .object = true },
	{ .late = "PUT /api/queue", .object = true },
	{ .reads = true },
	{ .pauses = true },
};
#define PHASES (sizeof phases / sizeof *phases)

struct job {
	struct upload upload;
	struct given given;
	const struct phase *phase;
	int silent[2]; /* a pipe */
	int count, code;
	char text[600];
	tc_job *job;
};

static void prepare(struct job *job, const struct phase *phase)
{
	*job = (struct job){ .phase = phase, .silent = { -1, -1 } };
	job->upload = upload_of("public/x", NULL);
	given_open(&job->given, MEMORY, 20000);
	given_to(&job->given, &job->upload);
	job->upload.options.storage = phase->object ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
	if (phase->reads) {
		assert_int_equal(pipe(job->silent), 0);
		fcntl(job->silent[0], F_SETFL, O_NONBLOCK);
		job->given.source = (struct tc_source)TC_SOURCE_INIT;
		job->given.source.fd = job->silent[0];
		job->given.source.offset = job->given.source.length = -1;
	}
	if (phase->pauses)
		stage.rules[0] = (struct rule){ "PUT /storage", .status = 400,
			.body = "<Error><Code>RequestTimeout</Code></Error>" };
	else if (phase->late)
		stage.rules[0] = (struct rule){ phase->late, .late = true };
}

static void clear(struct job *job)
{
	if (job->silent[0] >= 0) {
		close(job->silent[0]);
		close(job->silent[1]);
	}
	given_close(&job->given);
	stage_clear(&stage);
	tc_error_clear(&err);
}

static void on_done(void *data, const struct tc_uploaded *result, const tc_error *failure)
{
	struct job *job = data;

	assert_true(!result != !failure);
	job->count++;
	job->code = failure ? failure->code : TC_OK;
	snprintf(job->text, sizeof job->text, "%s", tc_error_text(failure));
}

static void start(struct job *job, tc_loop *loop)
{
	const struct tc_artifact artifact = {
		.task_id = UPLOADS_TASK, .run_id = "0", .name = job->upload.name
	};

	assert_ok(tc_loop_upload_artifact(loop, stage.client, &artifact, job->upload.from,
			  &job->upload.options, on_done, job, &job->job, &err),
		&err);
	assert_non_null(job->job);
}

/* Goes on until it is where it should be. */
static void reach(struct job *job, tc_loop *loop)
{
	const struct phase *phase = job->phase;
	const char *part = phase->late ? phase->late : phase->pauses ? "PUT /storage" : "/status";
	int64_t until = tc_test_now_ms() + 5000;

	while (!stage_count(&stage, part) && tc_test_now_ms() < until)
		assert_ok(tc_loop_poll(loop, 10, &err), &err);
	for (int i = 0; i < 10 && !phase->late; i++)
		assert_ok(tc_loop_poll(loop, 5, &err), &err);
	assert_int_equal(job->count, 0);
}

static void go_on(struct job *job, tc_loop *loop)
{
	int64_t until = tc_test_now_ms() + SOON_MS;

	while (!job->count && tc_test_now_ms() < until)
		assert_ok(tc_loop_poll(loop, 50, &err), &err);
	if (!job->count)
		fail_msg("phase %d has not ended", (int)(job->phase - phases));
}

static size_t open_files(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void assert_canceled(const struct job *job, const char *text)
{
	assert_int_equal(job->count, 1);
	assert_int_equal(job->code, TC_ERROR_CANCELED);
	if (!strstr(job->text, text) || !strstr(job->text, "artifact public/x of task "))
		fail_msg("phase %d: %s", (int)(job->phase - phases), job->text);
}

static void a_job_is_canceled_at_each_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < PHASES; i++) {
		struct job job;
		tc_loop *loop = tc_loop_new(NULL, &err);
		prepare(&job, &phases[i]);
		start(&job, loop);
		reach(&job, loop);
		tc_job_cancel(job.job);
		tc_job_cancel(job.job);         /* once more is fine */
		assert_int_equal(job.count, 0); /* never from inside */
		go_on(&job, loop);
		assert_canceled(&job, "cancel");
		assert_int_equal(tc_loop_pending(loop), 0);
		tc_loop_free(loop);
		assert_int_equal(job.count, 1);
		clear(&job);
	}
}

static void a_job_is_canceled_before_it_begins(void **state)
{
	struct job job;
	tc_loop *loop = tc_loop_new(NULL, &err);

	(void)state;
	prepare(&job, &phases[0]);
	start(&job, loop);
	tc_job_cancel(job.job);
	go_on(&job, loop);
	assert_canceled(&job, "tc_job_cancel");
	assert_int_equal(stage.count, 0);
	tc_loop_free(loop);
	clear(&job);
}

static void a_job_ends_with_its_loop(void **state)
{
	(void)state;
	size_t before = open_files();
	for (size_t i = 0; i <= PHASES; i++) {
		struct job job;
		tc_loop *loop = tc_loop_new(NULL, &err);
		prepare(&job, &phases[i % PHASES]);
		start(&job, loop);
		if (i < PHASES)
			reach(&job, loop);
		tc_loop_free(loop);
		assert_canceled(&job, "");
		clear(&job);
	}
	/* nothing stays open but connections that the client keeps */
	assert_int_in_range(open_files(), before > 2 ? before - 2 : 0, before + 8);
}

/* Another thread's. */
static void *fire_soon(void *cancel)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	tc_cancel_fire(cancel);
	return NULL;
}

static void a_cancel_of_its_own_ends_it_at_each_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * PHASES; i++) {
		struct job job;
		pthread_t thread;
		tc_cancel *cancel = tc_cancel_new(&err);
		prepare(&job, &phases[i / 2]);
		job.upload.options.cancel = cancel;
		int64_t begun = tc_test_now_ms();
		assert_int_equal(pthread_create(&thread, NULL, fire_soon, cancel), 0);
		upload_do(&job.upload, face_of(i % 2), stage.client, &err);
		pthread_join(thread, NULL);
		if (err.code != TC_ERROR_CANCELED || tc_test_now_ms() - begun > SOON_MS)
			fail_msg("phase %zu: after %lld ms: %s", i / 2,
				(long long)(tc_test_now_ms() - begun), tc_error_text(&err));
		tc_cancel_free(cancel);
		clear(&job);
	}
}

static void deadlines_are_kept_at_each_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * PHASES; i++) {
		struct job job;
		prepare(&job, &phases[i / 2]);
		job.upload.options.deadline_ms = 100;
		int64_t begun = tc_test_now_ms();
		upload_do(&job.upload, face_of(i % 2), stage.client, &err);
		if (err.code != TC_ERROR_TIMEOUT || tc_test_now_ms() - begun > SOON_MS ||
			tc_test_now_ms() - begun < 90)
			fail_msg("phase %zu: after %lld ms: %s", i / 2,
				(long long)(tc_test_now_ms() - begun), tc_error_text(&err));
		clear(&job);
	}
}

/* The client's own cancel, where the job has none. */
static void the_cancel_of_the_client_ends_it(void **state)
{
	static struct stage other;
	struct tc_options options = TC_OPTIONS_INIT;
	pthread_t thread;

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		struct given given;
		struct upload upload = upload_of("public/x", NULL);
		options.cancel = tc_cancel_new(&err);
		stage_begin(&other, &options);
		other.rules[0] = (struct rule){ "PUT /storage", .late = true };
		given_open(&given, MEMORY, 10);
		given_to(&given, &upload);
		assert_int_equal(pthread_create(&thread, NULL, fire_soon, options.cancel), 0);
		upload_do(&upload, face, other.client, &err);
		assert_failure(&err, TC_ERROR_CANCELED, "cancel");
		upload_do(&upload, face, other.client, &err); /* still fired */
		assert_failure(&err, TC_ERROR_CANCELED, "tc_cancel_fire");
		pthread_join(thread, NULL);
		given_close(&given);
		stage_end(&other);
		tc_cancel_free(options.cancel);
	}
}

/* ---- from callbacks ---- */

struct inside {
	struct job job;
	tc_loop *loop;
	int refused;
};

static void try_blocking(void *data, const struct tc_uploaded *result, const tc_error *failure)
{
	struct inside *inside = data;
	tc_error own = TC_ERROR_INIT;

	on_done(&inside->job, result, failure);
	tc_job_cancel(inside->job.job); /* of no effect, but allowed */
	stage_clear(&stage);
	inside->refused = upload_do(&inside->job.upload, BLOCKING, stage.client, &own);
	tc_error_clear(&own);
}

/* On the client's own loop, where waiting in a callback would wait for ever. */
static void a_blocking_upload_in_a_callback_is_refused(void **state)
{
	struct inside inside = { 0 };
	const struct tc_artifact artifact = { .task_id = UPLOADS_TASK, .run_id = "0", .name = "x" };

	(void)state;
	prepare(&inside.job, &phases[0]);
	memset(stage.rules, 0, sizeof stage.rules);
	tc_loop *loop = tc_loop_on(stage.client, 0, &err);
	assert_ok(tc_loop_upload_artifact(loop, stage.client, &artifact, inside.job.upload.from,
			  NULL, try_blocking, &inside, &inside.job.job, &err),
		&err);
	go_on(&inside.job, loop);
	assert_int_equal(inside.job.code, TC_OK);
	assert_int_equal(inside.refused, TC_ERROR_ARGUMENT);
	assert_int_equal(stage.count, 0);
	tc_loop_free(loop);
	clear(&inside.job);
}

static int block(void *data, const struct tc_job_progress *progress)
{
	struct inside *inside = data;
	tc_error own = TC_ERROR_INIT;

	(void)progress;
	inside->refused = upload_do(&inside->job.upload, BLOCKING, stage.client, &own);
	tc_error_clear(&own);
	return 0;
}

static void a_blocking_upload_in_a_progress_is_refused(void **state)
{
	struct inside inside = { 0 };

	(void)state;
	prepare(&inside.job, &phases[0]);
	memset(stage.rules, 0, sizeof stage.rules);
	struct upload outer = inside.job.upload;
	outer.options.progress = block;
	outer.options.progress_data = &inside;
	assert_ok(upload_do(&outer, BLOCKING, stage.client, &err), &err);
	assert_int_equal(inside.refused, TC_ERROR_ARGUMENT);
	assert_int_equal(stage_count(&stage, "PUT"), 1);
	clear(&inside.job);
}

static void free_loop(void *data, const struct tc_uploaded *result, const tc_error *failure)
{
	struct inside *inside = data;

	on_done(&inside->job, result, failure);
	tc_loop_free(inside->loop);
}

/* One job's callback ends the loop, and with it the other job. */
static void a_callback_frees_the_loop(void **state)
{
	const struct tc_artifact artifact = { .task_id = UPLOADS_TASK, .run_id = "0", .name = "x" };
	struct inside inside = { .loop = tc_loop_new(NULL, &err) };
	struct job other;

	(void)state;
	prepare(&other, &phases[2]);
	start(&other, inside.loop);
	reach(&other, inside.loop);
	memset(stage.rules, 0, sizeof stage.rules);
	assert_ok(tc_loop_upload_artifact(inside.loop, stage.client, &artifact, other.upload.from,
			  NULL, free_loop, &inside, NULL, &err),
		&err);
	while (!inside.job.count)
		assert_ok(tc_loop_poll(inside.loop, 1000, &err), &err);
	assert_int_equal(inside.job.code, TC_OK);
	assert_canceled(&other, "");
	clear(&other);
}

/* A job goes on when its client is given back. */
static void a_job_holds_its_client(void **state)
{
	static struct stage other;
	const struct tc_artifact artifact = { .task_id = UPLOADS_TASK, .run_id = "0", .name = "x" };
	struct job job;

	(void)state;
	prepare(&job, &phases[0]);
	stage_begin(&other, NULL);
	tc_loop *loop = tc_loop_new(NULL, &err);
	assert_ok(tc_loop_upload_artifact(loop, other.client, &artifact, job.upload.from, NULL,
			  on_done, &job, NULL, &err),
		&err);
	tc_client_free(other.client);
	other.client = NULL;
	go_on(&job, loop);
	assert_int_equal(job.code, TC_OK);
	tc_loop_free(loop);
	stage_end(&other);
	clear(&job);
}

/* ---- many ---- */

static void fifty_go_at_once(void **state)
{
	static struct job jobs[50];
	tc_loop *loop = tc_loop_new(NULL, &err);
	size_t done = 0;

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		prepare(&jobs[i], &phases[i % 2 ? 3 : 2]);
		start(&jobs[i], loop);
	}
	memset(stage.rules, 0, sizeof stage.rules);
	assert_ok(tc_loop_run(loop, &err), &err);
	for (size_t i = 0; i < 50; i++) {
		done += jobs[i].count == 1 && jobs[i].code == TC_OK;
		given_close(&jobs[i].given);
	}
	assert_int_equal(done, 50);
	assert_int_equal(stage_count(&stage, "PUT /storage"), 50);
	assert_int_equal(stage_count(&stage, "PUT /api/queue"), 25);
	tc_loop_free(loop);
}

/* ---- pauses ---- */

struct waiting {
	struct tc__flow flow; /* first */
	int count, code;
};

static void took_pause(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct waiting *waiting = (struct waiting *)flow;

	assert_null(response);
	waiting->count++;
	waiting->code = failure ? failure->code : TC_OK;
}

static void pauses_are_as_long_as_they_say(void **state)
{
	tc_loop *loop = tc_loop_new(NULL, &err);
	tc_cancel *cancel = tc_cancel_new(&err);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct waiting waiting = { 0 };
		int64_t begun = tc_test_now_ms();
		tc__flow_init(&waiting.flow, loop, stage.client, i ? cancel : NULL, 0);
		tc__flow_pause(&waiting.flow, 260, took_pause);
		assert_int_equal(waiting.count, 0);
		assert_ok(tc_loop_run(loop, &err), &err);
		assert_int_equal(waiting.count, 1);
		assert_int_equal(waiting.code, TC_OK);
		assert_int_in_range(tc_test_now_ms() - begun, 259, SOON_MS);
	}
	tc_loop_free(loop);
	tc_cancel_free(cancel);
}

static void pauses_end_early(void **state)
{
	tc_loop *loop = tc_loop_new(NULL, &err);
	struct waiting waiting[3] = { { { 0 }, 0, 0 } };
	int64_t begun = tc_test_now_ms();

	(void)state;
	for (int i = 0; i < 3; i++)
		tc__flow_init(&waiting[i].flow, loop, stage.client, NULL, i == 2 ? 50 : 0);
	tc__flow_pause(&waiting[0].flow, LONG_MS, took_pause);
	tc__flow_cancel(&waiting[0].flow);
	tc__flow_cancel(&waiting[1].flow); /* before it pauses */
	tc__flow_pause(&waiting[1].flow, LONG_MS, took_pause);
	tc__flow_pause(&waiting[2].flow, LONG_MS, took_pause);
	assert_int_equal(waiting[0].count + waiting[1].count + waiting[2].count, 0);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_in_range(tc_test_now_ms() - begun, 0, SOON_MS);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(waiting[i].count, 1);
		assert_int_equal(waiting[i].code, i == 2 ? TC_ERROR_TIMEOUT : TC_ERROR_CANCELED);
	}
	tc_loop_free(loop);
}

static void nothing_is_fine(void **state)
{
	(void)state;
	tc_job_cancel(NULL);
	tc_job_resume(NULL);
	assert_false(tc_artifact_is_public(NULL));
	assert_false(tc_artifact_is_public(""));
	assert_false(tc_artifact_is_public("public"));
	assert_false(tc_artifact_is_public("Public/x"));
	assert_false(tc_artifact_is_public("private/public/x"));
	assert_true(tc_artifact_is_public("public/"));
	assert_true(tc_artifact_is_public("public/x"));
}

static int open_stage(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;

	(void)state;
	options.retry_delay_ms = LONG_MS;
	stage_begin(&stage, &options);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_end(&stage);
	tc_error_clear(&err);
	return 0;
}

static int clear_stage(void **state)
{
	(void)state;
	stage_clear(&stage);
	tc_error_clear(&err);
	return 0;
}

#define EACH(test) cmocka_unit_test_teardown(test, clear_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_job_is_canceled_at_each_step),
		EACH(a_job_is_canceled_before_it_begins),
		EACH(a_job_ends_with_its_loop),
		EACH(a_cancel_of_its_own_ends_it_at_each_step),
		EACH(deadlines_are_kept_at_each_step),
		EACH(the_cancel_of_the_client_ends_it),
		EACH(a_blocking_upload_in_a_callback_is_refused),
		EACH(a_blocking_upload_in_a_progress_is_refused),
		EACH(a_callback_frees_the_loop),
		EACH(a_job_holds_its_client),
		EACH(fifty_go_at_once),
		EACH(pauses_are_as_long_as_they_say),
		EACH(pauses_end_early),
		EACH(nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, open_stage, close_stage);
}
