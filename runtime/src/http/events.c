/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/events.h"

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
	return reader->name.no_memory ? tc__fail_nomem(err) : TC_OK;
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

static int end_line(struct tc__event_reader *reader, tc_error *err)
{
	struct tc__buffer *line = &reader->line;
	const char *value;
	int rc = check(reader, err);

	if (rc != TC_OK)
		return rc;
	if (line->length == 0)
		return dispatch(reader, err);
	if (is_field(line, "event", &value)) {
		tc__buffer_clear(&reader->name);
		tc__buffer_text(&reader->name, value);
	} else if (is_field(line, "data", &value)) {
		if (reader->has_data)
			tc__buffer_char(&reader->data, '\n');
		tc__buffer_add(&reader->data, value, (size_t)(line->data + line->length - value));
		reader->has_data = true;
	}
	tc__buffer_truncate(line, 0);
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

void tc__events_clear(struct tc__event_reader *reader)
{
	size_t length;
	char *data;

	while ((data = tc__events_take(reader, &length)))
		tc_release(data);
	tc__buffer_clear(&reader->line);
	tc__buffer_clear(&reader->name);
	tc__buffer_clear(&reader->data);
	*reader = TC__EVENT_READER(reader->stream, reader->max);
}
