/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/events/reader.h"

#include "tools/sandbox/auth/scopes.h"
#include "tools/sandbox/events/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX ((size_t)4 << 20) /* bytes that wait for one reader */
#define ROOM_MIN 32
#define SILENCE_MS 15000 /* then a comment shows both sides that the other is there */
#define GATHER_MS 20     /* between two pieces: a call to the system for each event is too much, */
#define GATHER_MAX 16000 /* unless so many bytes wait */
#define SCOPE_SIZE 2100  /* a hook's has two names of 1000 */

static struct event lost = { 1, sizeof "event: lost\ndata: {}\n\n" - 1,
	(char[]){ "event: lost\ndata: {}\n\n" } };

/* ---- the index ---- */

static struct reader **bucket(const struct sandbox *sandbox, enum about about, const char *id)
{
	uint32_t hash = 2166136261u + (uint32_t)about;

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 16777619u;
	return &sandbox->events->buckets[hash % BUCKETS];
}

static struct reader *find(struct reader *reader, enum about about, const char *id)
{
	while (reader && (reader->about != about || strcmp(reader->id, id) != 0))
		reader = reader->next;
	return reader;
}

struct reader *reader_first(const struct sandbox *sandbox, enum about about, const char *id)
{
	return find(*bucket(sandbox, about, id), about, id);
}

struct reader *reader_next(const struct reader *reader)
{
	return find(reader->next, reader->about, reader->id);
}

void reader_each(struct sandbox *sandbox, void (*each)(struct reader *reader))
{
	for (size_t i = 0; i < BUCKETS && sandbox->events->readers; i++) {
		for (struct reader *reader = sandbox->events->buckets[i]; reader;
			reader = reader->next)
			each(reader);
	}
}

/* ---- what waits ---- */

static bool make_room(struct reader *reader)
{
	if (reader->first + reader->count < reader->room)
		return true;
	if (reader->first) {
		memmove(reader->queue, reader->queue + reader->first,
			reader->count * sizeof *reader->queue);
		reader->first = 0;
		return true;
	}
	size_t room = reader->room ? 2 * reader->room : ROOM_MIN;
	struct event **queue = realloc(reader->queue, room * sizeof *queue);
	if (!queue)
		return false;
	reader->queue = queue;
	reader->room = room;
	return true;
}

static void push(struct reader *reader, struct event *event)
{
	reader->queue[reader->first + reader->count++] = event_share(event);
	reader->bytes += event->length;
}

static void shift(struct reader *reader)
{
	struct event *event = reader->queue[reader->first++];

	reader->bytes -= event->length;
	reader->taken = 0;
	if (--reader->count == 0)
		reader->first = 0;
	event_release(event);
}

static void drop_last(struct reader *reader)
{
	struct event *event = reader->queue[reader->first + --reader->count];

	reader->bytes -= event->length;
	event_release(event);
}

/* Of what waits stays what was begun, and `hello`, which is the first. */
static void lose(struct reader *reader)
{
	size_t kept = reader->taken || !reader->sent_ms ? 1 : 0;

	while (reader->count > kept)
		drop_last(reader);
	if (make_room(reader))
		push(reader, &lost);
}

void reader_send(struct reader *reader, struct event *event)
{
	if (reader->ending)
		return;
	if (event && reader->bytes + event->length <= WAITING_MAX && make_room(reader))
		push(reader, event);
	else
		lose(reader);
	sandbox_wake_by(reader->request, reader->sent_ms + GATHER_MS);
}

void reader_send_own(struct reader *reader, struct event *event)
{
	reader_send(reader, event);
	event_release(event);
}

void reader_finish(struct reader *reader)
{
	reader->ending = true;
	sandbox_wake_by(reader->request, 0);
}

static bool is_gathering(const struct reader *reader, int64_t now_ms)
{
	return !reader->taken && !reader->ending && reader->bytes < GATHER_MAX &&
		now_ms < reader->sent_ms + GATHER_MS;
}

size_t reader_take(struct reader *reader, char *bytes, size_t size, int64_t now_ms)
{
	static const char comment[] = ": \n\n";
	size_t length = 0;

	if (is_gathering(reader, now_ms))
		return 0;
	while (reader->count && length < size) {
		const struct event *event = reader->queue[reader->first];
		size_t rest = event->length - reader->taken;
		size_t part = rest < size - length ? rest : size - length;
		memcpy(bytes + length, event->bytes + reader->taken, part);
		length += part;
		reader->taken += part;
		if (part == rest)
			shift(reader);
	}
	if (!length && size >= sizeof comment - 1 && now_ms - reader->sent_ms >= SILENCE_MS) {
		length = sizeof comment - 1;
		memcpy(bytes, comment, length);
	}
	if (length)
		reader->sent_ms = now_ms;
	return length;
}

bool reader_ended(const struct reader *reader, int64_t now_ms)
{
	return !reader->count && (reader->ending || now_ms >= reader->expires_ms);
}

int64_t reader_due(const struct reader *reader)
{
	int64_t next_ms = reader->sent_ms + (reader->count ? GATHER_MS : SILENCE_MS);

	return next_ms < reader->expires_ms ? next_ms : reader->expires_ms;
}

/* ---- what it may see ---- */

bool reader_may_n(const struct reader *reader, const char *prefix, const char *id, size_t length)
{
	char scope[SCOPE_SIZE];
	int size = snprintf(scope, sizeof scope, "%s%.*s", prefix, (int)length, id);

	return size > 0 && size < (int)sizeof scope &&
		scopes_cover(&reader->request->scopes, scope);
}

bool reader_may(const struct reader *reader, const char *prefix, const char *id)
{
	return reader_may_n(reader, prefix, id, strlen(id));
}

/* ---- from its beginning to its end ---- */

static struct event *hello(const struct sandbox *sandbox)
{
	struct writer writer = event_begin("hello");

	write_object(&writer);
	write_member_date(&writer, "now", sandbox_now());
	write_member(&writer, "rootUrl", sandbox->root_url);
	write_end_object(&writer);
	return event_end(&writer);
}

struct reader *reader_open(struct request *request, enum about about, const char *id)
{
	struct sandbox *sandbox = request->sandbox;
	struct reader *reader = calloc(1, sizeof *reader);
	struct event *first = hello(sandbox);

	if (!reader || !first || !make_room(reader)) {
		free(reader);
		event_release(first);
		return NULL;
	}
	reader->request = request;
	reader->about = about;
	reader->id = id;
	reader->expires_ms = request->identity.client_id ? request->identity.expires_ms : INT64_MAX;
	reader_send_own(reader, first);
	reader->link = bucket(sandbox, about, id);
	reader->next = *reader->link;
	if (reader->next)
		reader->next->link = &reader->next;
	*reader->link = reader;
	sandbox->events->readers++;
	return reader;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	*reader->link = reader->next;
	if (reader->next)
		reader->next->link = reader->link;
	reader->request->sandbox->events->readers--;
	while (reader->count)
		drop_last(reader);
	free(reader->queue);
	free(reader->why);
	free(reader);
}
