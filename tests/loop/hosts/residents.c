/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "residents.h"
#include <time.h>
#include <unistd.h>

#define TIMERS 20
#define POSTS 100
#define BYTES 3

static void on_timer(void *data, uint64_t timer)
{
	struct residents *residents = data;

	(void)timer;
	residents->timers++;
}

static void on_bytes(void *data, int fd, int events)
{
	struct residents *residents = data;
	char byte;

	(void)events;
	if (read(fd, &byte, 1) == 1)
		residents->bytes++;
	else
		tc_loop_watch(residents->loop, fd, 0, NULL, NULL, NULL);
}

static void on_post(void *data)
{
	struct residents *residents = data;

	residents->posts++;
}

static void *talk(void *data)
{
	struct residents *residents = data;

	for (int i = 0; i < POSTS; i++)
		assert_int_equal(tc_loop_post(residents->loop, on_post, residents, NULL), TC_OK);
	for (int i = 0; i < BYTES; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		assert_int_equal(write(residents->pipe[1], "b", 1), 1);
	}
	close(residents->pipe[1]);
	return NULL;
}

void residents_move_in(struct residents *residents, tc_loop *loop)
{
	uint64_t timer;

	*residents = (struct residents){ .loop = loop };
	assert_int_equal(pipe(residents->pipe), 0);
	for (int i = 0; i < TIMERS; i++)
		assert_int_equal(tc_loop_timer(loop, i, on_timer, residents, &timer, NULL), TC_OK);
	assert_true(tc_loop_timer_cancel(loop, timer));
	assert_int_equal(
		tc_loop_watch(loop, residents->pipe[0], TC_LOOP_READ, on_bytes, residents, NULL),
		TC_OK);
	assert_int_equal(pthread_create(&residents->thread, NULL, talk, residents), 0);
}

void residents_move_out(struct residents *residents)
{
	pthread_join(residents->thread, NULL);
	close(residents->pipe[0]);
	assert_int_equal(residents->timers, TIMERS - 1);
	assert_int_equal(residents->bytes, BYTES);
	assert_int_equal(residents->posts, POSTS);
}
