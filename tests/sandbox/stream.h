/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_STREAM_H
#define TC_TESTS_SANDBOX_STREAM_H

/* A reader of the sandbox's stream of events for its tests, on libcurl. Nothing is read but within
 * these functions, so that a reader that is not asked is one that does not read. */

#include "client.h"

struct stream;

/* Opens it; `quirks` as in ask (unsigned_, id, key, header). What comes first is not awaited. */
struct stream *stream_open(
	const struct tc_test_server *server, const char *about, const struct quirks *quirks);

/* With a bewit of the root client instead. */
struct stream *stream_open_bewit(const struct tc_test_server *server, const char *about);

/* Over HTTP/1.0. */
struct stream *stream_open_old(const struct tc_test_server *server, const char *about);

void stream_close(struct stream *stream);

/* The data of the next event, which must have this name, within five seconds; released with the
 * next call. */
const tc_json *stream_next(struct stream *stream, const char *name);

/* The same of the next event of this name: others in front of it are passed over. */
const tc_json *stream_find(struct stream *stream, const char *name);

/* Reads until so long nothing has come but comments; stops the test when an event does. */
void stream_silent(struct stream *stream, int ms);

/* Passes over what comes until nothing has come for so long. */
void stream_calm(struct stream *stream, int ms);

/* Waits, at most so long, until the server ends the stream. Events are passed over. */
void stream_ends(struct stream *stream, int ms);

/* The HTTP status, when there was one. */
long stream_status(struct stream *stream);

#endif
