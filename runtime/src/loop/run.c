/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/run.h"

#include <stdlib.h>

#define BUCKETS_MIN 64
#define TIMERS_MIN 64

/* ---- by number ---- */

/* Numbers follow each other, so their last bits spread them evenly. */
static struct tc__run **bucket_of(const struct tc__run_table *table, uint64_t id)
{
	return &table->buckets[id & (table->bucket_count - 1)];
}

static bool grow_table(struct tc__run_table *table)
{
	struct tc__run_table larger = { .bucket_count = BUCKETS_MIN };

	if (table->bucket_count)
		larger.bucket_count = 2 * table->bucket_count;
	larger.buckets = calloc(larger.bucket_count, sizeof *larger.buckets);
	if (!larger.buckets)
		return false;
	for (size_t i = 0; i < table->bucket_count; i++) {
		struct tc__run *next;
		for (struct tc__run *run = table->buckets[i]; run; run = next) {
			next = run->same_bucket;
			run->same_bucket = *bucket_of(&larger, run->id);
			*bucket_of(&larger, run->id) = run;
		}
	}
	free(table->buckets);
	larger.count = table->count;
	*table = larger;
	return true;
}

bool tc__run_table_add(struct tc__run_table *table, struct tc__run *run)
{
	if (table->count == table->bucket_count && !grow_table(table))
		return false;
	struct tc__run **bucket = bucket_of(table, run->id);
	run->same_bucket = *bucket;
	*bucket = run;
	table->count++;
	return true;
}

struct tc__run *tc__run_table_find(const struct tc__run_table *table, uint64_t id)
{
	struct tc__run *run = table->count ? *bucket_of(table, id) : NULL;

	while (run && run->id != id)
		run = run->same_bucket;
	return run;
}

void tc__run_table_remove(struct tc__run_table *table, struct tc__run *run)
{
	struct tc__run **link = bucket_of(table, run->id);

	while (*link != run)
		link = &(*link)->same_bucket;
	*link = run->same_bucket;
	table->count--;
}

struct tc__run *tc__run_table_any(const struct tc__run_table *table, size_t *hint)
{
	for (; table->count && *hint < table->bucket_count; ++*hint)
		if (table->buckets[*hint])
			return table->buckets[*hint];
	return NULL;
}

void tc__run_table_clear(struct tc__run_table *table)
{
	free(table->buckets);
	*table = (struct tc__run_table){ 0 };
}

/* ---- in order ---- */

void tc__run_list_append(struct tc__run_list *list, struct tc__run *run)
{
	run->before = list->last;
	run->after = NULL;
	if (list->last)
		list->last->after = run;
	else
		list->first = run;
	list->last = run;
}

void tc__run_list_prepend(struct tc__run_list *list, struct tc__run *run)
{
	run->before = NULL;
	run->after = list->first;
	if (list->first)
		list->first->before = run;
	else
		list->last = run;
	list->first = run;
}

void tc__run_list_remove(struct tc__run_list *list, struct tc__run *run)
{
	*(run->before ? &run->before->after : &list->first) = run->after;
	*(run->after ? &run->after->before : &list->last) = run->before;
	run->before = run->after = NULL;
}

struct tc__run *tc__run_list_take(struct tc__run_list *list)
{
	struct tc__run *run = list->first;

	if (run)
		tc__run_list_remove(list, run);
	return run;
}

void tc__run_list_restore(struct tc__run_list *to, struct tc__run_list *from)
{
	if (!from->first)
		return;
	from->last->after = to->first;
	if (to->first)
		to->first->before = from->last;
	else
		to->last = from->last;
	to->first = from->first;
	*from = (struct tc__run_list){ 0 };
}

/* ---- by time ---- */

static void put(struct tc__timers *timers, size_t position, struct tc__run *run)
{
	timers->runs[position] = run;
	run->timer = position + 1;
}

/* Of those that are due together the older one. */
static bool is_sooner(const struct tc__run *a, const struct tc__run *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->id < b->id;
}

static void sift_up(struct tc__timers *timers, size_t position)
{
	struct tc__run *run = timers->runs[position];

	while (position > 0) {
		size_t parent = (position - 1) / 2;
		if (!is_sooner(run, timers->runs[parent]))
			break;
		put(timers, position, timers->runs[parent]);
		position = parent;
	}
	put(timers, position, run);
}

static void sift_down(struct tc__timers *timers, size_t position)
{
	struct tc__run *run = timers->runs[position];

	for (;;) {
		size_t child = 2 * position + 1;
		if (child >= timers->count)
			break;
		if (child + 1 < timers->count &&
			is_sooner(timers->runs[child + 1], timers->runs[child]))
			child++;
		if (!is_sooner(timers->runs[child], run))
			break;
		put(timers, position, timers->runs[child]);
		position = child;
	}
	put(timers, position, run);
}

bool tc__timers_reserve(struct tc__timers *timers, size_t count)
{
	size_t capacity = timers->capacity ? timers->capacity : TIMERS_MIN;

	if (count <= timers->capacity)
		return true;
	while (capacity < count)
		capacity *= 2;
	struct tc__run **runs = realloc(timers->runs, capacity * sizeof *runs);
	if (!runs)
		return false;
	timers->runs = runs;
	timers->capacity = capacity;
	return true;
}

void tc__timers_set(struct tc__timers *timers, struct tc__run *run, int64_t due_ms)
{
	run->due_ms = due_ms;
	if (!run->timer)
		put(timers, timers->count++, run);
	sift_up(timers, run->timer - 1);
	sift_down(timers, run->timer - 1);
}

void tc__timers_unset(struct tc__timers *timers, struct tc__run *run)
{
	size_t position = run->timer - 1;

	if (!run->timer)
		return;
	run->timer = 0;
	struct tc__run *last = timers->runs[--timers->count];
	if (last == run)
		return;
	put(timers, position, last);
	sift_up(timers, position);
	sift_down(timers, last->timer - 1);
}

struct tc__run *tc__timers_next(const struct tc__timers *timers)
{
	return timers->count ? timers->runs[0] : NULL;
}

void tc__timers_clear(struct tc__timers *timers)
{
	free(timers->runs);
	*timers = (struct tc__timers){ 0 };
}
