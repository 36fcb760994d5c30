/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char rows_task_id[TC_SLUGID_SIZE], rows_other_id[TC_SLUGID_SIZE];

static const char *expand(const char *text, char *to, size_t size)
{
	char date[25];
	size_t used = 0;

	if (!text)
		return NULL;
	while (*text && used < size - 30) {
		if (*text != '$') {
			to[used++] = *text++;
			continue;
		}
		if (text[1] == '$') {
			to[used++] = '$';
			text += 2;
			continue;
		}
		if (text[1] == 'T' || text[1] == 'U') {
			used += (size_t)snprintf(to + used, size - used, "%s",
				text[1] == 'T' ? rows_task_id : rows_other_id);
			text += 2;
			continue;
		}
		used += (size_t)snprintf(
			to + used, size - used, "%s", date_text(strtoll(text + 1, NULL, 10), date));
		text = strchr(text + 1, '$') + 1;
	}
	to[used] = '\0';
	return to;
}

struct reply *rows_ask(const struct tc_test_server *server, const struct row *row)
{
	char path[1000];
	char body[4000];

	expand(row->path, path, sizeof path);
	return ask(server, row->method, path, expand(row->body, body, sizeof body), &row->quirks);
}

void rows_run(const struct tc_test_server *server, const struct row *rows, size_t count)
{
	char part[300];

	tc_slugid_nice(rows_task_id);
	tc_slugid_nice(rows_other_id);
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct reply *reply = rows_ask(server, row);
		const char *body = reply->body ? reply->body : "";
		if (reply->status != row->status ||
			(row->part && !strstr(body, expand(row->part, part, sizeof part))))
			fail_msg("%s: expected %ld %s, got %ld %s", row->line, row->status,
				row->part ? row->part : "", reply->status, body);
	}
}
