/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as what a broker sends: however they come in pieces, the same frames, methods and
 * messages are read, and the same failure. */
#include "tests/harness/test.h"

#include "workflows/src/pulse/amqp/content.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAME_MAX 131072
#define POOL_PAGE 4096

struct reading {
	struct tc__bytes in;
	struct tc__assembly assembly;
	amqp_pool_t pool;
	size_t methods, messages, bytes; /* that came */
	uint64_t digest;                 /* of all that came */
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void add(struct reading *reading, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		reading->digest = (reading->digest ^ at[i]) * 1099511628211U;
}

static int take_message(struct reading *reading)
{
	struct tc__amqp_content content;
	amqp_method_t method;

	int rc = tc__assembly_take(&reading->assembly, &reading->pool, &method, &content, NULL);
	if (rc != TC_OK)
		return rc;
	require(content.method == &method && content.method->decoded && content.properties);
	require(content.length <= TC__BODY_MAX && content.body[content.length] == '\0');
	add(reading, content.body, content.length);
	if (content.properties->_flags & AMQP_BASIC_HEADERS_FLAG)
		add(reading, &content.properties->headers.num_entries, sizeof(int));
	reading->messages++;
	reading->bytes += content.length;
	free(content.body);
	tc__assembly_clear(&reading->assembly);
	return TC_OK;
}

static int take(struct reading *reading, const struct tc__frame *frame)
{
	amqp_method_t method;
	bool whole = false;
	int rc = TC_OK;

	if (frame->type == AMQP_FRAME_METHOD) {
		rc = tc__frame_method(frame, &reading->pool, &method, NULL);
		if (rc != TC_OK)
			return rc;
		reading->methods++;
		add(reading, &method.id, sizeof method.id);
		return method.id == AMQP_BASIC_DELIVER_METHOD
			? tc__assembly_begin(&reading->assembly, frame, NULL)
			: TC_OK;
	}
	if (frame->type != AMQP_FRAME_HEADER && frame->type != AMQP_FRAME_BODY)
		return TC_OK;
	rc = tc__assembly_add(&reading->assembly, frame, &whole, NULL);
	return rc == TC_OK && whole ? take_message(reading) : rc;
}

/* The frame alone in its memory, so that nothing behind it can be read. */
static int take_alone(struct reading *reading, struct tc__frame frame)
{
	char *payload = malloc(frame.length ? frame.length : 1);

	require(payload != NULL);
	if (frame.length)
		memcpy(payload, frame.payload, frame.length);
	frame.payload = payload;
	int rc = take(reading, &frame);
	recycle_amqp_pool(&reading->pool);
	free(payload);
	return rc;
}

/* What is there for now. */
static int read_frames(struct reading *reading)
{
	struct tc__frame frame;

	for (;;) {
		int rc = tc__frame_read(&reading->in, FRAME_MAX, &frame, NULL);
		if (rc != TC_OK || !frame.type)
			return rc;
		require(frame.size <= tc__bytes_length(&reading->in));
		require(frame.length + TC__FRAME_EXTRA == frame.size && frame.size <= FRAME_MAX);
		rc = take_alone(reading, frame);
		tc__bytes_take(&reading->in, frame.size, false);
		if (rc != TC_OK)
			return rc;
	}
}

static int read_all(struct reading *reading, const uint8_t *data, size_t size, size_t piece)
{
	int rc = TC_OK;

	*reading = (struct reading){ .digest = 14695981039346656037U };
	init_amqp_pool(&reading->pool, POOL_PAGE);
	for (size_t at = 0; rc == TC_OK && at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		require(tc__bytes_add(&reading->in, data + at, length));
		rc = read_frames(reading);
	}
	require(rc == TC_OK || rc == TC_ERROR_REPLY);
	require(reading->bytes <= size);
	tc__assembly_free(&reading->assembly);
	tc__bytes_free(&reading->in);
	empty_amqp_pool(&reading->pool);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 7, 4096 };
	struct reading whole, cut;
	int rc = read_all(&whole, data, size, size ? size : 1);

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		require(read_all(&cut, data, size, pieces[i]) == rc);
		require(cut.methods == whole.methods && cut.messages == whole.messages);
		require(cut.digest == whole.digest);
	}
	return 0;
}
