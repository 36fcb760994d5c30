/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/events/hub.h"

#include <stdlib.h>

bool events_start(struct sandbox *sandbox)
{
	sandbox->events = calloc(1, sizeof *sandbox->events);
	if (!sandbox->events)
		return false;
	sandbox->events->gather_ms = HUB_NEVER;
	notes_start(sandbox);
	return true;
}

void events_stop(struct sandbox *sandbox)
{
	struct events *events = sandbox->events;

	if (!events)
		return;
	notes_clear(events);
	refusals_clear(events);
	free(events);
	sandbox->events = NULL;
}

int64_t events_run(struct sandbox *sandbox, int64_t now_ms)
{
	struct events *events = sandbox->events;

	if (now_ms < events->gather_ms)
		return events->gather_ms - now_ms;
	queues_tell_marked(sandbox);
	reader_each(sandbox, why_tell);
	events->queue_count = 0;
	events->all_queues = false;
	events->gather_ms = HUB_NEVER;
	return HUB_NEVER;
}

void events_tell_first(struct reader *reader)
{
	switch (reader->about) {
	case ABOUT_OVERVIEW:
		queues_tell_all(reader);
		faults_tell(reader);
		break;
	case ABOUT_GROUP:
		group_tell(reader, NULL);
		break;
	case ABOUT_TASK:
		reader->waits = true; /* unless it does not */
		why_tell(reader);
		break;
	}
}
