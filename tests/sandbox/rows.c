/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char rows_task_id[TC_SLUGID_SIZE], rows_other_id[TC_SLUGID_SIZE];

static char saved[300];

/* What stands for the text behind a $; *rest is what follows it. */
static const char *value_of(const char *text, const char **rest)
{
	static char letters[3000];
	static char date[25];

	*rest = text + 1;
	if (*text == 'T')
		return rows_task_id;
	if (*text == 'U')
		return rows_other_id;
	if (*text == 'S')
		return saved;
	*rest = strchr(text, '$') + 1;
	if (*text != 'x')
		return date_text(strtoll(text, NULL, 10), date);
	size_t count = strtoul(text + 1, NULL, 10);
	assert_true(count < sizeof letters);
	memset(letters, 'x', count);
	letters[count] = '\0';
	return letters;
}

static const char *expand(const char *text, char *to, size_t size)
{
	size_t used = 0;

	if (!text)
		return NULL;
	while (*text && used < size - 1) {
		if (*text != '$') {
			to[used++] = *text++;
			continue;
		}
		if (text[1] == '$') {
			to[used++] = '$';
			text += 2;
			continue;
		}
		used += (size_t)snprintf(to + used, size - used, "%s", value_of(text + 1, &text));
	}
	assert_true(used < size);
	to[used] = '\0';
	return to;
}

struct reply *rows_ask(const struct tc_test_server *server, const struct row *row)
{
	char path[4000];
	char body[4000];

	expand(row->path, path, sizeof path);
	struct reply *reply =
		ask(server, row->method, path, expand(row->body, body, sizeof body), &row->quirks);
	if (row->quirks.save)
		snprintf(saved, sizeof saved, "%s", reply_text(reply, row->quirks.save));
	return reply;
}

void rows_run(const struct tc_test_server *server, const struct row *rows, size_t count)
{
	char text[300];

	tc_slugid_nice(rows_task_id);
	tc_slugid_nice(rows_other_id);
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct reply *reply = rows_ask(server, row);
		const char *body = reply->body ? reply->body : "";
		const char *part = expand(row->part, text, sizeof text);
		bool not = part && *part == '!';
		if (reply->status != row->status ||
			(part && not == (strstr(body, part + not ) != NULL)))
			fail_msg("%s: expected %ld %s, got %ld %s", row->line, row->status,
				row->part ? row->part : "", reply->status, body);
	}
}
