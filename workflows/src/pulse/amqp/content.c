/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/content.h"

#include "workflows/src/base/text.h"
#include "workflows/src/pulse/amqp/table.h"
#include <stdlib.h>
#include <string.h>

/* The header's payload: class, weight, length of the body, and then the properties: which there
 * are (from the highest bit on), and these. */
#define HEADER_FIXED 12
#define FLAG_CONTENT_TYPE 0x8000U
#define FLAG_CONTENT_ENCODING 0x4000U
#define FLAG_HEADERS 0x2000U
#define FLAG_MORE 1U /* another word of flags follows */

int tc__assembly_begin(struct tc__assembly *assembly, const struct tc__frame *method, tc_error *err)
{
	if (assembly->begun)
		return tc__frame_fail(err, "a message begins inside another one");
	if (!tc__bytes_add(&assembly->texts, method->payload, method->length))
		return tc__no_memory(err);
	assembly->begun = true;
	assembly->method_length = method->length;
	return TC_OK;
}

static uint64_t read_64(const char *bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

static int take_header(struct tc__assembly *assembly, const struct tc__frame *frame, tc_error *err)
{
	if (frame->length < HEADER_FIXED + 2)
		return tc__frame_fail(err, "a message's header is cut short");
	uint64_t length = read_64(frame->payload + 4);
	if (length > TC__BODY_MAX)
		return tc__frame_fail(err, "a message is longer than any may be");
	assembly->body = malloc((size_t)length + 1);
	if (!assembly->body || !tc__bytes_add(&assembly->texts, frame->payload, frame->length))
		return tc__no_memory(err);
	assembly->length = (size_t)length;
	assembly->headed = true;
	return TC_OK;
}

static int take_body(struct tc__assembly *assembly, const struct tc__frame *frame, tc_error *err)
{
	if (frame->length > assembly->length - assembly->there)
		return tc__frame_fail(err, "a message is longer than it said");
	if (frame->length)
		memcpy(assembly->body + assembly->there, frame->payload, frame->length);
	assembly->there += frame->length;
	return TC_OK;
}

int tc__assembly_add(
	struct tc__assembly *assembly, const struct tc__frame *frame, bool *whole, tc_error *err)
{
	bool header = frame->type == AMQP_FRAME_HEADER;
	int rc;

	*whole = false;
	if (!assembly->begun || assembly->headed == header)
		return tc__frame_fail(err, "a part of a message is out of turn");
	rc = header ? take_header(assembly, frame, err) : take_body(assembly, frame, err);
	if (rc != TC_OK)
		return rc;
	*whole = assembly->there == assembly->length;
	return TC_OK;
}

static unsigned read_16(const char *bytes)
{
	return (unsigned)((unsigned char)bytes[0] << 8 | (unsigned char)bytes[1]);
}

/* Where the headers stand in the properties; 0: there are none. */
static size_t find_headers(const char *properties, size_t length)
{
	unsigned flags = read_16(properties);
	size_t at = 2;

	if (!(flags & FLAG_HEADERS))
		return 0;
	for (unsigned more = flags; more & FLAG_MORE && at + 2 <= length; at += 2)
		more = read_16(properties + at);
	for (unsigned flag = FLAG_CONTENT_TYPE; flag >= FLAG_CONTENT_ENCODING; flag >>= 1)
		if (flags & flag)
			at += at < length ? 1 + (size_t)(unsigned char)properties[at] : 1;
	return at;
}

/* Takes headers out that librabbitmq cannot be given; the rest of the message is as good as any. */
static void prune(char *properties, size_t *length)
{
	size_t at = find_headers(properties, *length);

	if (!at || at > *length || tc__table_fits(properties + at, *length - at))
		return;
	size_t size = tc__table_size(properties + at, *length - at);
	if (!size)
		return;
	memmove(properties + at, properties + at + size, *length - at - size);
	properties[0] = (char)((unsigned char)properties[0] & ~(FLAG_HEADERS >> 8));
	*length -= size;
}

int tc__assembly_take(struct tc__assembly *assembly, amqp_pool_t *pool, amqp_method_t *method,
	struct tc__amqp_content *content, tc_error *err)
{
	char *texts = tc__bytes_first(&assembly->texts);
	char *properties = texts + assembly->method_length + HEADER_FIXED;
	size_t length = tc__bytes_length(&assembly->texts) - assembly->method_length - HEADER_FIXED;
	void *decoded = NULL;

	const struct tc__frame frame = { .payload = texts, .length = assembly->method_length };
	int rc = tc__frame_method(&frame, pool, method, err);
	if (rc != TC_OK)
		return rc;
	prune(properties, &length);
	int code = amqp_decode_properties(
		AMQP_BASIC_CLASS, pool, (amqp_bytes_t){ length, properties }, &decoded);
	if (code == AMQP_STATUS_NO_MEMORY)
		return tc__no_memory(err);
	if (code < 0)
		return tc__frame_fail(err, "a message's properties cannot be read");
	assembly->body[assembly->length] = '\0';
	*content = (struct tc__amqp_content){ .method = method,
		.properties = decoded,
		.body = assembly->body,
		.length = assembly->length };
	assembly->body = NULL;
	return TC_OK;
}

void tc__assembly_clear(struct tc__assembly *assembly)
{
	free(assembly->body);
	tc__bytes_take(&assembly->texts, tc__bytes_length(&assembly->texts), false);
	*assembly = (struct tc__assembly){ .texts = assembly->texts };
}

void tc__assembly_free(struct tc__assembly *assembly)
{
	tc__assembly_clear(assembly);
	tc__bytes_free(&assembly->texts);
}
