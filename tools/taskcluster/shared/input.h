/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_INPUT_H
#define TC_CLI_SHARED_INPUT_H

/* JSON that a command takes, from a file or standard input: a request's body, mostly. */

#include <stdbool.h>
#include <taskcluster/json.h>
#include <taskcluster/operation.h>

/*
 * Reads and checks the JSON in the file, or in standard input when `path` is NULL or "-"; release
 * *json. Nobody waits in silence: it says on standard error for what it waits, at once on a
 * terminal, after a second otherwise. 0, or the exit status after telling what is wrong.
 */
int input_read_json(const char *path, const struct tc_operation *operation, const tc_json **json);

/* What is read, for messages. */
struct input {
	const char *taker;  /* "queue createTask" */
	const char *what;   /* "JSON body" */
	const char *option; /* that names a file in place of standard input: "--body" */
	bool optional;      /* it may be empty, and then *json stays; no terminal is asked for it */
};

/* The same of what is no request's body. */
int input_read(const char *path, const struct input *input, const tc_json **json);

#endif
