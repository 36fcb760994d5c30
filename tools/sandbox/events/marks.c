/* SPDX-License-Identifier: MPL-2.0 */

/* What has changed and is told when changes of a while are gathered. */

#include "tools/sandbox/events/hub.h"

#include <stdio.h>
#include <string.h>

#define GATHER_MS 250

void hub_gather(struct sandbox *sandbox)
{
	if (sandbox->events->gather_ms == HUB_NEVER)
		sandbox->events->gather_ms = sandbox_now() + GATHER_MS;
}

void hub_mark_queue(struct sandbox *sandbox, const char *queue_id)
{
	struct events *events = sandbox->events;
	size_t i = 0;

	hub_gather(sandbox);
	while (i < events->queue_count && strcmp(events->queues[i], queue_id) != 0)
		i++;
	if (i < events->queue_count || events->all_queues)
		return;
	if (i == QUEUES) {
		events->all_queues = true;
		return;
	}
	snprintf(events->queues[i], QUEUE_ID_SIZE, "%s", queue_id);
	events->queue_count++;
}
