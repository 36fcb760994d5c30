/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/functions.h"
#include "tools/taskcluster/differences/scopes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the argument "<name>" that the text begins with is called in the newer one; NULL: it is no
 * argument's. */
static const char *new_name(const struct functions *both, const char *text, size_t length)
{
	const struct tc_parameter *older = both->older->arguments;
	uint8_t count = both->older->argument_count;

	if (!functions_same_shape(both) || both->newer->argument_count != count)
		return NULL;
	for (uint8_t i = 0; i < count; i++)
		if (strlen(older[i].name) == length && strncmp(older[i].name, text, length) == 0)
			return both->newer->arguments[i].name;
	return NULL;
}

static void print_renamed(FILE *out, const struct functions *both, const char *text)
{
	for (; *text; text++) {
		size_t length = *text == '<' ? strcspn(text + 1, ">") : 0;
		const char *name = length ? new_name(both, text + 1, length) : NULL;
		putc(*text, out);
		if (!name)
			continue;
		fputs(name, out);
		text += length;
	}
}

/* The older function's scopes with the newer one's names of arguments; for free(). */
static char *renamed(const struct functions *both, const char *scopes)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	print_renamed(out, both, scopes);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* False: it is no JSON, or memory ended. */
static bool read_scopes(const char *text, const tc_json **scopes)
{
	*scopes = NULL;
	return text && tc_json_parse(text, strlen(text), scopes, NULL) == TC_OK;
}

static enum scopes_relation relation_of(const struct functions *both)
{
	const char *was = both->older->scopes, *is = both->newer->scopes;
	char *text = was ? renamed(both, was) : NULL;
	const tc_json *older = NULL, *newer = NULL;
	enum scopes_relation relation = SCOPES_UNKNOWN;

	if ((!was || read_scopes(text, &older)) && (!is || read_scopes(is, &newer)))
		relation = scopes_compare(older, newer);
	tc_release(older);
	tc_release(newer);
	free(text);
	return relation;
}

void functions_compare_scopes(const struct functions *both)
{
	static const char *const words[] = { [SCOPES_LESS] = "ask for less",
		[SCOPES_MORE] = "ask for more",
		[SCOPES_UNKNOWN] = "are others, and may ask for more" };
	enum scopes_relation relation = relation_of(both);
	const char *was = both->older->scopes, *is = both->newer->scopes;
	struct change change = functions_change(
		both->older, "scopes", relation == SCOPES_LESS ? BREAKS_NONE : BREAKS_CALLERS);

	if (relation != SCOPES_SAME)
		change_tell(both->pair->sink, &change, "%s: %s; it was %s", words[relation],
			is ? is : "none", was ? was : "none");
}
