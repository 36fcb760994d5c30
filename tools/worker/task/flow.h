/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_FLOW_H
#define WORKER_FLOW_H

/* A task from its claim to its end: the callbacks of tc_worker_options, whose `data` is the host.
 */

#include "tools/worker/task/host.h"

void flow_start(void *data, tc_task *task);
void flow_abort(void *data, tc_task *task, enum tc_abort why);
void flow_ended(void *data, tc_task *task, const struct tc_task_end *end);

#endif
