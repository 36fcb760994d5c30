/* SPDX-License-Identifier: MPL-2.0 */

/* Claims that were refused, the last of each queue. */

#include "tools/sandbox/events/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_refusal(struct refusal *refusal)
{
	free(refusal->client_id);
	free(refusal->message);
	*refusal = (struct refusal){ .queue_id = "" };
}

void refusals_clear(struct events *events)
{
	for (size_t i = 0; i < REFUSALS; i++)
		free_refusal(&events->refusals[i]);
}

const struct refusal *hub_refusal(const struct sandbox *sandbox, const char *queue_id)
{
	for (size_t i = 0; i < REFUSALS; i++) {
		const struct refusal *refusal = &sandbox->events->refusals[i];
		if (strcmp(refusal->queue_id, queue_id) == 0)
			return refusal;
	}
	return NULL;
}

/* That of the queue, a free one, or the oldest. */
static struct refusal *find_place(struct events *events, const char *queue_id)
{
	struct refusal *oldest = events->refusals;

	for (size_t i = 0; i < REFUSALS; i++) {
		struct refusal *refusal = &events->refusals[i];
		if (strcmp(refusal->queue_id, queue_id) == 0)
			return refusal;
		if (refusal->when_ms < oldest->when_ms)
			oldest = refusal;
	}
	return oldest;
}

void events_refused(struct sandbox *sandbox, const char *queue_id, const char *client_id,
	const char *message, int64_t now_ms)
{
	struct refusal *refusal = find_place(sandbox->events, queue_id);

	if (strlen(queue_id) >= QUEUE_ID_SIZE)
		return;
	free_refusal(refusal);
	refusal->client_id = client_id ? strdup(client_id) : NULL;
	refusal->message = strdup(message);
	refusal->when_ms = now_ms;
	if (!refusal->message || (client_id && !refusal->client_id)) {
		free_refusal(refusal);
		return;
	}
	snprintf(refusal->queue_id, QUEUE_ID_SIZE, "%s", queue_id);
	if (sandbox->events->readers)
		hub_gather(sandbox);
}
