/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/comparison.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 200
#define FOLLOW_MAX 32

const tc_json *comparison_resolve(const struct schema_side *side, const tc_json *schema)
{
	for (int i = 0; i < FOLLOW_MAX && tc_json_get(schema, "$ref"); i++)
		schema = side->follow(side->data, schema);
	return tc_json_get(schema, "$ref") ? NULL : schema;
}

/* ---- telling ---- */

static void print_token(FILE *out, const char *token)
{
	putc('/', out);
	for (; *token; token++) {
		if (*token == '~')
			fputs("~0", out);
		else if (*token == '/')
			fputs("~1", out);
		else
			putc(*token, out);
	}
}

static void print_place(FILE *out, const struct step *step)
{
	if (!step || !step->keyword)
		return;
	print_place(out, step->outer);
	print_token(out, step->keyword);
	if (step->name)
		print_token(out, step->name);
	else if (step->numbered)
		fprintf(out, "/%zu", step->position);
}

/* For free(); NULL when memory ends. */
static char *place_of(const struct step *step, const char *keyword)
{
	char *place = NULL;
	size_t length;
	FILE *out = open_memstream(&place, &length);

	if (!out)
		return NULL;
	print_place(out, step);
	if (*keyword)
		print_token(out, keyword);
	bool bad = ferror(out);
	if (fclose(out) == 0 && !bad)
		return place;
	free(place);
	return NULL;
}

static enum breaks breaks_by(const struct comparison *comparison, enum effect effect)
{
	if (effect == EFFECT_NONE)
		return BREAKS_NONE;
	if (comparison->is_read)
		return effect == EFFECT_NARROWER ? BREAKS_NONE : BREAKS_READERS;
	return effect == EFFECT_WIDER ? BREAKS_NONE : BREAKS_CALLERS;
}

void comparison_tell(struct comparison *comparison, const char *keyword, enum effect effect,
	const char *format, ...)
{
	struct change change = *comparison->subject;
	char *words = NULL, *place;
	size_t length;
	va_list list;

	comparison->found++;
	if (!comparison->sink)
		return;
	place = place_of(comparison->step, keyword);
	FILE *out = open_memstream(&words, &length);
	if (out) {
		va_start(list, format);
		vfprintf(out, format, list);
		va_end(list);
	}
	change.place = place;
	change.breaks = breaks_by(comparison, effect);
	if (out && fclose(out) == 0 && place)
		change_tell(comparison->sink, &change, "%s", words);
	else
		comparison->sink->failed = true;
	free(words);
	free(place);
}

bool comparison_spend(struct comparison *comparison, size_t steps)
{
	if (steps < comparison->left) {
		comparison->left -= steps;
		return true;
	}
	comparison->left = 0;
	comparison->found++; /* nobody knows */
	return false;
}

/* ---- comparing ---- */

static bool is_circle(const struct step *step)
{
	const struct step *outer = step->outer;

	while (outer && (outer->older != step->older || outer->newer != step->newer))
		outer = outer->outer;
	return outer != NULL;
}

static void compare(struct comparison *comparison)
{
	const struct step *step = comparison->step;

	if (step->older == step->newer || is_circle(step))
		return;
	if (!step->older || !step->newer)
		comparison_tell(comparison, "", EFFECT_OTHER,
			"cannot be compared: the %s schema is not there",
			step->older ? "newer" : "older");
	else if (comparison->depth > DEPTH_MAX)
		comparison_tell(comparison, "", EFFECT_OTHER, "nests too deep to be compared");
	else
		comparison->keywords(comparison);
}

void comparison_go(struct comparison *comparison, const struct step *step)
{
	const struct step *outer = comparison->step;
	struct step resolved = *step;

	/* whether there is any change is known with the first one */
	if ((!comparison->sink && comparison->found) || !comparison_spend(comparison, 1))
		return;
	resolved.outer = outer;
	resolved.older = comparison_resolve(comparison->older, step->older);
	resolved.newer = comparison_resolve(comparison->newer, step->newer);
	comparison->step = &resolved;
	comparison->depth++;
	compare(comparison);
	comparison->depth--;
	comparison->step = outer;
}

bool comparison_is_same(struct comparison *comparison, const tc_json *older, const tc_json *newer)
{
	struct comparison quiet = *comparison;
	struct step step = { .older = older, .newer = newer };

	quiet.sink = NULL;
	quiet.found = 0;
	comparison_go(&quiet, &step);
	comparison->left = quiet.left;
	return quiet.found == 0;
}
