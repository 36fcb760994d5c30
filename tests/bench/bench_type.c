/* SPDX-License-Identifier: MPL-2.0 */
/* The typed codec on a page of the queue's listTaskGroup: reading it beside bare yajl, writing its
 * tasks with all checks beside yajl_gen fed by hand, both with tables made by hand and with the
 * generated ones, by instructions; and the memory that reading takes. */
#include "tests/bench/bare_events.h"
#include "tests/bench/bare_type.h"

#include "runtime/src/type/type.h"
#include "tests/bench/measure.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>

#define TEXT_SIZE 5000000
#define DECODE_MAX 1.38
#define ENCODE_MAX 0.85
#define PIECE 16384 /* what curl hands over at a time */

struct page {
	char *text;
	size_t length;
	const struct tt_task_group *group;
	const struct tc_queue_list_task_group_response *generated;
};

static void decode(void *data)
{
	const struct page *page = data;
	void *group = tc_decode(&tt_task_group_type, page->text, page->length, 0, NULL);

	if (!group)
		abort();
	tc_release(group);
}

static void decode_generated(void *data)
{
	const struct page *page = data;
	void *group = tc_decode(
		&tc_queue_list_task_group_response_type, page->text, page->length, 0, NULL);

	if (!group)
		abort();
	tc_release(group);
}

static void decode_bare(void *data)
{
	const struct page *page = data;

	if (bare_parse(page->text, page->length) == 0)
		abort();
}

static void encode(void *data)
{
	const struct page *page = data;

	for (size_t i = 0; i < page->group->tasks_count; i++) {
		char *text = NULL;
		if (tc_encode(&tt_task_type, &page->group->tasks[i].task, 0, &text, NULL, NULL))
			abort();
		tc_release(text);
	}
}

static void encode_generated(void *data)
{
	const struct page *page = data;

	for (size_t i = 0; i < page->generated->tasks_count; i++) {
		char *text = NULL;
		if (tc_encode(&tc_queue_task_data_type, &page->generated->tasks[i].task, 0, &text,
			    NULL, NULL))
			abort();
		tc_release(text);
	}
}

static void encode_bare(void *data)
{
	const struct page *page = data;

	for (size_t i = 0; i < page->group->tasks_count; i++) {
		if (bare_type_encode(&page->group->tasks[i].task) == 0)
			abort();
	}
}

static double in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)(info.uordblks + info.hblkhd);
}

/* The page comes in pieces, as from the network, and is not kept. */
static bool measure_memory(const struct page *page)
{
	double before = in_use(), peak = before, text = (double)page->length;
	struct tc__decoder *decoder = tc__decoder_new(&tt_task_group_type, 0, TC_ERROR_REPLY, NULL);

	for (size_t at = 0; at < page->length; at += PIECE) {
		size_t length = page->length - at < PIECE ? page->length - at : PIECE;
		if (tc__decoder_feed(decoder, page->text + at, length, NULL))
			abort();
		double now = in_use();
		peak = now > peak ? now : peak;
	}
	void *group = tc__decoder_finish(decoder, NULL);
	tc__decoder_free(decoder);
	double alive = (in_use() - before) / text;
	peak = (peak - before) / text;
	tc_release(group);
	bool fine = measure_value("type.memory, alive", alive, "of the text", 1.5);
	return measure_value("type.memory, at the peak", peak, "of the text", 2) && fine;
}

static const struct side {
	const char *name;
	void (*run)(void *page);
} sides[] = {
	{ "decode", decode },
	{ "decode_generated", decode_generated },
	{ "decode_bare", decode_bare },
	{ "encode", encode },
	{ "encode_generated", encode_generated },
	{ "encode_bare", encode_bare },
};

/* In the process whose instructions are counted. */
static int run_side(const char *name, struct page *page)
{
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		if (strcmp(sides[i].name, name) != 0)
			continue;
		struct measure_side side = { name, sides[i].run, page };
		measure_counted(&side);
		return 0;
	}
	return 2;
}

static bool measure_speed(const char *program, const struct page *page)
{
	const size_t tasks = page->group->tasks_count;
	bool fine =
		measure_sides("type.decode 5 MB", program, "decode", "decode_bare", 1, DECODE_MAX);

	fine = measure_sides("type.decode 5 MB, generated", program, "decode_generated",
		       "decode_bare", 1, DECODE_MAX) &&
		fine;
	fine = measure_sides("type.encode of a task", program, "encode", "encode_bare", tasks,
		       ENCODE_MAX) &&
		fine;
	return measure_sides("type.encode of a task, generated", program, "encode_generated",
		       "encode_bare", tasks, ENCODE_MAX) &&
		fine;
}

static bool read_page(struct page *page, tc_error *err)
{
	page->text = tt_task_group_text(TEXT_SIZE, &page->length);
	if (!page->text)
		return false;
	page->group = tc_decode(&tt_task_group_type, page->text, page->length, 0, err);
	if (page->group)
		page->generated = tc_decode(
			&tc_queue_list_task_group_response_type, page->text, page->length, 0, err);
	return page->generated != NULL;
}

static bool measure_all(const char *program, const struct page *page)
{
	bool fine = measure_speed(program, page);

	return measure_memory(page) && fine;
}

int main(int argc, char **argv)
{
	struct page page = { 0 };
	tc_error err = TC_ERROR_INIT;

	if (!read_page(&page, &err)) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		return 1;
	}
	bool fine = false;
	if (argc == 2)
		fine = run_side(argv[1], &page) == 0;
	else
		fine = measure_all(argv[0], &page);
	tc_release(page.generated);
	tc_release(page.group);
	tc_release(page.text);
	return !fine;
}
