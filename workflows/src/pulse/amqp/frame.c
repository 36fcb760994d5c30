/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/frame.h"

#include "workflows/src/base/text.h"
#include "workflows/src/pulse/amqp/table.h"
#include <string.h>

#define FRAME_END '\xce'

/* A method, or a message's properties, is tried with so much room, up to this. */
#define ROOM 1024
#define ROOM_MAX ((size_t)128 * 1024 - TC__FRAME_EXTRA)

static uint32_t read_32(const char *bytes)
{
	const unsigned char *b = (const unsigned char *)bytes;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void write_32(char *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (char)(value >> (24 - 8 * i));
}

int tc__frame_fail(tc_error *err, const char *what)
{
	return tc_error_set(err, TC_ERROR_REPLY, "the broker sent what is no AMQP: %s", what);
}

int tc__frame_check_channel(const struct tc__frame *frame, unsigned channel, tc_error *err)
{
	if (frame->channel == channel)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_REPLY,
		"the broker sent what is no AMQP: a frame of channel %u, expected %u",
		frame->channel, channel);
}

int tc__frame_read(
	const struct tc__bytes *bytes, size_t max, struct tc__frame *frame, tc_error *err)
{
	size_t there = tc__bytes_length(bytes);

	frame->type = 0;
	if (there < TC__FRAME_HEAD)
		return TC_OK;
	const char *first = tc__bytes_first(bytes);
	if (memcmp(first, "AMQP", 4) == 0)
		return tc__frame_fail(err, "it speaks another version of the protocol");
	size_t length = read_32(first + 3);
	if (length > max - TC__FRAME_EXTRA)
		return tc__frame_fail(err, "a frame is longer than was agreed on");
	if (there < length + TC__FRAME_EXTRA)
		return TC_OK;
	if (first[TC__FRAME_HEAD + length] != FRAME_END)
		return tc__frame_fail(err, "a frame has no end");
	*frame = (struct tc__frame){ .type = (unsigned char)first[0],
		.channel = (unsigned)((unsigned char)first[1] << 8 | (unsigned char)first[2]),
		.payload = first + TC__FRAME_HEAD,
		.length = length,
		.size = length + TC__FRAME_EXTRA };
	if (frame->type == 0)
		return tc__frame_fail(err, "a frame has no type");
	return TC_OK;
}

int tc__frame_method_number(
	const struct tc__frame *frame, amqp_method_number_t *number, tc_error *err)
{
	if (frame->length < 4)
		return tc__frame_fail(err, "a method is cut short");
	*number = read_32(frame->payload);
	return TC_OK;
}

int tc__frame_method(
	const struct tc__frame *frame, amqp_pool_t *pool, amqp_method_t *method, tc_error *err)
{
	union {
		const char *read_only;
		void *data;
	} fields = { frame->payload + 4 };

	int rc = tc__frame_method_number(frame, &method->id, err);
	if (rc != TC_OK)
		return rc;
	/* the one method of a broker's that has a table, behind two bytes */
	if (method->id == AMQP_CONNECTION_START_METHOD &&
		!tc__table_fits(frame->payload + 6, frame->length - 4 < 2 ? 0 : frame->length - 6))
		return tc__frame_fail(err, "its own properties cannot be read");
	rc = amqp_decode_method(method->id, pool, (amqp_bytes_t){ frame->length - 4, fields.data },
		&method->decoded);
	if (rc == AMQP_STATUS_NO_MEMORY)
		return tc__no_memory(err);
	return rc < 0 ? tc__frame_fail(err, "a method cannot be read") : TC_OK;
}

/* ---- sending ---- */

/* Begins a frame with room for a payload, and gives where that is to be written; NULL without
 * memory. */
static char *begin(struct tc__bytes *out, int type, unsigned channel, size_t room, tc_error *err)
{
	char *head = tc__bytes_room(out, room + TC__FRAME_EXTRA);

	if (!head) {
		tc__no_memory(err);
		return NULL;
	}
	head[0] = (char)type;
	head[1] = (char)(channel >> 8);
	head[2] = (char)channel;
	return head + TC__FRAME_HEAD;
}

