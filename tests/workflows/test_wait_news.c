/* SPDX-License-Identifier: MPL-2.0 */

/* Waiting with a source of news: whatever it does only shortens pauses. */

#include "tests/workflows/scene.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONG_MS 60000
#define LATE_MS 10000 /* no machine is that slow */

/* A pipe: "+" are news, "0" is nothing of interest, "-" its end. */
struct source {
	struct tc_news news;
	int pipe[2];
	int fd;              /* what it says is its descriptor */
	int fails;           /* `begin` does, with this */
	const char *at_once; /* is in the pipe before the first question */
	char babbles;        /* tells this always, and the pipe stays full */
	int begun, took, ended;
	char whose[60];
};

static int begin(void *data, const char *task_id, const char *task_group_id, tc_error *err)
{
	struct source *source = data;
	ssize_t length = (ssize_t)strlen(source->at_once ? source->at_once : "");

	source->begun++;
	snprintf(source->whose, sizeof source->whose, "%s %s", task_id ? task_id : "-",
		task_group_id ? task_group_id : "-");
	assert_int_equal(write(source->pipe[1], source->at_once, (size_t)length), length);
	return source->fails ? tc_error_set(err, source->fails, "no news today") : TC_OK;
}

static int descriptor(void *data)
{
	return ((const struct source *)data)->fd;
}

static int take(void *data, tc_error *err)
{
	struct source *source = data;
	char told = source->babbles;

	source->took++;
	assert_int_equal(source->begun, source->ended + 1);
	if (!told)
		assert_int_equal(read(source->pipe[0], &told, 1), 1);
	if (told == '-')
		tc_error_set(err, TC_ERROR_NETWORK, "there will be no more news");
	return told == '+' ? 1 : told == '-' ? -1 : 0;
}

static void end(void *data)
{
	((struct source *)data)->ended++;
}

static void open_source(struct source *source, struct scene *scene)
{
	assert_int_equal(pipe(source->pipe), 0);
	source->fd = source->pipe[0];
	source->news = (struct tc_news)TC_NEWS_INIT;
	source->news.begin = begin;
	source->news.descriptor = descriptor;
	source->news.take = take;
	source->news.end = end;
	source->news.data = source;
	if (source->babbles)
		assert_int_equal(write(source->pipe[1], "x", 1), 1);
	scene_begin(scene);
	scene->options.news = &source->news;
	scene->options.delay_ms = LONG_MS;
}

static void close_source(struct source *source, struct scene *scene)
{
	assert_int_equal(source->begun, 1);
	assert_int_equal(source->ended, source->fails ? 0 : 1);
	close(source->pipe[0]);
	close(source->pipe[1]);
	scene_end(scene);
}

static void *tell_soon(void *data)
{
	const struct source *source = data;

	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	assert_int_equal(write(source->pipe[1], "0+", 2), 2);
	return NULL;
}

/* ---- what it is for ---- */

static void news_are_seen_at_once(void **state)
{
	struct scene scene = { .queue = { .states = { "running", "completed" } } };
	int64_t begun = tc_test_now_ms();
	struct source source = { .took = 0 };
	pthread_t thread;

	(void)state;
	open_source(&source, &scene);
	assert_int_equal(pthread_create(&thread, NULL, tell_soon, &source), 0);
	assert_ok(scene_wait(&scene), &scene.err);
	pthread_join(thread, NULL);
	assert_int_in_range(tc_test_now_ms() - begun, 49, LATE_MS);
	assert_string_equal(scene.reply->status.state, "completed");
	assert_string_equal(source.whose, TASK " -");
	assert_int_equal(source.took, 2);
	assert_int_equal(scene.queue.asked, 2);
	assert_int_equal(scene.err.code, TC_OK);
	close_source(&source, &scene);
}

static void news_of_a_group_are_seen_at_once(void **state)
{
	struct scene scene = { .queue = { .pages = { "rc", "cc" } } };
	int64_t begun = tc_test_now_ms();
	struct tc_wait_counts counts;
	struct source source = { .took = 0 };
	pthread_t thread;

	(void)state;
	open_source(&source, &scene);
	assert_int_equal(pthread_create(&thread, NULL, tell_soon, &source), 0);
	assert_ok(
		tc_wait_group(scene.client, TASK, &scene.options, &counts, &scene.err), &scene.err);
	pthread_join(thread, NULL);
	assert_int_in_range(tc_test_now_ms() - begun, 49, LATE_MS);
	assert_int_equal(counts.completed, 2);
	assert_string_equal(source.whose, "- " TASK);
	assert_int_equal(scene.queue.asked, 2);
	close_source(&source, &scene);
}

