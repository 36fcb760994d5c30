/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_RUNNER_H
#define WORKER_RUNNER_H

/*
 * worker-runner's line protocol: messages "~{…}" on standard input and output, anything else there
 * is only logged. The runner says "welcome" with what it can do; we answer "hello" with those
 * of our own that it knows, and only these are used.
 */

#include <taskcluster/credentials.h>
#include <taskcluster/loop.h>

struct runner;

struct runner_options {
	tc_loop *loop; /* borrowed until runner_free */
	int in, out;   /* borrowed; `in` becomes non-blocking */
	/* The worker is to end: with or without time to finish what runs. */
	void (*terminate)(void *data, bool finish);
	/* Claims are to be signed with these; borrowed. */
	void (*credentials)(void *data, const tc_credentials *credentials);
	/* Trouble with the protocol, a sentence. Optional. */
	void (*trouble)(void *data, const char *text);
	void *data;
};

struct runner *runner_new(const struct runner_options *options, tc_error *err);
void runner_free(struct runner *runner); /* NULL is fine */

/* Whether it has said welcome: before that it takes no messages. */
bool runner_greeted(const struct runner *runner);

/* A line for the runner's log; as plain text where it has no such messages (or for NULL, on
 * standard error). */
void runner_log(struct runner *runner, const char *line);

/* An error for worker-manager; false: the runner does not take them. */
bool runner_report(
	struct runner *runner, const char *kind, const char *title, const char *description);

/* The machine is not needed any more; false: the runner does not take that. */
bool runner_shutdown(struct runner *runner);

#endif
