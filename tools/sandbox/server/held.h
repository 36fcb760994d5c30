/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_HELD_H
#define TC_SANDBOX_HELD_H

/* Requests that wait: their connections are suspended until there is something to do for them. A
 * long poll waits for its reply, a stream for what happens next. */

#include "tools/sandbox/request/request.h"

#define HELD_NEVER INT64_MAX

/* Holds a request until its `wake_ms`, sandbox_wake or sandbox_wake_by. Only from within a callback
 * of the daemon that asks for its reply or for a piece of it. */
void held_add(struct request *request);

/* Lets it go on: the daemon asks again. */
void held_resume(struct request *request);

/* It ends: no longer in the list. */
void held_forget(struct request *request);

/* Whether the client of a request that was held has gone meanwhile: work must not be done for it,
 * such as claiming a task. */
bool held_is_gone(const struct request *request);

/* Resumes those whose time has come, and now and then those whose clients have gone (`gone`).
 * Returns in how many ms it is to be called again at the latest. */
int64_t held_run(struct sandbox *sandbox, int64_t now_ms);

#endif
