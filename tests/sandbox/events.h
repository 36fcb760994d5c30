/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_EVENTS_H
#define TC_TESTS_SANDBOX_EVENTS_H

/* What the tests of the stream of events share, on the sandbox of fixture.h: what makes something
 * happen, and streams that are past their beginning. What fails stops the test. */

#include "client.h"
#include "stream.h"
#include <stdint.h>
#include <taskcluster/slugid.h>

#define QUEUE "/api/queue/v1"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"

/* As ask(); and that a reply is a success. */
struct reply *call(
	const char *method, const char *path, const char *body, const struct quirks *quirks);
void must(const struct reply *reply);

/* The path of a task, and what is below; overwritten by the next call. */
const char *path_of(const char *task_id, const char *rest);

/* Creates a task of a queue (nine characters), with more members of task_text; and one of
 * "prov/type" with a new id. In a group of its own unless `more` says which. */
void create_as(const char *task_id, const char *queue, const char *more);
void create(char task_id[TC_SLUGID_SIZE], const char *more);

/* Its run 0. */
void claim(const char *task_id);
void complete(const char *task_id);

/* Scopes are strings of JSON with commas between. Credentials stay until the next client. */
void create_client(const char *id, const char *scopes, long long expires_s);
const struct quirks *new_client(const char *id, const char *scopes, long long expires_s);

/* What stands at a JSON pointer. */
void assert_text(const tc_json *json, const char *pointer, const char *expected);
void assert_int(const tc_json *json, const char *pointer, int64_t expected);
void assert_null_at(const tc_json *json, const char *pointer);

/* "task:ID"; overwritten by the next call. */
const char *about(const char *what, const char *id);

/* Streams, past what comes at the beginning. */
struct stream *overview(const struct quirks *quirks);
struct stream *open_task(const char *task_id);
struct stream *open_group(const char *group_id);

#endif
