/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as JSON: they are read or refused, whole or in pieces alike; and what was read, written
 * in either style and read again, is equal. */
#include "runtime/src/json/json.h"
#include "runtime/src/json/sax.h"
#include "runtime/src/json/utf8.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int ignore(void *context)
{
	(void)context;
	return 1;
}

static int ignore_boolean(void *context, int value)
{
	(void)value;
	return ignore(context);
}

static int ignore_number(void *context, const char *text, size_t length)
{
	(void)context;
	require(text && length);
	return 1;
}

static int check_text(void *context, const unsigned char *text, size_t length)
{
	(void)context;
	require(tc__utf8_valid((const char *)text, length));
	return 1;
}

static const struct tc__sax_events events = {
	.null = ignore,
	.boolean = ignore_boolean,
	.number = ignore_number,
	.string = check_text,
	.start_object = ignore,
	.name = check_text,
	.end_object = ignore,
	.start_array = ignore,
	.end_array = ignore,
};

/* In pieces of 1, 2, 3 … bytes, each alone in its memory */
static int read_pieces(const uint8_t *data, size_t size, bool mends)
{
	struct tc__sax sax;
	int rc = TC_OK;

	tc__sax_open(&sax, &events);
	sax.mends = mends;
	for (size_t at = 0, length = 1; at < size && rc == TC_OK; at += length, length++) {
		if (length > size - at)
			length = size - at;
		char *piece = malloc(length);
		require(piece);
		memcpy(piece, data + at, length);
		rc = tc__sax_push(&sax, piece, length, NULL);
		free(piece);
	}
	if (rc == TC_OK)
		rc = tc__sax_finish(&sax, NULL);
	tc__sax_close(&sax);
	return rc;
}

static void check_numbers(const tc_json *json)
{
	int64_t integer = 0;
	double real = 0;

	if (tc_json_double(json, &real)) {
		require(real == strtod(tc_json_text(json), NULL));
		require(!tc_json_int64(json, &integer) || (double)integer == real);
	}
	for (size_t i = 0; i < tc_json_count(json); i++)
		check_numbers(tc_json_item(json, i));
}

static void check_members(const tc_json *json)
{
	for (size_t i = 0; i < tc_json_count(json); i++) {
		const tc_json *name = tc_json_name(json, i), *item = tc_json_item(json, i);
		require(!name ||
			tc_json_get_n(json, tc_json_text(name), tc_json_text_length(name)) == item);
		check_members(item);
	}
}

static void check_round_trip(const tc_json *json, enum tc_json_style style)
{
	char *text = NULL;
	size_t length = 0;
	const tc_json *again = NULL;

	require(tc_json_write(json, style, &text, &length, NULL) == TC_OK);
	require(tc_json_parse(text, length, &again, NULL) == TC_OK);
	require(tc_json_equal(json, again) && tc_json_equal(again, json));
	tc_release(text);
	tc_release(again);
}

/* Mending takes what is fine as it is, and halves of surrogate pairs besides. */
static void check_mended(const uint8_t *data, size_t size, const tc_json *strict, bool halves)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	int rc = tc_json_read((const char *)data, size, TC_JSON_MEND, &json, &err);
	int pieces = read_pieces(data, size, true);

	require(rc == TC_OK || (rc == TC_ERROR_INPUT && !json));
	require(pieces == rc || strstr(tc_error_text(&err), "twice"));
	require(rc != TC_OK || strict || halves);
	require(!strict || tc_json_equal(json, strict));
	require(!strstr(tc_error_text(&err), "surrogate"));
	tc_release(json);
	tc_error_clear(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	int rc = tc_json_parse((const char *)data, size, &json, &err);
	int pieces = read_pieces(data, size, false);

	check_mended(data, size, json, strstr(tc_error_text(&err), "surrogate") != NULL);

	if (rc != TC_OK) {
		require(rc == TC_ERROR_INPUT && !json && *tc_error_text(&err));
		require(pieces == TC_ERROR_INPUT || strstr(tc_error_text(&err), "twice"));
		tc_error_clear(&err);
		return 0;
	}
	require(pieces == TC_OK);
	check_numbers(json);
	check_members(json);
	check_round_trip(json, TC_JSON_COMPACT);
	check_round_trip(json, TC_JSON_PRETTY);
	tc_release(json);
	return 0;
}
