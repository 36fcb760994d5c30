/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_PROXY_H
#define TC_TESTS_PROXY_H

/* The proxy as a child, and somebody who asks it. Whatever fails stops the test. */

#include "tests/harness/test.h"

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	char url[80];
	int port;
	int feed; /* the pipe of credentials; -1: there is none */
};

#define ENVIRONMENT(root_url_) \
	(const char *const[]) \
	{ \
		"TASKCLUSTER_ROOT_URL", (root_url_), "TASKCLUSTER_CLIENT_ID", "sandbox", \
			"TASKCLUSTER_ACCESS_TOKEN", "sandbox-secret", NULL \
	}
#define ARGUMENTS(...) \
	(const char *const[]) \
	{ \
		"--port", "0", __VA_ARGS__, NULL \
	}

/* With arguments and an environment of names and values, both NULL-ended, and nothing else. `line`
 * is given by --credentials-fd, which stays open; NULL: no such option. */
void child_start(struct child *child, const char *const *arguments, const char *const *environment,
	const char *line);

/* The same for one that must not start: what it says on standard error. Returns its status. */
int child_refused(const char *const *arguments, const char *const *environment, const char *line,
	char *said, size_t size);

/* Another line of credentials; "\n" is added. */
void child_feed(const struct child *child, const char *line);

/* SIGTERM; it has to end well within a second. */
void child_stop(struct child *child);

/* Waits for its end; the status of the program. */
int child_wait(struct child *child);

/* The most memory that it has had resident so far, in KiB; -1: it cannot be seen. */
long child_peak_kib(const struct child *child);

/* How long it has worked so far, in ms. */
long child_cpu_ms(const struct child *child);

/* ---- who asks ---- */

struct answer {
	int status; /* 0: there was none */
	char head[16000];
	char *body; /* for free(), with a NUL behind it */
	size_t length;
	bool whole; /* it came to its end */
};

/* `headers` NULL-ended or NULL; `body` NULL: none. Release by answer_clear. */
void ask(struct answer *answer, const char *method, const char *url, const char *path,
	const char *const *headers, const char *body, size_t length);
void answer_clear(struct answer *answer);

/* A header's value, in a place that the next call uses again; NULL: it is not there. */
const char *answer_header(const struct answer *answer, const char *name);

/* A connection to it, for who says what no client does. */
int dial(int port);

#endif
