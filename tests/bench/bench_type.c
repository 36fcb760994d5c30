/* SPDX-License-Identifier: MPL-2.0 */
/* The typed codec on a page of the queue's listTaskGroup: reading it beside bare yajl, writing its
 * tasks with all checks beside yajl_gen fed by hand, both with tables made by hand and with the
 * generated ones, and the memory that reading takes. */
#include "tests/bench/bare_events.h"
#include "tests/bench/bare_type.h"

#include "runtime/src/type/type.h"
#include "tests/bench/measure.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <taskcluster/queue.h>

#define TEXT_SIZE 5000000
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
	bool fine = alive <= 1.5 && peak <= 2;
	printf("type.memory 5 MB: alive %.2f of the text (limit 1.50), peak %.2f (limit 2.00) %s\n",
		alive, peak, fine ? "ok" : "MISSED");
	return fine;
}

static bool measure_speed(struct page *page)
{
	size_t tasks = page->group->tasks_count;
	struct measure_side bare_decode = { "yajl callbacks", decode_bare, page };
	struct measure_side bare_encode = { "yajl_gen by hand", encode_bare, page };
	struct measure_side ours = { "tc_decode", decode, page };
	struct measure_result result = measure_pair(&ours, &bare_decode, 1);
	bool fine = measure_print("type.decode 5 MB", &result, 1 / 0.45, true);

	ours.run = decode_generated;
	result = measure_pair(&ours, &bare_decode, 1);
	fine = measure_print("type.decode 5 MB, generated", &result, 1 / 0.45, true) && fine;
	ours = (struct measure_side){ "tc_encode", encode, page };
	result = measure_pair(&ours, &bare_encode, tasks);
	fine = measure_print("type.encode of a task", &result, 1.3, true) && fine;
	ours.run = encode_generated;
	result = measure_pair(&ours, &bare_encode, tasks);
	return measure_print("type.encode of a task, generated", &result, 1.3, true) && fine;
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

int main(void)
{
	struct page page = { 0 };
	tc_error err = TC_ERROR_INIT;

	if (!read_page(&page, &err)) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		return 1;
	}
	bool fine = measure_speed(&page);
	fine = measure_memory(&page) && fine;
	tc_release(page.generated);
	tc_release(page.group);
	tc_release(page.text);
	return !fine;
}
