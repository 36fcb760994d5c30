/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_INPUT_H
#define TC_CLI_SHARED_INPUT_H

/* A request's body, from a file or standard input. */

#include <taskcluster/json.h>
#include <taskcluster/operation.h>

/*
 * Reads and checks the JSON in the file, or in standard input when `path` is NULL or "-"; release
 * *json. Nobody waits in silence: it says on standard error for what it waits, at once on a
 * terminal, after two seconds otherwise. 0, or the exit status after telling what is wrong.
 */
int input_read_json(const char *path, const struct tc_operation *operation, const tc_json **json);

#endif
