/* SPDX-License-Identifier: MPL-2.0 */
#include "events.h"

#include "fixture.h"
#include "tests/harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- calls ---- */

struct reply *call(
	const char *method, const char *path, const char *body, const struct quirks *quirks)
{
	return ask(server, method, path, body, quirks);
}

void must(const struct reply *reply)
{
	if (reply->status < 200 || reply->status > 204)
		fail_msg("%ld %s", reply->status, reply->body ? reply->body : "");
}

const char *path_of(const char *task_id, const char *rest)
{
	static char path[300];

	snprintf(path, sizeof path, QUEUE "/task/%s%s", task_id, rest);
	return path;
}

void create_as(const char *task_id, const char *queue, const char *more)
{
	char *text = strdup(task_text(more));
	char *place = strstr(text, "prov/type");

	memcpy(place, queue, strlen("prov/type"));
	must(call("PUT", path_of(task_id, ""), text, NULL));
	free(text);
}

/* In a group of its own unless `more` says which. */
void create(char task_id[TC_SLUGID_SIZE], const char *more)
{
	tc_slugid_nice(task_id);
	create_as(task_id, "prov/type", more);
}

void claim(const char *task_id)
{
	must(call("POST", path_of(task_id, "/runs/0/claim"), WORKER, NULL));
}

void complete(const char *task_id)
{
	must(call("POST", path_of(task_id, "/runs/0/completed"), NULL, NULL));
}

void create_client(const char *id, const char *scopes, long long expires_s)
{
	char path[200];
	char body[2000];
	char date[25];

	snprintf(path, sizeof path, "/api/auth/v1/clients/%s", id);
	snprintf(body, sizeof body, "{\"description\":\"d\",\"expires\":\"%s\",\"scopes\":[%s]}",
		date_text(expires_s, date), scopes);
	must(call("PUT", path, body, NULL));
}

/* Credentials of a new client; they stay until the next. */
const struct quirks *new_client(const char *id, const char *scopes, long long expires_s)
{
	static struct quirks quirks;
	static char key[100];
	static char name[100];

	create_client(id, scopes, expires_s);
	char path[200];
	snprintf(path, sizeof path, "/api/auth/v1/clients/%s/reset", id);
	struct reply *reply = call("POST", path, NULL, NULL);
	must(reply);
	snprintf(key, sizeof key, "%s", reply_text(reply, "/accessToken"));
	snprintf(name, sizeof name, "%s", id);
	quirks = (struct quirks){ .id = name, .key = key };
	return &quirks;
}

/* ---- what came ---- */

void assert_text(const tc_json *json, const char *pointer, const char *expected)
{
	const char *text = tc_json_text(tc_json_at(json, pointer));

	if (!text || strcmp(text, expected) != 0)
		fail_msg("%s is %s, expected %s", pointer, text ? text : "no text", expected);
}

void assert_int(const tc_json *json, const char *pointer, int64_t expected)
{
	int64_t value = -1;

	if (!tc_json_int64(tc_json_at(json, pointer), &value) || value != expected)
		fail_msg("%s is %lld, expected %lld", pointer, (long long)value,
			(long long)expected);
}

void assert_null_at(const tc_json *json, const char *pointer)
{
	const tc_json *value = tc_json_at(json, pointer);

	if (!value || tc_json_kind(value) != TC_JSON_NULL)
		fail_msg("%s is not null", pointer);
}

/* Past what comes at the beginning. */
struct stream *overview(const struct quirks *quirks)
{
	struct stream *stream = stream_open(server, "overview", quirks);

	stream_next(stream, "hello");
	stream_next(stream, "tasks");
	stream_next(stream, "queues");
	return stream;
}

const char *about(const char *what, const char *id)
{
	static char text[60];

	snprintf(text, sizeof text, "%s:%s", what, id);
	return text;
}

struct stream *open_task(const char *task_id)
{
	struct stream *stream = stream_open(server, about("task", task_id), NULL);

	stream_next(stream, "hello");
	return stream;
}

struct stream *open_group(const char *group_id)
{
	struct stream *stream = stream_open(server, about("group", group_id), NULL);

	stream_next(stream, "hello");
	stream_next(stream, "group");
	return stream;
}
