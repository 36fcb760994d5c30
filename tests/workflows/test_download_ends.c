/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads that are ended before their end: in each phase, in each way. */
#define _XOPEN_SOURCE 700 /* nanosleep */

#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIZE ((size_t)4 * 1024 * 1024)
#define PATIENCE_MS 5000 /* an end comes at once; a busy machine has its time */

enum phase { ASKING, LOOKING, READING, RECEIVING, SEVERAL, PAUSING, FULL, PHASES };
enum way { BY_JOB, BY_LOOP, BY_CANCEL, BY_PROGRESS, BY_DEADLINE, WAYS };

static const enum tc_job_step steps[PHASES] = { [ASKING] = TC_JOB_ASKING,
	[LOOKING] = TC_JOB_READING,
	[READING] = TC_JOB_READING,
	[RECEIVING] = TC_JOB_RECEIVING,
	[SEVERAL] = TC_JOB_RECEIVING,
	[PAUSING] = TC_JOB_PAUSING,
	[FULL] = TC_JOB_RECEIVING };

struct scene {
	struct visit visit;
	enum phase phase;
	enum way way;
	struct tc_target target;
	struct tc_sink sink;
	bool is_full;
	int64_t taken;
	tc_cancel *cancel;
	atomic_bool there; /* the phase has begun */
	int ended;
};

static int look(void *data, const struct tc_job_progress *progress)
{
	struct scene *scene = data;

	if (progress->step != steps[scene->phase] ||
		(scene->phase == SEVERAL && progress->done <= 1024 * 1024))
		return 0;
	atomic_store(&scene->there, true);
	return scene->way == BY_PROGRESS;
}

static void take_end(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct scene *scene = data;

	assert_null(result);
	scene->ended++;
	tc_error_copy(&scene->visit.err, err);
}

/* ---- a sink that is full after the first bytes ---- */

static int take_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct scene *scene = data;

	(void)err;
	assert_memory_equal(bytes, scene->visit.bytes + scene->taken, length);
	scene->taken += (int64_t)length;
	return TC_OK;
}

static bool is_full(void *data)
{
	const struct scene *scene = data;

	return scene->is_full && scene->taken > 0;
}

/* ---- the scene ---- */

/* An earlier download has left a part and its state. */
static void leave_part(struct scene *scene)
{
	struct visit *visit = &scene->visit;

	visit->depot.cut = SIZE - 100000;
	visit->depot.cuts = 1;
	tc_client_free(visit->client);
	visit->client = depot_client(&visit->depot, 1);
	assert_int_equal(visit_download(visit), TC_ERROR_NETWORK);
	tc_error_clear(&visit->err);
	assert_int_equal(tc_folder_count(&visit->folder), 2);
	tc_client_free(visit->client);
	visit->client = depot_client(&visit->depot, 0);
}

/* All pieces but the first. */
static void slow_down(struct depot *depot, size_t number)
{
	depot->drip = number > 0 ? 100000 : 0;
}

/* Each phase lasts for ever, but reading, which lasts some turns. */
static void make_phase(struct scene *scene)
{
	struct visit *visit = &scene->visit;
	struct tc_options slow = TC_OPTIONS_INIT;

	if (scene->phase == ASKING)
		visit->depot.late_ms = 60000;
	if (scene->phase == READING)
		leave_part(scene);
	if (scene->phase == LOOKING) {
		visit->object = true; /* a file that is there may have its hash */
		visit->options.keep_same = true;
		tc_folder_put(&visit->folder, "x", visit->bytes, 0644);
	}
	visit->depot.drip = SIZE / 16;
	visit->depot.drip_ms = 60000;
	if (scene->phase == SEVERAL) {
		visit->options.ranges = 4;
		visit->depot.drip = 0;
		visit->depot.before = slow_down;
	}
	if (scene->phase == PAUSING) {
		visit->depot.status = 503;
		visit->depot.refusals = 1000;
		slow.root_url = tc_responder_url(visit->depot.responder);
		slow.retry_delay_ms = 30000;
		tc_client_free(visit->client);
		visit->client = tc_client_new(&slow, &visit->err);
	}
	if (scene->phase == FULL) {
		visit->depot.drip = 0;
		scene->sink = (struct tc_sink)TC_SINK_INIT;
		scene->sink.write = take_bytes;
		scene->sink.full = is_full;
		scene->sink.data = scene;
		scene->is_full = true;
		scene->target.path = NULL;
		scene->target.sink = &scene->sink;
	}
}

