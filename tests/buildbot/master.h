/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_MASTER_H
#define TC_TESTS_MASTER_H

/* A real Buildbot master with one worker, from the system's packages, in a folder of its own and on
 * free ports of loopback. It ends with the test, also when the test crashes. */

#include <sys/types.h>

struct master {
	char folder[64];
	char url[64]; /* "http://127.0.0.1:1234" */
	pid_t master, worker;
};

/* False when there is no Buildbot here. Stops the test when it does not come up. */
bool master_start(struct master *master);
void master_stop(struct master *master);

/* The master alone ends as when it is sent SIGTERM; then it is there again, at the same ports. */
void master_end(struct master *master);
void master_begin(struct master *master);

#endif
