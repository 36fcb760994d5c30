/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/vet.h"

#include "tools/schema/files.h"
#include "tools/schema/format.h"
#include "tools/schema/keywords.h"
#include "tools/schema/metaschema.h"
#include "tools/schema/step.h"
#include "tools/schema/uri.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 20)

/* A schema that is looked at. */
struct view {
	struct schemas *schemas;
	const struct schema_file *file; /* with the URI that its references are seen from */
	const struct step *where;
	bool flag; /* a boolean will do, in draft 4 too */
};

static bool vet_schema(const struct view *view, const tc_json *json);

/* ---- what is told ---- */

/* "FILE: POINTER" */
static void write_place(const struct view *view, struct tc__buffer *text)
{
	const char *location = view->file->whole->location;

	tc__buffer_text(text, strncmp(location, "file://", 7) == 0 ? location + 7 : location);
	tc__buffer_text(text, ": ");
	if (view->where)
		step_write(text, view->where);
	else
		tc__buffer_text(text, "the schema");
}

/* The first that is wrong is told. Always false. */
TC_PRINTF(2, 3) static bool wrong(const struct view *view, const char *format, ...)
{
	tc_error *err = view->schemas->err;
	struct tc__buffer place = TC__BUFFER(TEXT_MAX);
	char text[1000];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	write_place(view, &place);
	if (err->code == TC_OK)
		tc_error_set(err, TC_ERROR_INPUT, "%s %s", tc__buffer_get(&place), text);
	tc__buffer_clear(&place);
	return false;
}

static bool no_memory(const struct view *view)
{
	tc_error_set(view->schemas->err, TC_ERROR_NOMEM, "memory ended");
	return false;
}

TC_PRINTF(2, 3) static void note(const struct view *view, const char *format, ...)
{
	struct tc__buffer place = TC__BUFFER(TEXT_MAX);
	char text[1000];
	va_list arguments;

	if (!view->schemas->note)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	write_place(view, &place);
	view->schemas->note(view->schemas->data, tc__buffer_get(&place), text);
	tc__buffer_clear(&place);
}

/* ---- schemas inside ---- */

static bool vet_member(const struct view *view, const tc_json *object, size_t i, bool flag)
{
	struct step step = { view->where, tc_json_text(tc_json_name(object, i)), 0 };
	struct view inside = { view->schemas, view->file, &step, flag };

	return vet_schema(&inside, tc_json_item(object, i));
}

static bool vet_list(const struct view *view, const tc_json *list)
{
	bool good = true;

	for (size_t i = 0; good && i < tc_json_count(list); i++) {
		struct step step = { view->where, NULL, i };
		struct view inside = { view->schemas, view->file, &step, false };
		good = vet_schema(&inside, tc_json_item(list, i));
	}
	return good;
}

static bool vet_pattern(const struct view *view, const tc_json *source)
{
	char reason[PATTERN_REASON_SIZE];
	struct pattern *pattern =
		pattern_new(tc_json_text(source), tc_json_text_length(source), reason);
	struct schema_place *place = places_at(&view->schemas->places, source);

	if (!pattern)
		return wrong(view,
			"has the pattern \"%.200s\", which is none that is understood: %s",
			tc_json_text(source), reason);
	if (!place || place->compiled) {
		pattern_free(pattern);
		return place || no_memory(view);
	}
	place->pattern = pattern;
	place->compiled = true;
	return true;
}

static bool vet_dependency(const struct view *view, const tc_json *map, size_t i)
{
	const tc_json *value = tc_json_item(map, i);

	if (tc_json_kind(value) != TC_JSON_ARRAY)
		return vet_member(view, map, i, false);
	return !keyword_problem(KEYWORD_NAMES, value, 0) ||
		wrong(view, "must be arrays of names, or schemas");
}

static bool vet_map(const struct view *view, const tc_json *map, enum keyword_shape shape)
{
	bool good = true;

	if (tc_json_kind(map) != TC_JSON_OBJECT)
		return wrong(view, "must be an object of schemas");
	for (size_t i = 0; good && i < tc_json_count(map); i++) {
		if (shape == KEYWORD_PATTERN_MAP)
			good = vet_pattern(view, tc_json_name(map, i));
		if (good)
			good = shape == KEYWORD_DEPENDENCIES ? vet_dependency(view, map, i)
							     : vet_member(view, map, i, false);
	}
	return good;
}

/* ---- keywords ---- */

static bool vet_format(const struct view *view, const tc_json *value)
{
	if (!format_is_known(tc_json_text(value)))
		note(view, "the format \"%.100s\" is not known, and not checked",
			tc_json_text(value));
	return true;
}