static void begin(struct scene *scene, int phase, int way)
{
	struct visit *visit = &scene->visit;

	*scene = (struct scene){
		.phase = (enum phase)phase, .way = (enum way)way, .target = TC_TARGET_INIT
	};
	visit_begin(visit, SIZE);
	for (size_t i = 0; i < SIZE; i++) /* a text, so that tc_folder_put can put it */
		visit->bytes[i] = (char)(visit->bytes[i] | 1);
	scene->target.path = tc_folder_path(&visit->folder, "x");
	scene->cancel = tc_cancel_new(&visit->err);
	make_phase(scene);
	visit->options.cancel = scene->cancel;
	visit->options.progress = look;
	visit->options.progress_data = scene;
	if (way == BY_DEADLINE)
		visit->options.deadline_ms = phase == LOOKING || phase == READING ? 1 : 300;
}

static void end(struct scene *scene)
{
	tc_cancel_free(scene->cancel);
	visit_end(&scene->visit);
}

/* What can be gone on with stays, nothing is there that is not whole, and what was there stays. */
static void check_left(struct scene *scene)
{
	const struct visit *visit = &scene->visit;

	assert_int_equal(
		visit->err.code, scene->way == BY_DEADLINE ? TC_ERROR_TIMEOUT : TC_ERROR_CANCELED);
	assert_true(tc_folder_has(&visit->folder, "x") == (scene->phase == LOOKING));
	if (scene->phase == LOOKING)
		tc_folder_check(&visit->folder, "x", visit->bytes);
	if (scene->phase == READING)
		assert_int_equal(tc_folder_count(&visit->folder), 2);
	if (scene->phase == ASKING || scene->phase == PAUSING || scene->phase == FULL)
		assert_int_equal(tc_folder_count(&visit->folder), 0);
}

/* ---- on a loop ---- */

static tc_job *start(struct scene *scene, tc_loop *loop)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct visit *visit = &scene->visit;
	tc_job *job = NULL;

	int rc = visit->object
		? tc_loop_download_object(loop, visit->client, "x", &scene->target, &visit->options,
			  take_end, scene, &job, &visit->err)
		: tc_loop_download_artifact(loop, visit->client, &artifact, &scene->target,
			  &visit->options, take_end, scene, &job, &visit->err);
	assert_ok(rc, &visit->err);
	assert_non_null(job);
	assert_int_equal(scene->ended, 0);
	return job;
}

static void poll_until(tc_loop *loop, const struct scene *scene, bool ended)
{
	int64_t until = tc_test_now_ms() + PATIENCE_MS;
	tc_error err = TC_ERROR_INIT;

	while (!scene->ended && (ended || !atomic_load(&scene->there))) {
		if (tc_test_now_ms() >= until)
			fail_msg("phase %d does not %s by %d", (int)scene->phase,
				ended ? "end" : "begin", (int)scene->way);
		assert_ok(tc_loop_poll(loop, 10, &err), &err);
	}
}

static void end_on_loop(int phase, int way)
{
	struct scene scene;
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);

	begin(&scene, phase, way);
	tc_job *job = start(&scene, loop);
	poll_until(loop, &scene, false);
	if (way == BY_JOB) {
		tc_job_cancel(job);
		assert_int_equal(scene.ended, 0); /* never from inside */
		tc_job_cancel(job);
	} else if (way == BY_CANCEL) {
		tc_cancel_fire(scene.cancel); /* and whoever fires it cancels jobs on loops */
		tc_job_cancel(job);
	} else if (way == BY_LOOP) {
		tc_loop_free(loop);
		assert_int_equal(scene.ended, 1);
		loop = NULL;
	}
	if (loop)
		poll_until(loop, &scene, true);
	assert_int_equal(scene.ended, 1);
	tc_loop_free(loop);
	assert_int_equal(scene.ended, 1);
	check_left(&scene);
	end(&scene);
}

static void each_phase_ends_in_each_way(void **state)
{
	(void)state;
	for (int phase = 0; phase < PHASES; phase++)
		for (int way = 0; way < WAYS; way++)
			if (way != BY_PROGRESS || phase != FULL) /* it was asked before */
				end_on_loop(phase, way);
}

static void a_loop_that_never_ran_ends_it(void **state)
{
	struct scene scene;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_loop *loop = tc_loop_new(NULL, &err);
	begin(&scene, RECEIVING, BY_LOOP);
	start(&scene, loop);
	tc_loop_free(loop);
	assert_int_equal(scene.ended, 1);
	check_left(&scene);
	assert_int_equal(scene.visit.depot.located, 0);
	end(&scene);
}

/* ---- blocking ---- */

static void *fire(void *data)
{
	struct scene *scene = data;

	while (!atomic_load(&scene->there))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	tc_cancel_fire(scene->cancel);
	return NULL;
}

