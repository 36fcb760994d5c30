/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as a stream of events: however they are cut, the same events come, and the same
 * failure. */
#include "tests/harness/test.h"

#include "runtime/src/http/events.h"
#include "runtime/src/http/request.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EVENT_MAX 200
#define CUTS_MAX 300 /* places where long inputs are cut, */
#define CUTS_LONG 6  /* and very long ones */

static const struct tc_event_stream streams[] = {
	{ .name = "message" },
	{ .handshake = "hello", .name = "event" },
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Each piece alone in its memory. */
static int push(struct tc__event_reader *reader, const uint8_t *data, size_t size)
{
	char *piece = malloc(size ? size : 1);

	require(piece != NULL);
	if (size)
		memcpy(piece, data, size);
	int rc = tc__events_push(reader, piece, size, NULL);
	free(piece);
	require(rc == TC_OK || rc == TC_ERROR_REPLY);
	return rc;
}

/* What came: each event's data, the last id, which any header can carry, the time to retry, and how
 * it ended. */
static char *result(struct tc__event_reader *reader, int rc)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);
	size_t length;
	char *data;

	tc__buffer_printf(&text, "%d %d %lld %s|", rc, reader->standing,
		(long long)reader->retry_ms, tc__buffer_get(&reader->last_id));
	require(tc__is_field_value(tc__buffer_get(&reader->last_id)));
	require(strlen(tc__buffer_get(&reader->last_id)) == reader->last_id.length);
	while ((data = tc__events_take(reader, &length))) {
		require(length <= EVENT_MAX && data[length] == '\0');
		tc__buffer_printf(&text, " %zu:", length);
		tc__buffer_add(&text, data, length);
		tc_release(data);
	}
	tc__buffer_char(&text, '.');
	tc__events_clear(reader);
	require(!tc__events_has(reader));
	size_t whole = text.length;
	char *taken = tc__buffer_take(&text);
	require(taken && whole > 0);
	return taken;
}

/* Behind another connection's beginning that broke off in the middle, which leaves nothing. */
static char *after_a_break(
	const struct tc_event_stream *stream, const uint8_t *data, size_t size, size_t cut)
{
	static const uint8_t before[] = "event: hello\nid: 9\ndata: 1\rdata";
	struct tc__event_reader reader = TC__EVENT_READER(stream, EVENT_MAX);

	require(push(&reader, before, cut < sizeof before ? cut : sizeof before - 1) == TC_OK);
	tc__events_restart(&reader);
	int rc = push(&reader, data, size);
	return result(&reader, rc);
}

static char *in_two(
	const struct tc_event_stream *stream, const uint8_t *data, size_t size, size_t cut)
{
	struct tc__event_reader reader = TC__EVENT_READER(stream, EVENT_MAX);
	int rc = push(&reader, data, cut);

	if (rc == TC_OK)
		rc = push(&reader, data + cut, size - cut);
	return result(&reader, rc);
}

static char *in_bytes(const struct tc_event_stream *stream, const uint8_t *data, size_t size)
{
	struct tc__event_reader reader = TC__EVENT_READER(stream, EVENT_MAX);
	int rc = TC_OK;

	for (size_t i = 0; i < size && rc == TC_OK; i++)
		rc = push(&reader, data + i, 1);
	return result(&reader, rc);
}

static void same(char *a, const char *b)
{
	require(strcmp(a, b) == 0);
	tc_release(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t cuts = size > 5000 ? CUTS_LONG : CUTS_MAX;

	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		char *whole = in_two(&streams[i], data, size, 0);
		same(in_bytes(&streams[i], data, size), whole);
		for (size_t cut = 1; cut < size && cut < cuts; cut++)
			same(in_two(&streams[i], data, size, cut), whole);
		same(after_a_break(&streams[i], data, size, size), whole);
		tc_release(whole);
	}
	return 0;
}
