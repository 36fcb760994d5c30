/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/events/event.h"

#include <stdlib.h>

#define EVENT_MAX ((size_t)64 << 20)

struct writer event_begin(const char *name)
{
	struct writer writer = { .text = TC__BUFFER(EVENT_MAX) };

	tc__buffer_printf(&writer.text, "event: %s\ndata: ", name);
	return writer;
}

struct event *event_end(struct writer *writer)
{
	struct event *event = malloc(sizeof *event);

	tc__buffer_text(&writer->text, "\n\n");
	size_t length = writer->text.length;
	char *bytes = tc__buffer_take(&writer->text);
	tc__buffer_clear(&writer->text);
	if (event && bytes) {
		*event = (struct event){ 1, length, bytes };
		return event;
	}
	free(event);
	tc_release(bytes);
	return NULL;
}

struct event *event_share(struct event *event)
{
	event->users++;
	return event;
}

void event_release(struct event *event)
{
	if (!event || --event->users)
		return;
	tc_release(event->bytes);
	free(event);
}