static void end_blocking(int phase, int way)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct scene scene;
	struct visit *visit = &scene.visit;
	pthread_t thread;

	begin(&scene, phase, way);
	int64_t began = tc_test_now_ms();
	if (way == BY_CANCEL)
		assert_int_equal(pthread_create(&thread, NULL, fire, &scene), 0);
	int rc = visit->object ? tc_download_object(visit->client, "x", &scene.target,
					 &visit->options, &visit->done, &visit->err)
			       : tc_download_artifact(visit->client, &artifact, &scene.target,
					 &visit->options, &visit->done, &visit->err);
	if (way == BY_CANCEL)
		pthread_join(thread, NULL);
	assert_int_equal(rc, visit->err.code);
	if (tc_test_now_ms() - began >= PATIENCE_MS)
		fail_msg("phase %d does not end by %d", phase, way);
	check_left(&scene);
	end(&scene);
}

/* Another thread is too late for what reads a little. */
static void each_phase_ends_where_it_blocks(void **state)
{
	(void)state;
	for (int phase = 0; phase < FULL; phase++) {
		if (phase != LOOKING && phase != READING)
			end_blocking(phase, BY_CANCEL);
		end_blocking(phase, BY_PROGRESS);
		end_blocking(phase, BY_DEADLINE);
	}
}

static void what_was_canceled_before_does_not_begin(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, RECEIVING, BY_CANCEL);
	tc_cancel_fire(scene.cancel);
	assert_int_equal(visit_download(&scene.visit), TC_ERROR_CANCELED);
	assert_int_equal(scene.visit.depot.located, 0);
	check_left(&scene);
	end(&scene);
}

/* ---- full for a while ---- */

static void take_success(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct scene *scene = data;

	assert_null(err);
	assert_int_equal(result->length, SIZE);
	scene->ended++;
}

static void a_full_sink_goes_on_when_it_is_told(void **state)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct scene scene;
	tc_error err = TC_ERROR_INIT;
	tc_job *job = NULL;

	(void)state;
	begin(&scene, FULL, BY_JOB);
	tc_loop *loop = tc_loop_new(NULL, &err);
	assert_ok(tc_loop_download_artifact(loop, scene.visit.client, &artifact, &scene.target,
			  &scene.visit.options, take_success, &scene, &job, &err),
		&err);
	tc_job_resume(job); /* no effect */
	poll_until(loop, &scene, false);
	for (int i = 0; i < 20; i++)
		assert_ok(tc_loop_poll(loop, 5, &err), &err);
	assert_true(scene.taken < (int64_t)SIZE);
	assert_int_equal(scene.ended, 0);
	scene.is_full = false;
	tc_job_resume(job);
	tc_job_resume(job);
	assert_int_equal(scene.ended, 0);
	poll_until(loop, &scene, true);
	assert_int_equal(scene.taken, SIZE);
	tc_job_resume(NULL);
	tc_job_cancel(NULL);
	tc_loop_free(loop);
	end(&scene);
}

/* ---- many on one loop ---- */

static void count_end(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	int *counts = data;

	counts[err != NULL]++;
	if (result)
		tc_release(result->bytes);
}

static void many_are_under_way_at_once(void **state)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct tc_target memory = TC_TARGET_INIT;
	struct visit visit;
	tc_job *jobs[30] = { NULL };
	int counts[2] = { 0, 0 };

	(void)state;
	visit_begin(&visit, 100000);
	tc_loop *loop = tc_loop_new(NULL, &visit.err);
	for (int i = 0; i < 30; i++)
		assert_ok(tc_loop_download_artifact(loop, visit.client, &artifact, &memory, NULL,
				  count_end, counts, &jobs[i], &visit.err),
			&visit.err);
	tc_client_free(visit.client); /* they hold it */
	visit.client = NULL;
	for (int i = 0; i < 30; i += 3)
		tc_job_cancel(jobs[i]);
	assert_ok(tc_loop_run(loop, &visit.err), &visit.err);
	assert_int_equal(counts[0], 20);
	assert_int_equal(counts[1], 10);
	tc_loop_free(loop);
	visit_end(&visit);
}

/* A chain: each end begins the next, and ends one of those beside it. */
struct chain {
	struct visit visit;
	tc_loop *loop;
	tc_job *beside;
	int ended, canceled;
};

static void take_beside(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct chain *chain = data;

	assert_null(result);
	assert_int_equal(err->code, TC_ERROR_CANCELED);
	chain->canceled++;
}

static int ignore_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)data;
	(void)bytes;
	(void)length;
	(void)err;
	return TC_OK;
}

static bool is_always_full(void *data)
{
	(void)data;
	return true;
}

