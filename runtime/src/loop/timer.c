/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/timer.h"

#include <stdlib.h>

#define TIMERS_MIN 64

static void put(struct tc__timers *timers, size_t position, struct tc__timer *timer)
{
	timers->heap[position] = timer;
	timer->place = position + 1;
}

static bool is_before(const struct tc__timer *a, const struct tc__timer *b)
{
	return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->id < b->id);
}

static void sift_up(struct tc__timers *timers, size_t position)
{
	struct tc__timer *timer = timers->heap[position];

	while (position > 0) {
		size_t parent = (position - 1) / 2;
		if (!is_before(timer, timers->heap[parent]))
			break;
		put(timers, position, timers->heap[parent]);
		position = parent;
	}
	put(timers, position, timer);
}

static void sift_down(struct tc__timers *timers, size_t position)
{
	struct tc__timer *timer = timers->heap[position];

	for (;;) {
		size_t child = 2 * position + 1;
		if (child >= timers->count)
			break;
		if (child + 1 < timers->count &&
			is_before(timers->heap[child + 1], timers->heap[child]))
			child++;
		if (!is_before(timers->heap[child], timer))
			break;
		put(timers, position, timers->heap[child]);
		position = child;
	}
	put(timers, position, timer);
}

bool tc__timers_reserve(struct tc__timers *timers, size_t count)
{
	size_t capacity = timers->capacity ? timers->capacity : TIMERS_MIN;

	if (count <= timers->capacity)
		return true;
	while (capacity < count)
		capacity *= 2;
	struct tc__timer **heap = realloc(timers->heap, capacity * sizeof *heap);
	if (!heap)
		return false;
	timers->heap = heap;
	timers->capacity = capacity;
	return true;
}

void tc__timers_set(struct tc__timers *timers, struct tc__timer *timer, int64_t due_ms)
{
	timer->due_ms = due_ms;
	timer->round = timers->round;
	if (!timer->place)
		put(timers, timers->count++, timer);
	sift_up(timers, timer->place - 1);
	sift_down(timers, timer->place - 1);
}

void tc__timers_unset(struct tc__timers *timers, struct tc__timer *timer)
{
	size_t position = timer->place - 1;

	if (!timer->place)
		return;
	timer->place = 0;
	struct tc__timer *last = timers->heap[--timers->count];
	if (last == timer)
		return;
	put(timers, position, last);
	sift_up(timers, position);
	sift_down(timers, last->place - 1);
}

struct tc__timer *tc__timers_next(const struct tc__timers *timers)
{
	return timers->count ? timers->heap[0] : NULL;
}

void tc__timers_clear(struct tc__timers *timers)
{
	free(timers->heap);
	*timers = (struct tc__timers){ 0 };
}
