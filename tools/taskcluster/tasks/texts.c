/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/texts.h"

#include "tools/taskcluster/shared/report.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Both copy the first value of a list into `value`, which has room for it. What is behind it. */

static const char *read_plain(const char *list, char *value)
{
	size_t length = strcspn(list, ",");

	memcpy(value, list, length);
	value[length] = '\0';
	return list + length;
}

/* `list` is behind the opening mark. NULL: there is no closing one in front of a comma or the end.
 */
static const char *read_quoted(const char *list, char *value)
{
	while (*list) {
		if (*list == '"' && list[1] != '"') {
			*value = '\0';
			return list[1] == ',' || !list[1] ? list + 1 : NULL;
		}
		list += *list == '"';
		*value++ = *list++;
	}
	return NULL;
}

static int keep(struct texts *texts, char *text)
{
	char **all = realloc(texts->all, (texts->count + 1) * sizeof *all);

	if (!all)
		return failure("memory ended");
	texts->all = all;
	texts->all[texts->count++] = text;
	return 0;
}

static int add_value(struct texts *texts, const char *option, const char **list)
{
	char *value = malloc(strlen(*list) + 1);
	int status;

	if (!value)
		return failure("memory ended");
	const char *rest = **list == '"' ? read_quoted(*list + 1, value) : read_plain(*list, value);
	if (rest)
		status = keep(texts, value);
	else
		status = usage_error("%s has %s: a value that begins with a quotation mark ends "
				     "with one, and has two for each within",
			option, *list);
	if (status != 0)
		free(value);
	else
		*list = rest;
	return status;
}

int texts_add(struct texts *texts, const char *option, const char *list)
{
	bool more = *list != '\0';
	int status = 0;

	while (more && status == 0) {
		status = add_value(texts, option, &list);
		more = *list == ',';
		list += more;
	}
	return status;
}

void texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->all[i]);
	free(texts->all);
	*texts = (struct texts){ 0 };
}