static void begin_beside(struct chain *chain)
{
	struct tc_target target = TC_TARGET_INIT;
	struct tc_sink sink = TC_SINK_INIT;

	sink.write = ignore_bytes;
	sink.full = is_always_full; /* so it never ends by itself */
	target.sink = &sink;
	assert_ok(tc_loop_download_object(chain->loop, chain->visit.client, "x", &target, NULL,
			  take_beside, chain, &chain->beside, &chain->visit.err),
		&chain->visit.err);
}

static void begin_next(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct tc_target memory = TC_TARGET_INIT;
	struct chain *chain = data;

	assert_null(err);
	tc_release(result->bytes);
	tc_job_cancel(chain->beside);
	chain->beside = NULL;
	if (++chain->ended == 5)
		return;
	assert_ok(tc_loop_download_artifact(chain->loop, chain->visit.client, &artifact, &memory,
			  NULL, begin_next, chain, NULL, &chain->visit.err),
		&chain->visit.err);
	begin_beside(chain);
	if (chain->ended == 4) { /* the last of them hold it */
		tc_client_free(chain->visit.client);
		chain->visit.client = NULL;
	}
}

static void an_end_begins_others_and_ends_others(void **state)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct tc_target memory = TC_TARGET_INIT;
	struct chain chain = { .ended = 0 };

	(void)state;
	visit_begin(&chain.visit, 100000);
	chain.loop = tc_loop_new(NULL, &chain.visit.err);
	assert_ok(tc_loop_download_artifact(chain.loop, chain.visit.client, &artifact, &memory,
			  NULL, begin_next, &chain, NULL, &chain.visit.err),
		&chain.visit.err);
	assert_ok(tc_loop_run(chain.loop, &chain.visit.err), &chain.visit.err);
	tc_loop_free(chain.loop);
	assert_int_equal(chain.ended, 5);
	assert_int_equal(chain.canceled, 4);
	visit_end(&chain.visit);
}

/* ---- what is refused at once ---- */

static void what_cannot_be_is_refused(void **state)
{
	struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;
	struct visit visit;
	tc_error *err = &visit.err;

	(void)state;
	visit_begin(&visit, 10);
#define REFUSED(code, part) \
	do { \
		assert_int_equal(tc_download_artifact(visit.client, &artifact, &target, \
					 &visit.options, &visit.done, err), \
			code); \
		assert_failure(err, code, part); \
		assert_int_equal(tc_download_artifact(visit.client, &artifact, &target, \
					 &visit.options, NULL, NULL), \
			code); \
	} while (0)
	target.path = "";
	REFUSED(TC_ERROR_ARGUMENT, "names no file");
	target.path = visit.folder.path;
	REFUSED(TC_ERROR_ARGUMENT, "is a folder");
	target.path = "/dev/null";
	REFUSED(TC_ERROR_ARGUMENT, "is a device");
	target.path = tc_folder_path(&visit.folder, "no/x");
	REFUSED(TC_ERROR_SYSTEM, "cannot be opened");
	target.path = NULL;
	artifact.name = NULL;
	REFUSED(TC_ERROR_ARGUMENT, "artifact->name is NULL");
	artifact.name = "public/x";
	artifact.index = "a.b";
	REFUSED(TC_ERROR_ARGUMENT, "exactly one");
	artifact.index = artifact.task_id = NULL;
	REFUSED(TC_ERROR_ARGUMENT, "exactly one");
	artifact.task_id = DEPOT_TASK;
	visit.options.ranges = 33;
	REFUSED(TC_ERROR_ARGUMENT, "ranges is 33");
	visit.options.ranges = 0;
	visit.options.deadline_ms = -1;
	REFUSED(TC_ERROR_ARGUMENT, "deadline_ms");
#undef REFUSED
	assert_int_equal(
		tc_download_object(visit.client, "", &target, NULL, NULL, err), TC_ERROR_ARGUMENT);
	assert_int_equal(tc_download_object(visit.client, NULL, &target, NULL, NULL, err),
		TC_ERROR_ARGUMENT);
	assert_int_equal(
		tc_download_object(visit.client, "x", NULL, NULL, NULL, err), TC_ERROR_ARGUMENT);
	assert_int_equal(
		tc_download_object(NULL, "x", &target, NULL, NULL, err), TC_ERROR_ARGUMENT);
	assert_int_equal(visit.depot.located, 0);
	assert_int_equal(tc_folder_count(&visit.folder), 0);
	visit_end(&visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_phase_ends_in_each_way),
		cmocka_unit_test(a_loop_that_never_ran_ends_it),
		cmocka_unit_test(each_phase_ends_where_it_blocks),
		cmocka_unit_test(what_was_canceled_before_does_not_begin),
		cmocka_unit_test(a_full_sink_goes_on_when_it_is_told),
		cmocka_unit_test(many_are_under_way_at_once),
		cmocka_unit_test(an_end_begins_others_and_ends_others),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
