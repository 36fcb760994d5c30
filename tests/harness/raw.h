/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_RAW_H
#define TC_TESTS_RAW_H

/*
 * A server on loopback that is nothing but connections: a function of the test's gets each, in a
 * thread of its own. For what no HTTP server does, such as an answer in the
 * middle of a request.
 */

#include <stdbool.h>
#include <stddef.h>

/* The connection is closed when it returns; `number` counts from 0. */
typedef void tc_raw_fn(void *data, int fd, size_t number);

struct tc_raw;

/* Stops the test when it cannot. */
struct tc_raw *tc_raw_start(tc_raw_fn *serve, void *data);
const char *tc_raw_url(const struct tc_raw *raw); /* "http://127.0.0.1:1234" */

/* A request's head, up to the empty line, NUL-terminated; false when the other side is done, or
 * says nothing for 10 s. What may already have come of the body is left. */
bool tc_raw_head(int fd, char *head, size_t size);

/* So many bytes of a body, thrown away; returns how many came. */
size_t tc_raw_skip(int fd, size_t length);

void tc_raw_say(int fd, const char *text);

/* Ends it. NULL is fine. */
void tc_raw_stop(struct tc_raw *raw);

#endif