/* It is begun before the first question. */
static void nothing_falls_between(void **state)
{
	struct scene scene = { .queue = { .states = { "pending", "completed" } } };
	int64_t begun = tc_test_now_ms();
	struct source source = { .at_once = "+" };

	(void)state;
	open_source(&source, &scene);
	assert_ok(scene_wait(&scene), &scene.err);
	assert_int_in_range(tc_test_now_ms() - begun, 0, LATE_MS);
	close_source(&source, &scene);
}

/* The queue's answers show an event somewhat later, and one before it first. */
static void news_may_come_before_the_answer(void **state)
{
	struct scene scene = {
		.queue = { .states = { "pending", "running", "running", "running", "completed" } }
	};
	int64_t begun = tc_test_now_ms();
	struct source source = { .at_once = "+" };

	(void)state;
	open_source(&source, &scene);
	assert_ok(scene_wait(&scene), &scene.err);
	assert_int_in_range(tc_test_now_ms() - begun, 0, LATE_MS);
	assert_int_equal(scene.queue.asked, 5);
	close_source(&source, &scene);
}

/* After news pauses begin short, and become as long as they were. */
static void pauses_become_long_again(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" } } };
	struct source source = { .at_once = "+" };
	int64_t now_ms = 1;

	(void)state;
	open_source(&source, &scene);
	scene_move_time(&scene, &now_ms);
	scene.options.deadline_ms = 100 * LONG_MS;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_int_equal(now_ms, 1 + 100 * LONG_MS);
	assert_int_in_range(scene.queue.asked, 100, 120);
	close_source(&source, &scene);
}

/* ---- a source that is no good ---- */

static void a_babbling_source_makes_no_hot_loop(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" } } };
	struct source source = { .babbles = '+' };

	(void)state;
	open_source(&source, &scene);
	scene.options.deadline_ms = 1000;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_int_in_range(scene.queue.asked, 2, 11);
	assert_int_in_range(source.took, 1, 11);
	close_source(&source, &scene);
}

/* It is looked at often, and the queue not asked. */
static void an_idle_talker_makes_no_hot_loop(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" } } };
	struct source source = { .babbles = '0' };

	(void)state;
	open_source(&source, &scene);
	scene.options.deadline_ms = 500;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_int_equal(scene.queue.asked, 1);
	assert_int_in_range(source.took, 2, 51);
	close_source(&source, &scene);
}

/* Long answers, such as those of large groups, are not asked for without a break. */
static void long_answers_make_long_pauses(void **state)
{
	struct scene scene = { .queue = { .pages = { "p" }, .late_ms = 400 } };
	struct source source = { .babbles = '+' };

	(void)state;
	open_source(&source, &scene);
	scene.options.deadline_ms = 2500; /* 400 asking, 400 pausing, … */
	assert_int_equal(tc_wait_group(scene.client, TASK, &scene.options, NULL, &scene.err),
		TC_ERROR_TIMEOUT);
	assert_int_in_range(scene.queue.asked, 2, 4);
	close_source(&source, &scene);
}

/* The pauses alone do, whatever went wrong. */
static void poll_on(struct source *source)
{
	struct scene scene = { .queue = { .states = { "pending", "running", "completed" } } };
	int broken = source->fd;

	open_source(source, &scene);
	source->fd = broken ? broken : source->fd;
	scene.options.delay_ms = 5;
	assert_ok(scene_wait(&scene), &scene.err);
	assert_string_equal(scene.reply->status.state, "completed");
	assert_int_equal(scene.queue.asked, 3);
	assert_int_equal(scene.err.code, TC_OK);
	close_source(source, &scene);
}

static void a_broken_source_is_let_go(void **state)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), closed = dup(file);
	struct source none = { .fails = TC_ERROR_NETWORK }, ends = { .at_once = "-" };
	struct source no_number = { .fd = -7 }, not_open = { .fd = closed },
		      no_news = { .fd = file };

	(void)state;
	close(closed);
	poll_on(&none);
	assert_int_equal(none.took, 0);
	poll_on(&ends);
	assert_int_equal(ends.took, 1);
	poll_on(&no_number);
	poll_on(&not_open);
	no_news.babbles = '-'; /* where a file can be waited for */
	poll_on(&no_news);
	close(file);
}

