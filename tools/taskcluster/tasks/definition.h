/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_DEFINITION_H
#define TC_CLI_TASKS_DEFINITION_H

/* Definitions of tasks. Functions that return int give 0, or the exit status after telling. */

#include "tools/taskcluster/config/session.h"

#include <taskcluster/json.h>

/* Prints one: indented, or (`json`) in a line. */
int definition_print(const tc_json *definition, bool json);

/*
 * Another one of the same, which begins at `now_ms` (since 1970): created, deadline and expires are
 * moved there, dependencies and routes are empty unless `exact`, and all else is as it was, whether
 * it is known here or not. Release *again.
 */
int definition_repeat(const tc_json *definition, bool exact, int64_t now_ms, const tc_json **again);

/* Creates the task, and says so; `json`: prints what the queue answers. */
int definition_create(
	const struct session *session, const char *id, const tc_json *definition, bool json);

#endif
