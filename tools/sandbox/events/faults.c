/* SPDX-License-Identifier: MPL-2.0 */

/* The event `faults`. */

#include "tools/sandbox/events/hub.h"

void faults_tell(struct reader *reader)
{
	const struct faults *faults = &reader->request->sandbox->faults;
	struct writer writer = event_begin("faults");

	write_object(&writer);
	write_name(&writer, "faults");
	write_array(&writer);
	for (size_t i = 0; i < faults->standing_count; i++)
		write_string(&writer, faults->standing[i]);
	write_end_array(&writer);
	write_end_object(&writer);
	struct event *event = event_end(&writer);
	if (reader_may(reader, "sandbox:faults", ""))
		reader_send(reader, event);
	event_release(event);
}

void events_faults(struct sandbox *sandbox)
{
	if (!sandbox->events->readers)
		return;
	for (struct reader *reader = reader_first(sandbox, ABOUT_OVERVIEW, ""); reader;
		reader = reader_next(reader))
		faults_tell(reader);
}
