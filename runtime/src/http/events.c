/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/events.h"

#include "runtime/src/http/request.h"
#include <stdlib.h>
#include <string.h>

static int too_large(const struct tc__event_reader *reader, tc_error *err)
{
	return tc__fail(err, TC_ERROR_REPLY,
		"an event is over %zu bytes, which is the limit (reply_max)", reader->max);
}

static int check(const struct tc__event_reader *reader, tc_error *err)
{
	const struct tc__buffer *const buffers[] = { &reader->line, &reader->data };

	for (size_t i = 0; i < 2; i++) {
		if (buffers[i]->no_memory)
			return tc__fail_nomem(err);
		if (buffers[i]->too_long)
			return too_large(reader, err);
	}
	if (reader->name.no_memory || reader->id.no_memory || reader->last_id.no_memory)
		return tc__fail_nomem(err);
	return TC_OK;
}

static int add_event(struct tc__event_reader *reader, tc_error *err)
{
	struct tc__stream_event *event = malloc(sizeof *event);
	char *data = tc__object_text(tc__buffer_get(&reader->data), reader->data.length);

	if (!event || !data) {
		free(event);
		tc_release(data);
		return tc__fail_nomem(err);
	}
	*event = (struct tc__stream_event){ NULL, data, reader->data.length };
	if (!reader->first)
		reader->last = &reader->first;
	*reader->last = event;
	reader->last = &event->next;
	return TC_OK;
}

/* From now on this id stands for all that came. */
static void take_id(struct tc__event_reader *reader)
{
	struct tc__buffer *last = &reader->last_id;

	if (!reader->has_id)
		return;
	reader->has_id = false;
	tc__buffer_clear(last);
	if (!reader->id.too_long && tc__is_field_value(tc__buffer_get(&reader->id)))
		tc__buffer_add(last, tc__buffer_get(&reader->id), reader->id.length);
	last->no_memory |= reader->id.no_memory;
}

/* An empty line ends an event; one without data is none. */
static int dispatch(struct tc__event_reader *reader, tc_error *err)
{
	const struct tc_event_stream *stream = reader->stream;
	const char *name = reader->name.length ? reader->name.data : "message";
	int rc = TC_OK;

	bool handshake = stream->handshake && !reader->standing && !reader->name.too_long &&
		strcmp(name, stream->handshake) == 0;
	if (handshake)
		reader->standing = true;
	else if (reader->has_data && !reader->name.too_long && strcmp(name, stream->name) == 0)
		rc = add_event(reader, err);
	take_id(reader);
	tc__buffer_clear(&reader->name);
	tc__buffer_truncate(&reader->data, 0);
	reader->has_data = false;
	return rc;
}

static bool is_field(const struct tc__buffer *line, const char *name, const char **value)
{
	size_t length = strlen(name);

	if (line->length < length || memcmp(line->data, name, length) != 0)
		return false;
	if (line->length == length) {
		*value = line->data + length;
		return true;
	}
	if (line->data[length] != ':')
		return false;
	*value = line->data + length + 1 + (line->data[length + 1] == ' ');
	return true;
}

static void read_id(struct tc__event_reader *reader, const char *value, size_t length)
{
	if (memchr(value, '\0', length))
		return;
	tc__buffer_clear(&reader->id);
	tc__buffer_add(&reader->id, value, length);
	reader->has_id = true;
}

/* Digits alone; however many there are, it is some time. */
static void read_retry(struct tc__event_reader *reader, const char *value, size_t length)
{
	int64_t ms = 0;

	if (length == 0 || strspn(value, "0123456789") != length)
		return;
	for (; *value && ms < INT32_MAX; value++)
		ms = 10 * ms + (*value - '0');
	reader->retry_ms = ms;
}

static void read_field(struct tc__event_reader *reader)
{
	const struct tc__buffer *line = &reader->line;
	const char *end = line->data + line->length, *value;

	if (is_field(line, "event", &value)) {
		tc__buffer_clear(&reader->name);
		tc__buffer_text(&reader->name, value);
	} else if (is_field(line, "data", &value)) {
		if (reader->has_data)
			tc__buffer_char(&reader->data, '\n');
		tc__buffer_add(&reader->data, value, (size_t)(end - value));
		reader->has_data = true;
	} else if (is_field(line, "id", &value)) {
		read_id(reader, value, (size_t)(end - value));
	} else if (is_field(line, "retry", &value)) {
		read_retry(reader, value, (size_t)(end - value));
	}
}

static int end_line(struct tc__event_reader *reader, tc_error *err)
{
	int rc = check(reader, err);

	if (rc != TC_OK)
		return rc;
	if (reader->line.length == 0) {
		rc = dispatch(reader, err);
		return rc == TC_OK ? check(reader, err) : rc;
	}
	read_field(reader);
	tc__buffer_truncate(&reader->line, 0);
	return check(reader, err);
}

/* Lines end in CR LF, CR or LF. */
int tc__events_push(
	struct tc__event_reader *reader, const char *bytes, size_t length, tc_error *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *end = bytes + length;
	int rc = TC_OK;

	while (bytes < end && rc == TC_OK) {
		if (reader->after_cr && *bytes == '\n')
			bytes++;
		reader->after_cr = false;
		const char *at = bytes;
		while (at < end && *at != '\r' && *at != '\n')
			at++;
		tc__buffer_add(&reader->line, bytes, (size_t)(at - bytes));
		if (at == end)
			return check(reader, err);
		if (!reader->begun && reader->line.length >= 3 &&
			memcmp(reader->line.data, mark, 3) == 0) {
			memmove(reader->line.data, reader->line.data + 3, reader->line.length - 3);
			tc__buffer_truncate(&reader->line, reader->line.length - 3);
		}
		reader->begun = true;
		reader->after_cr = *at == '\r';
		bytes = at + 1;
		rc = end_line(reader, err);
	}
	return rc;
}

char *tc__events_take(struct tc__event_reader *reader, size_t *length)
{
	struct tc__stream_event *event = reader->first;

	if (!event)
		return NULL;
	char *data = event->data;
	*length = event->length;
	reader->first = event->next;
	free(event);
	return data;
}

void tc__events_restart(struct tc__event_reader *reader)
{
	tc__buffer_clear(&reader->line);
	tc__buffer_clear(&reader->name);
	tc__buffer_clear(&reader->data);
	tc__buffer_clear(&reader->id);
	reader->has_data = reader->has_id = false;
	reader->after_cr = reader->begun = reader->standing = false;
}

void tc__events_clear(struct tc__event_reader *reader)
{
	size_t length;
	char *data;

	while ((data = tc__events_take(reader, &length)))
		tc_release(data);
	tc__events_restart(reader);
	tc__buffer_clear(&reader->last_id);
	*reader = TC__EVENT_READER(reader->stream, reader->max);
}
