/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_CLASSIC_H
#define TC_SANDBOX_CLASSIC_H

/* The generation of 2015 on top of the present services: the same tasks, clients and index. */

#include "tools/sandbox/request/request.h"
#include "tools/sandbox/tasks/task.h"

/* The URLs of pollTaskUrls: /azure/<provisionerId>/<workerType>/messages…, which stand for a queue
 * of Azure. A message is a pending task; it goes away when the task is claimed. */
#define CLASSIC_QUEUE_PATH "/azure/"
int classic_serve_queue(struct request *request);

#endif
