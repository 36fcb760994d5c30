/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_REPLY_H
#define TC_CLI_SHARED_REPLY_H

/* What a server answered, where it is to go. */

#include "tools/taskcluster/shared/output.h"

#include <taskcluster/operation.h>
#include <taskcluster/response.h>

/*
 * The server's own bytes, and no line end behind them: a program wants to compare them, or their
 * sum. JSON on a terminal is indented, and of a remote procedure only the result is printed. A
 * redirect is its Location and a line end, whatever its body (services put a sentence there),
 * unless that is JSON and the function one that answers JSON: queue.getArtifact does both. What a
 * function of bytes gives is bytes, whatever their type. With --select what is no JSON is an error.
 * 0, or the exit status after telling what is wrong.
 */
int reply_print(struct output *output, tc_response *response, const struct tc_operation *operation);

#endif
