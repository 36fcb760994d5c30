/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_events.h"

static int count(void *events)
{
	++*(size_t *)events;
	return 1;
}

static int count_bool(void *events, int value)
{
	(void)value;
	return count(events);
}

static int count_number(void *events, const char *text, size_t length)
{
	(void)text;
	(void)length;
	return count(events);
}

static int count_text(void *events, const unsigned char *text, size_t length)
{
	(void)text;
	(void)length;
	return count(events);
}

const yajl_callbacks bare_counting = {
	.yajl_null = count,
	.yajl_boolean = count_bool,
	.yajl_number = count_number,
	.yajl_string = count_text,
	.yajl_start_map = count,
	.yajl_map_key = count_text,
	.yajl_end_map = count,
	.yajl_start_array = count,
	.yajl_end_array = count,
};

size_t bare_parse(const char *text, size_t length)
{
	size_t events = 0;
	yajl_handle yajl = yajl_alloc(&bare_counting, NULL, &events);

	if (!yajl)
		return 0;
	if (yajl_parse(yajl, (const unsigned char *)text, length) != yajl_status_ok ||
		yajl_complete_parse(yajl) != yajl_status_ok)
		events = 0;
	yajl_free(yajl);
	return events;
}
