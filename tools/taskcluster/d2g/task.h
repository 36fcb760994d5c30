/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_TASK_H
#define TC_CLI_D2G_TASK_H

#include "tools/taskcluster/shared/options.h"
#include <taskcluster/json.h>

/* A task definition with payload and scopes translated; release *translated. 0, or the exit status
 * after telling what is wrong with it. */
int task_translate(
	const tc_json *task, const struct arguments *arguments, const tc_json **translated);

/* A payload; it stands at the pointer `where`, for messages. The same. */
int task_translate_payload(const tc_json *payload, const char *where, const tc_json **translated);

#endif
