/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_MASTER_H
#define TC_TESTS_MASTER_H

/* A real Buildbot master with one worker, from the system's packages or a virtual environment, in a
 * folder of its own and on free ports of loopback. It ends with the test, also when the test
 * crashes. */

#include <stddef.h>
#include <sys/types.h>

struct master {
	char folder[64];
	char url[64];       /* "http://127.0.0.1:1234" */
	char programs[256]; /* in front of their names: "", or "/home/me/buildbot/bin/" */
	int worker_port;
	pid_t master, worker;
};

/* False when there is no Buildbot here. Stops the test when it does not come up. */
bool master_start(struct master *master);

/* The same of a virtual environment of python3 with buildbot[bundle] and buildbot-worker; NULL: of
 * the system. */
bool master_start_of(struct master *master, const char *venv);

/* Its version, "4.3.0"; "" when there is none. */
void master_version(const struct master *master, char *version, size_t size);

/* Runs one of its programs in its folder; "" are its arguments. Returns the exit status. */
int master_run(const struct master *master, const char *program, const char *arguments);

void master_stop(struct master *master);

/* The master alone ends as when it is sent SIGTERM; then it is there again, at the same ports. */
void master_end(struct master *master);
void master_begin(struct master *master);

#endif
