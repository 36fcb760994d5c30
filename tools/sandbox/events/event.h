/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_EVENT_H
#define TC_SANDBOX_EVENT_H

/* One event of a stream as its bytes: `event: NAME`, `data: JSON`, an empty line. It is written
 * once, and all who are told share it. */

#include "tools/sandbox/base/write.h"

struct event {
	unsigned users;
	size_t length;
	char *bytes;
};

/* Up to the place where the data comes, one JSON value without line feeds. */
struct writer event_begin(const char *name);

/* Ends it and releases the writer. The caller is its first user. NULL when memory ended, also
 * before: who is told NULL has lost something. */
struct event *event_end(struct writer *writer);

struct event *event_share(struct event *event);
void event_release(struct event *event); /* NULL is fine */

#endif
