/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/schemas.h"

#include "tools/schema/files.h"
#include "tools/schema/uri.h"
#include "tools/schema/vet.h"

#include "runtime/src/base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LENGTH 400
#define FILE_MAX ((size_t)4 << 20)
#define REFERENCES_MAX 100 /* so many $refs in a row are a circle */

/* ---- files ---- */

static const tc_json *read_json(const char *folder, const char *path)
{
	struct tc__buffer name = TC__BUFFER(4000);
	struct tc__buffer text = TC__BUFFER(FILE_MAX);
	const tc_json *json = NULL;
	char part[4096];
	size_t length;

	tc__buffer_printf(&name, "%s%s", folder, path);
	FILE *file = tc__buffer_failed(&name) ? NULL : fopen(name.data, "rbe");
	while (file && (length = fread(part, 1, sizeof part, file)) > 0)
		tc__buffer_add(&text, part, length);
	if (file && !ferror(file) && !tc__buffer_failed(&text))
		tc_json_parse(tc__buffer_get(&text), text.length, &json, NULL);
	if (file)
		fclose(file);
	tc__buffer_clear(&name);
	tc__buffer_clear(&text);
	return json;
}

static void free_file(struct schema_file *file)
{
	if (file->whole == file)
		tc_release(file->json);
	free(file->path);
	free(file->location);
	free(file);
}

struct schema_file *files_keep(struct schemas *schemas, const char *path, const tc_json *json,
	const struct schema_file *whole)
{
	struct schema_file *file = calloc(1, sizeof *file);

	if (!file) {
		if (!whole)
			tc_release(json);
		return NULL;
	}
	file->json = json;
	file->whole = whole ? whole : file;
	file->draft = whole ? whole->draft : 7;
	file->unsaid = whole ? whole->unsaid : true;
	file->path = strdup(path);
	if (!file->path) {
		free_file(file);
		return NULL;
	}
	file->next = schemas->files;
	schemas->files = file;
	return file;
}

struct schema_file *files_find(const struct schemas *schemas, const char *path)
{
	struct schema_file *file = schemas->files;

	while (file && strcmp(file->path, path) != 0)
		file = file->next;
	return file;
}

/* What is missing is kept too: it is not looked for again. */
static const struct schema_file *load(struct schemas *schemas, const char *path)
{
	const struct schema_file *file = files_find(schemas, path);

	if (file || !schemas->folder)
		return file;
	return files_keep(schemas, path, read_json(schemas->folder, path), NULL);
}

int schemas_add(
	struct schemas *schemas, const char *path, const char *text, size_t length, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(text, length, &json, err);

	if (rc == TC_OK && !files_keep(schemas, path, json, NULL))
		rc = tc_error_set(err, TC_ERROR_NOMEM, "no memory for the schema %s", path);
	return rc;
}

struct schema schemas_find(struct schemas *schemas, const char *path)
{
	const struct schema_file *file = load(schemas, path);

	return (struct schema){ file ? file->json : NULL, file };
}

/* "v1/name.json#" of the reference of a service */
struct schema schemas_of(
	struct schemas *schemas, const struct tc_operation *operation, const char *which)
{
	const struct tc_service *service = operation->service;
	char path[PATH_LENGTH];

	/* services with a base URL of their own are not in the root-URL layout, nor its folder */
	if (service->base_url)
		return (struct schema){ 0 };
	snprintf(path, sizeof path, "/references/%s/%s/api.json", service->name, service->version);
	struct schema reference = schemas_find(schemas, path);
	const tc_json *entries = tc_json_get(reference.json, "entries");
	for (size_t i = 0; i < tc_json_count(entries); i++) {
		const tc_json *entry = tc_json_item(entries, i);
		const char *name = tc_json_text(tc_json_get(entry, "name"));
		const char *file = tc_json_text(tc_json_get(entry, which));
		if (!name || !file || strcmp(name, operation->name) != 0)
			continue;
		snprintf(path, sizeof path, "/schemas/%s/%.*s", service->name,
			(int)strcspn(file, "#"), file);
		return schemas_find(schemas, path);
	}
	return (struct schema){ 0 };
}

/* ---- references ---- */

/* The file that a reference names. */
static const struct schema_file *target(
	struct schemas *schemas, const struct schema_file *file, const char *reference)
{
	const struct schema_file *found;
	char *uri = uri_resolve(file->path, reference);

	if (!uri)
		return NULL;
	found = schemas->fetch ? vet_find(schemas, file, uri) : load(schemas, uri);
	free(uri);
	return found;
}

/* A part by a fragment: a JSON pointer, or a name that it gave to itself. */
static struct schema part_of(
	struct schemas *schemas, const struct schema_file *file, const char *fragment)
{
	struct schema part = { NULL, file };
	char *decoded = uri_decode(fragment);
	struct tc__buffer name = TC__BUFFER((size_t)1 << 20);

	if (decoded && (!*decoded || *decoded == '/')) {
		part.json = tc_json_at(file->json, decoded);
	} else if (decoded) {
		tc__buffer_printf(&name, "%s#%s", file->path, decoded);
		const struct schema_file *named = files_find(schemas, tc__buffer_get(&name));
		part.json = named ? named->json : NULL;
	}
	free(decoded);
	tc__buffer_clear(&name);
	return part;
}

/* The file of a part, which inside of a file may have a URI of its own. */
static const struct schema_file *file_of(const struct schemas *schemas, struct schema schema)
{
	const struct schema_place *place = places_find(&schemas->places, schema.json);

	return place && place->file ? place->file : schema.file;
}

static struct schema follow(struct schemas *schemas, struct schema schema)
{
	for (int i = 0; i < REFERENCES_MAX; i++) {
		const char *reference = tc_json_text(tc_json_get(schema.json, "$ref"));
		if (!reference)
			return schema;
		const char *hash = strchr(reference, '#');
		const struct schema_file *from = file_of(schemas, schema);
		const struct schema_file *file = from ? target(schemas, from, reference) : NULL;
		if (!file)
			break;
		schema = part_of(schemas, file, hash ? hash + 1 : "");
	}
	return (struct schema){ 0 };
}

struct schema schemas_resolve(struct schemas *schemas, struct schema schema)
{
	if (!tc_json_get(schema.json, "$ref"))
		return schema;
	struct schema_place *place = places_at(&schemas->places, schema.json);
	if (place && place->linked)
		return place->to;
	struct schema to = follow(schemas, schema);
	place = places_at(&schemas->places, schema.json); /* others may have been made */
	if (place) {
		place->to = to;
		place->linked = true;
	}
	return to;
}

struct schema schemas_inside(struct schema schema, const tc_json *json)
{
	return (struct schema){ json, schema.file };
}

const char *schemas_path(struct schema schema)
{
	return schema.file ? schema.file->path : "";
}

/* ---- patterns ---- */

enum pattern_answer schemas_match(
	struct schemas *schemas, const tc_json *source, const char *text, size_t length)
{
	struct schema_place *place = places_at(&schemas->places, source);
	char reason[PATTERN_REASON_SIZE];

	if (place && !place->compiled) {
		place->pattern =
			pattern_new(tc_json_text(source), tc_json_text_length(source), reason);
		place->compiled = true;
	}
	if (!place || !place->pattern)
		return PATTERN_UNDECIDED;
	return pattern_search(place->pattern, text, length);
}

void schemas_clear(struct schemas *schemas)
{
	struct schema_file *next;

	places_clear(&schemas->places);
	for (struct schema_file *file = schemas->files; file; file = next) {
		next = file->next;
		free_file(file);
	}
	schemas->files = NULL;
}