static bool vet_value(const struct view *view, const struct keyword *keyword, const tc_json *value)
{
	const char *problem =
		keyword_problem(keyword->shape, value, view->file->unsaid ? 0 : view->file->draft);

	if (problem)
		return wrong(view, "%s", problem);
	switch (keyword->shape) {
	case KEYWORD_ITEMS:
		if (tc_json_kind(value) == TC_JSON_ARRAY)
			return vet_list(view, value);
		return vet_schema(view, value);
	case KEYWORD_SCHEMA:
	case KEYWORD_FLAG_SCHEMA:
		return vet_schema(view, value);
	case KEYWORD_SCHEMAS:
		if (tc_json_kind(value) != TC_JSON_ARRAY || !tc_json_count(value))
			return wrong(view, "must be an array of schemas, with one at least");
		return vet_list(view, value);
	case KEYWORD_SCHEMA_MAP:
	case KEYWORD_DEFINITIONS:
	case KEYWORD_PATTERN_MAP:
	case KEYWORD_DEPENDENCIES:
		return vet_map(view, value, keyword->shape);
	case KEYWORD_PATTERN:
		return vet_pattern(view, value);
	case KEYWORD_FORMAT:
		return vet_format(view, value);
	default:
		return true;
	}
}

/* A keyword and what it has; `beside`: next to a $ref, where only definitions count. */
static bool vet_keyword(const struct view *view, const tc_json *schema, size_t i, bool beside)
{
	const char *name = tc_json_text(tc_json_name(schema, i));
	const struct keyword *keyword = keyword_find(name);
	struct step step = { view->where, name, 0 };
	struct view inside = { view->schemas, view->file, &step,
		keyword && keyword->shape == KEYWORD_FLAG_SCHEMA };

	if (!keyword || keyword->shape == KEYWORD_ANY || strcmp(name, "$ref") == 0)
		return true;
	if (beside && keyword->shape != KEYWORD_DEFINITIONS) {
		if (*name != '$')
			note(&inside, "does not count beside $ref");
		return true;
	}
	if (keyword->since > view->file->draft) {
		note(&inside, "counts from draft %d on, and not in draft %d", keyword->since,
			view->file->draft);
		return true;
	}
	return vet_value(&inside, keyword, tc_json_item(schema, i));
}

/* ---- a schema, and what it is called ---- */

/* Keeps a schema under a URI, which no other may have. */
static bool keep(const struct view *view, const char *uri, const tc_json *schema,
	const struct schema_file **file)
{
	const struct schema_file *known = files_find(view->schemas, uri);

	if (known && known->json != schema)
		return wrong(view, "is called %.300s, which another schema is, too", uri);
	*file = known ? known : files_keep(view->schemas, uri, schema, view->file->whole);
	return *file || no_memory(view);
}

/* A name of its own below its URI, "#here". */
static bool take_name(
	const struct view *view, const tc_json *schema, const char *uri, const char *name)
{
	const struct schema_file *file;
	struct tc__buffer path = TC__BUFFER(TEXT_MAX);

	tc__buffer_printf(&path, "%s#%s", uri, name);
	bool good = keep(view, tc__buffer_get(&path), schema, &file);
	tc__buffer_clear(&path);
	return good;
}

/* Its own URI, or name, under which references find it; *file has the URI then. */
static bool take_id(const struct view *view, const tc_json *schema, const struct schema_file **file)
{
	const tc_json *id = tc_json_get(schema, view->file->draft == 4 ? "id" : "$id");

	/* of another kind it is refused as a keyword */
	if (tc_json_kind(id) != TC_JSON_STRING || tc_json_get(schema, "$ref"))
		return true;
	const char *hash = strchr(tc_json_text(id), '#');
	char *uri = uri_resolve(view->file->path, tc_json_text(id));
	if (!uri)
		return no_memory(view);
	bool good = strcmp(uri, view->file->path) == 0 || keep(view, uri, schema, file);
	if (good && hash && hash[1])
		good = take_name(view, schema, uri, hash + 1);
	free(uri);
	return good;
}

/* A $schema inside of a file must not say another draft than its own. */
static bool vet_dialect(const struct view *view, const tc_json *schema)
{
	const char *uri = tc_json_text(tc_json_get(schema, "$schema"));

	if (!uri || keyword_draft(uri) == view->file->draft)
		return true;
	if (!keyword_draft(uri))
		return wrong(
			view, "is of %.300s, which is not understood: drafts 4, 6 and 7 are", uri);
	return wrong(view, "is of another draft than the file around it");
}

static bool vet_schema(const struct view *view, const tc_json *schema)
{
	struct view inside = *view;

	if (tc_json_kind(schema) == TC_JSON_BOOL && (view->file->draft > 4 || view->flag))
		return true;
	if (tc_json_kind(schema) != TC_JSON_OBJECT)
		return wrong(view, "must be a schema: an object%s",
			view->file->draft > 4 ? " or a boolean" : "");
	struct schema_place *place = places_at(&view->schemas->places, schema);
	if (!place)
		return no_memory(view);
	if (place->file)
		return true;
	if (!vet_dialect(view, schema) || !take_id(view, schema, &inside.file))
		return false;
	place->file = inside.file;
	const tc_json *reference = tc_json_get(schema, "$ref");
	if (reference && tc_json_kind(reference) != TC_JSON_STRING)
		return wrong(view, "has a $ref that is no string");
	bool good = true;
	for (size_t i = 0; good && i < tc_json_count(schema); i++)
		good = vet_keyword(&inside, schema, i, reference);
	return good;
}

