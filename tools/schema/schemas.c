/* SPDX-License-Identifier: MPL-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tools/schema/schemas.h"

#include "runtime/src/base/buffer.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LENGTH 400
#define FILE_MAX ((size_t)4 << 20)
#define REFERENCES_MAX 20 /* so many $refs in a row are a circle */

struct schema_file {
	struct schema_file *next;
	const tc_json *json; /* NULL: missing or malformed */
	char path[PATH_LENGTH];
};

struct schema_pattern {
	struct schema_pattern *next;
	const tc_json *source;
	pcre2_code *code; /* NULL: it is no pattern */
	pcre2_match_data *data;
};

/* Where what belongs to a part of a file is kept. */
static size_t place_of(const tc_json *json)
{
	return (size_t)((uintptr_t)json >> 4) % SCHEMAS_PLACES;
}

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

/* Keeps a file, which owns the JSON then; NULL without memory. */
static const struct schema_file *keep(
	struct schemas *schemas, const char *path, const tc_json *json)
{
	struct schema_file *file = calloc(1, sizeof *file);

	if (!file) {
		tc_release(json);
		return NULL;
	}
	snprintf(file->path, sizeof file->path, "%s", path);
	file->json = json;
	file->next = schemas->files;
	schemas->files = file;
	return file;
}

/* What is missing is kept too: it is not looked for again. */
static const struct schema_file *load(struct schemas *schemas, const char *path)
{
	struct schema_file *file = schemas->files;

	while (file && strcmp(file->path, path) != 0)
		file = file->next;
	if (file || !schemas->folder)
		return file;
	return keep(schemas, path, read_json(schemas->folder, path));
}

int schemas_add(
	struct schemas *schemas, const char *path, const char *text, size_t length, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(text, length, &json, err);

	if (rc == TC_OK && !keep(schemas, path, json))
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

/* The file that a reference names, beside `file` unless the reference says where. */
static const struct schema_file *target(
	struct schemas *schemas, const struct schema_file *file, const char *reference)
{
	char path[PATH_LENGTH];
	size_t length = strcspn(reference, "#");
	const char *slash = strrchr(file->path, '/');
	int folder = *reference == '/' || !slash ? 0 : (int)(slash + 1 - file->path);

	if (!length)
		return file;
	snprintf(path, sizeof path, "%.*s%.*s", folder, file->path, (int)length, reference);
	return load(schemas, path);
}

static struct schema follow(struct schemas *schemas, struct schema schema)
{
	for (int i = 0; i < REFERENCES_MAX; i++) {
		const char *reference = tc_json_text(tc_json_get(schema.json, "$ref"));
		if (!reference)
			return schema;
		const char *hash = strchr(reference, '#');
		schema.file = target(schemas, schema.file, reference);
		if (!schema.file)
			break;
		schema.json = tc_json_at(schema.file->json, hash ? hash + 1 : "");
	}
	return (struct schema){ 0 };
}

struct schema schemas_resolve(struct schemas *schemas, struct schema schema)
{
	if (!tc_json_get(schema.json, "$ref"))
		return schema;
	struct schema_link *link = &schemas->links[place_of(schema.json)];
	if (link->from != schema.json)
		*link = (struct schema_link){ schema.json, follow(schemas, schema) };
	return link->to;
}

struct schema schemas_inside(struct schema schema, const tc_json *json)
{
	return (struct schema){ json, schema.file };
}

const char *schemas_path(struct schema schema)
{
	return schema.file ? schema.file->path : "";
}

static const struct schema_pattern *compile(struct schemas *schemas, const tc_json *source)
{
	struct schema_pattern **first = &schemas->patterns[place_of(source)];
	struct schema_pattern *pattern = *first;
	PCRE2_SIZE offset;
	int problem;

	while (pattern && pattern->source != source)
		pattern = pattern->next;
	if (pattern)
		return pattern;
	pattern = calloc(1, sizeof *pattern);
	if (!pattern)
		return NULL;
	pattern->source = source;
	pattern->code = pcre2_compile((PCRE2_SPTR)tc_json_text(source), tc_json_text_length(source),
		PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY, &problem, &offset, NULL);
	pattern->data = pcre2_match_data_create(1, NULL);
	pattern->next = *first;
	*first = pattern;
	return pattern;
}

bool schemas_match(struct schemas *schemas, const tc_json *source, const char *text, size_t length)
{
	const struct schema_pattern *pattern = compile(schemas, source);

	if (!pattern || !pattern->code || !pattern->data)
		return true; /* what cannot be checked is let through */
	return pcre2_match(pattern->code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK,
		       pattern->data, NULL) >= 0;
}

static void clear_patterns(struct schema_pattern *pattern)
{
	struct schema_pattern *next;

	for (; pattern; pattern = next) {
		next = pattern->next;
		pcre2_match_data_free(pattern->data);
		pcre2_code_free(pattern->code);
		free(pattern);
	}
}

void schemas_clear(struct schemas *schemas)
{
	struct schema_file *next_file;

	for (size_t i = 0; i < SCHEMAS_PLACES; i++) {
		clear_patterns(schemas->patterns[i]);
		schemas->patterns[i] = NULL;
		schemas->links[i] = (struct schema_link){ 0 };
	}
	for (struct schema_file *file = schemas->files; file; file = next_file) {
		next_file = file->next;
		tc_release(file->json);
		free(file);
	}
	schemas->files = NULL;
}
