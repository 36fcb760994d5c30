/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_SANDBOX_H
#define TC_TESTS_BARE_SANDBOX_H

/*
 * What createTask costs at least: a server of libmicrohttpd alone, in a process of its own, which
 * reads no body and checks nothing. It writes the rows that the sandbox writes, into the same
 * tables with the same indexes, in one transaction by statements prepared once, and answers the
 * same status. It ends with the test.
 */

#include <sys/types.h>

struct bare_sandbox {
	pid_t pid;
	char root_url[64];
};

/* `state` is an SQLite file, or NULL for memory. Every PUT must be a createTask, for the queue
 * "prov/type" and the task group `group_id`. Stops the test when it does not start. */
struct bare_sandbox *bare_sandbox_start(const char *state, const char *group_id);
void bare_sandbox_stop(struct bare_sandbox *server);

#endif