/* ---- files ---- */

/* A whole file, but for where its references lead. `draft`: without a $schema. */
static bool vet_file(struct schemas *schemas, struct schema_file *file, int draft)
{
	const char *dialect = tc_json_text(tc_json_get(file->json, "$schema"));
	struct view view = { schemas, file, NULL, false };
	int said = dialect ? keyword_draft(dialect) : draft;

	file->unsaid = !dialect;
	file->draft = said ? said : 7;
	return vet_schema(&view, file->json);
}

/* How many bytes at their ends are the same, from a slash on. */
static size_t common_end(const char *a, const char *b)
{
	size_t length_a = strlen(a), length_b = strlen(b), same = 0, end = 0;

	while (same < length_a && same < length_b &&
		a[length_a - same - 1] == b[length_b - same - 1]) {
		same++;
		if (a[length_a - same] == '/')
			end = same;
	}
	return end;
}

/*
 * Where a URI is to be found. Files lie to each other as their URIs do: what the file calls itself
 * differs from where it was found in the beginning, and so it is for the others. For free().
 */
static char *locate(const struct schemas *schemas, const struct schema_file *whole, const char *uri)
{
	const struct schema_place *place = places_find(&schemas->places, whole->json);
	const char *path = place && place->file ? place->file->path : whole->path;
	size_t end = common_end(path, whole->location);
	size_t called = strlen(path) - end, found = strlen(whole->location) - end;

	if (end == 0) { /* their names differ: what counts is the folder */
		while (called > 0 && path[called - 1] != '/')
			called--;
		while (found > 0 && whole->location[found - 1] != '/')
			found--;
	}
	if (called == 0 || strncmp(uri, path, called) != 0)
		return strdup(uri);
	char *location = malloc(found + strlen(uri + called) + 1);
	if (location) {
		memcpy(location, whole->location, found);
		memcpy(location + found, uri + called, strlen(uri + called) + 1);
	}
	return location;
}

/* What is at a URI, and its location; NULL after an error. */
static struct schema_file *bring(
	struct schemas *schemas, const struct schema_file *from, const char *uri, char *location)
{
	const tc_json *json = metaschema_of(uri);

	if (!json &&
		schemas->fetch(schemas->data, from->whole->location, location, &json,
			schemas->err) != TC_OK)
		return NULL;
	struct schema_file *file = files_keep(schemas, uri, json, NULL);
	if (file)
		file->location = location;
	return file;
}

const struct schema_file *vet_find(
	struct schemas *schemas, const struct schema_file *from, const char *uri)
{
	struct schema_file *file = files_find(schemas, uri);

	if (file)
		return file;
	if (schemas->err->code != TC_OK)
		return NULL;
	char *location = locate(schemas, from->whole, uri);
	if (location)
		file = bring(schemas, from, uri, location);
	if (file)
		return vet_file(schemas, file, from->draft) ? file : NULL;
	free(location);
	if (schemas->err->code == TC_OK)
		tc_error_set(schemas->err, TC_ERROR_NOMEM, "memory ended");
	return NULL;
}

/* ---- where references lead ---- */

/* Follows one, and vets where it leads, which may be where no schemas are looked for. */
static bool link_place(struct schemas *schemas, const struct schema_place *place)
{
	struct view view = { schemas, place->file, NULL, false };
	const char *reference = tc_json_text(tc_json_get(place->json, "$ref"));
	struct schema to = schemas_resolve(schemas, (struct schema){ place->json, place->file });

	if (schemas->err->code != TC_OK)
		return false;
	if (!to.json)
		return wrong(&view, "has the $ref \"%.300s\", which leads to nothing", reference);
	struct step step = { NULL, reference, 0 };
	view = (struct view){ schemas, to.file, &step, false };
	return vet_schema(&view, to.json);
}

/* All that are known; `more`: some were followed, and others may have come to be known by that. */
static bool link_places(struct schemas *schemas, bool *more)
{
	bool good = true;

	*more = false;
	for (size_t i = 0; good && i < schemas->places.room; i++) {
		struct schema_place place = schemas->places.all[i];
		if (!place.json || !place.file || place.linked || !tc_json_get(place.json, "$ref"))
			continue;
		*more = true;
		good = link_place(schemas, &place);
	}
	return good;
}

int vet(struct schemas *schemas, const char *location, const tc_json *json, struct schema *schema)
{
	struct schema_file *file = files_keep(schemas, location, json, NULL);
	bool more = true;

	*schema = (struct schema){ json, file };
	if (!file)
		return tc_error_set(schemas->err, TC_ERROR_NOMEM, "memory ended");
	file->location = strdup(location);
	if (!file->location)
		return tc_error_set(schemas->err, TC_ERROR_NOMEM, "memory ended");
	bool good = vet_file(schemas, file, 7);
	while (good && more)
		good = link_places(schemas, &more);
	return good ? TC_OK : schemas->err->code;
}
