/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/journal.h"

#include <stdio.h>
#include <string.h>

void journal_request(const struct request *request)
{
	struct tc__buffer line = TC__BUFFER(20000);
	int64_t now = sandbox_now();
	char date[DATE_SIZE];

	if (!request->sandbox->options.verbose)
		return;
	write_date(date, now);
	tc__buffer_printf(&line, "%s %s ", date, request->head ? "HEAD" : request->method);
	/* a terminal must not be told what to do */
	for (const char *c = request->target; *c && *c != '?'; c++)
		tc__buffer_char(&line, *c > ' ' && *c < 0x7f ? *c : '.');
	if (request->status == CLOSED)
		tc__buffer_text(&line, " closed");
	else
		tc__buffer_printf(&line, " %d", request->status);
	tc__buffer_printf(&line, " %lldms %s", (long long)(now - request->begun_ms),
		request->identity.client_id ? request->identity.client_id : "-");
	fprintf(stderr, "%s\n", tc__buffer_get(&line));
	tc__buffer_clear(&line);
}