/* ---- ends ---- */

static int give_up(void *data, const struct tc_wait_progress *progress)
{
	(void)data;
	(void)progress;
	return 1;
}

static void it_ends_with_the_waiting(void **state)
{
	struct scene late = { .queue.states = { "pending" } }, stopped = late, canceled = late;
	struct scene failed = { .queue.states = { "pending", NO_STATE } };
	struct source a = { .took = 0 }, b = a, c = a, d = { .at_once = "+" };

	(void)state;
	open_source(&a, &late);
	late.options.deadline_ms = 300;
	assert_int_equal(scene_wait(&late), TC_ERROR_TIMEOUT);
	close_source(&a, &late);

	open_source(&b, &stopped);
	stopped.options.progress = give_up;
	assert_int_equal(scene_wait(&stopped), TC_ERROR_CANCELED);
	close_source(&b, &stopped);

	open_source(&c, &canceled);
	canceled.options.cancel = tc_cancel_new(NULL);
	tc_cancel_fire(canceled.options.cancel);
	assert_int_equal(scene_wait(&canceled), TC_ERROR_CANCELED);
	tc_cancel_free(canceled.options.cancel);
	close_source(&c, &canceled);

	open_source(&d, &failed);
	scene_be_lenient(&failed);
	assert_int_equal(scene_wait(&failed), TC_ERROR_REPLY);
	close_source(&d, &failed);
}

static void *fire_soon(void *cancel)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	tc_cancel_fire(cancel);
	return NULL;
}

static void a_cancel_ends_the_pause(void **state)
{
	struct scene scene = { .queue.states = { "pending" } };
	int64_t begun = tc_test_now_ms();
	struct source source = { .took = 0 };
	pthread_t thread;

	(void)state;
	open_source(&source, &scene);
	scene.options.cancel = tc_cancel_new(NULL);
	assert_int_equal(pthread_create(&thread, NULL, fire_soon, scene.options.cancel), 0);
	assert_int_equal(scene_wait(&scene), TC_ERROR_CANCELED);
	pthread_join(thread, NULL);
	assert_int_in_range(tc_test_now_ms() - begun, 0, LATE_MS);
	tc_cancel_free(scene.options.cancel);
	close_source(&source, &scene);
}

/* ---- wrong use ---- */

static void refuse(struct scene *scene, const char *text)
{
	scene_wait(scene);
	assert_failure(&scene->err, TC_ERROR_ARGUMENT, text);
	tc_wait_group(scene->client, TASK, &scene->options, NULL, &scene->err);
	assert_failure(&scene->err, TC_ERROR_ARGUMENT, text);
}

static void half_a_source_is_refused(void **state)
{
	struct scene scene = { .queue.states = { "completed" } };
	struct source source = { .took = 0 };

	(void)state;
	open_source(&source, &scene);
	const struct tc_news whole = source.news;
	source.news.size = 0;
	refuse(&scene, "begin with TC_NEWS_INIT");
	source.news = whole;
	source.news.begin = NULL;
	refuse(&scene, "news.begin is NULL");
	source.news = whole;
	source.news.descriptor = NULL;
	refuse(&scene, "news.descriptor is NULL");
	source.news = whole;
	source.news.take = NULL;
	refuse(&scene, "news.take is NULL");
	source.news = whole;
	source.news.end = NULL;
	refuse(&scene, "news.end is NULL");
	source.news = whole;
	tc_wait_task(scene.client, NULL, &scene.options, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "taskId");
	tc_wait_group(NULL, TASK, &scene.options, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "client is NULL");
	assert_int_equal(source.begun, 0);
	assert_int_equal(scene.queue.asked, 0);
	assert_ok(scene_wait(&scene), &scene.err);
	close_source(&source, &scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_are_seen_at_once),
		cmocka_unit_test(news_of_a_group_are_seen_at_once),
		cmocka_unit_test(nothing_falls_between),
		cmocka_unit_test(news_may_come_before_the_answer),
		cmocka_unit_test(pauses_become_long_again),
		cmocka_unit_test(a_babbling_source_makes_no_hot_loop),
		cmocka_unit_test(an_idle_talker_makes_no_hot_loop),
		cmocka_unit_test(long_answers_make_long_pauses),
		cmocka_unit_test(a_broken_source_is_let_go),
		cmocka_unit_test(it_ends_with_the_waiting),
		cmocka_unit_test(a_cancel_ends_the_pause),
		cmocka_unit_test(half_a_source_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