static void finish(struct tc__bytes *out, size_t length)
{
	char *head = out->all + out->end;

	write_32(head + 3, (uint32_t)length);
	head[TC__FRAME_HEAD + length] = FRAME_END;
	out->end += length + TC__FRAME_EXTRA;
}

/* What librabbitmq writes behind `fixed` bytes; it says only that the room is too small. */
struct written {
	int type;
	size_t fixed;
	char head[12];
	int (*encode)(const struct written *written, amqp_bytes_t room);
	amqp_method_number_t method;
	void *fields;
};

static int encode_method(const struct written *written, amqp_bytes_t room)
{
	return amqp_encode_method(written->method, written->fields, room);
}

static int encode_properties(const struct written *written, amqp_bytes_t room)
{
	return amqp_encode_properties(AMQP_BASIC_CLASS, written->fields, room);
}

static int put(
	struct tc__bytes *out, unsigned channel, const struct written *written, tc_error *err)
{
	for (size_t room = ROOM; room <= ROOM_MAX;
		room = room * 2 > ROOM_MAX && room < ROOM_MAX ? ROOM_MAX : room * 2) {
		char *payload = begin(out, written->type, channel, room, err);
		if (!payload)
			return TC_ERROR_NOMEM;
		memcpy(payload, written->head, written->fixed);
		int used = written->encode(
			written, (amqp_bytes_t){ room - written->fixed, payload + written->fixed });
		if (used < 0)
			continue;
		finish(out, written->fixed + (size_t)used);
		return TC_OK;
	}
	return tc_error_set(err, TC_ERROR_ARGUMENT,
		"what is to be sent does not fit into a frame of %zu bytes", ROOM_MAX);
}

int tc__frame_put_method(struct tc__bytes *out, unsigned channel, amqp_method_number_t method,
	const void *fields, tc_error *err)
{
	union {
		const void *read_only;
		void *data;
	} given = { fields };
	struct written written = { .type = AMQP_FRAME_METHOD,
		.fixed = 4,
		.encode = encode_method,
		.method = method,
		.fields = given.data };

	write_32(written.head, method);
	return put(out, channel, &written, err);
}

static int put_body(struct tc__bytes *out, unsigned channel, const char *body, size_t length,
	size_t max, tc_error *err)
{
	size_t most = max - TC__FRAME_EXTRA;

	while (length) {
		size_t piece = length < most ? length : most;
		char *payload = begin(out, AMQP_FRAME_BODY, channel, piece, err);
		if (!payload)
			return TC_ERROR_NOMEM;
		memcpy(payload, body, piece);
		finish(out, piece);
		body += piece;
		length -= piece;
	}
	return TC_OK;
}

int tc__frame_put_content(struct tc__bytes *out, unsigned channel,
	const amqp_basic_properties_t *properties, const char *body, size_t length, size_t max,
	tc_error *err)
{
	union {
		const void *read_only;
		void *data;
	} given = { properties };
	struct written written = { .type = AMQP_FRAME_HEADER,
		.fixed = 12,
		.encode = encode_properties,
		.fields = given.data };

	/* the class, a weight that is 0, and the body's length */
	written.head[1] = AMQP_BASIC_CLASS;
	write_32(written.head + 4, (uint32_t)((uint64_t)length >> 32));
	write_32(written.head + 8, (uint32_t)length);
	int rc = put(out, channel, &written, err);
	return rc == TC_OK ? put_body(out, channel, body, length, max, err) : rc;
}

int tc__frame_put_heartbeat(struct tc__bytes *out, tc_error *err)
{
	if (!begin(out, AMQP_FRAME_HEARTBEAT, 0, 0, err))
		return TC_ERROR_NOMEM;
	finish(out, 0);
	return TC_OK;
}
