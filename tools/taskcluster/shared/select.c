/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/select.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <stdlib.h>
#include <string.h>

static const char *selected;

int select_set(const char *pointer)
{
	if (*pointer && *pointer != '/')
		return usage_error("--select is \"%s\"; expected a JSON pointer, such as "
				   "/status/state",
			pointer);
	for (const char *tilde = pointer; (tilde = strchr(tilde, '~')); tilde++)
		if (tilde[1] != '0' && tilde[1] != '1')
			return usage_error("--select is \"%s\"; in a JSON pointer ~0 is a tilde, "
					   "~1 a slash, and a tilde alone nothing",
				pointer);
	selected = pointer;
	return 0;
}

bool select_is_set(void)
{
	return selected != NULL;
}

/* ---- where it came to an end ---- */

/* The token as the name that it stands for; of a long one the begin. */
static void decode(const char *token, size_t length, char name[SUGGEST_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < length && used < SUGGEST_MAX - 1; i++) {
		bool escaped = token[i] == '~';
		i += escaped;
		name[used++] = !escaped ? token[i] : token[i] == '0' ? '~' : '/';
	}
	name[used] = '\0';
}

static void tell_object(const char *at, const tc_json *object, const char *token, int length)
{
	char name[SUGGEST_MAX];
	struct suggestion nearest = suggest_for(name);

	decode(token, (size_t)length, name);
	for (size_t i = 0; i < tc_json_count(object); i++)
		suggest_consider(&nearest, tc_json_text(tc_json_name(object, i)));
	failure("--select %s leads nowhere: %s has no member \"%.*s\"%s%s%s", selected, at, length,
		token, nearest.name ? ": did you mean " : "", nearest.name ? nearest.name : "",
		nearest.name ? "?" : "");
}

/* `at` is how it leads to `json`, and `token` what was looked for in that. */
static void tell_end(const char *at, const tc_json *json, const char *token)
{
	static const char *const kinds[] = {
		[TC_JSON_NULL] = "null",
		[TC_JSON_BOOL] = "a boolean",
		[TC_JSON_NUMBER] = "a number",
		[TC_JSON_STRING] = "a text",
	};
	int length = (int)strcspn(token, "/");
	enum tc_json_kind kind = tc_json_kind(json);

	at = *at ? at : "the JSON";
	if (kind == TC_JSON_OBJECT)
		tell_object(at, json, token, length);
	else if (kind == TC_JSON_ARRAY)
		failure("--select %s leads nowhere: %s is a list of %zu, and has no item \"%.*s\"",
			selected, at, tc_json_count(json), length, token);
	else
		failure("--select %s leads nowhere: %s is %s, and has nothing below it", selected,
			at, kinds[kind]);
}

/* The longest part of the pointer that leads somewhere. */
static void tell_nowhere(const tc_json *json)
{
	char *part = strdup(selected);
	const tc_json *found = NULL;

	if (!part) {
		failure("memory ended");
		return;
	}
	while (!found) {
		*strrchr(part, '/') = '\0'; /* "" is there always */
		found = tc_json_at(json, part);
	}
	tell_end(part, found, selected + strlen(part) + 1);
	free(part);
}

const tc_json *select_find(const tc_json *json)
{
	const tc_json *found = tc_json_at(json, selected);

	if (!found)
		tell_nowhere(json);
	return found;
}
