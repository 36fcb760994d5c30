/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/types/schemas.h"

#include "tests/harness/test.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/registry.h>

#define TREE "references/taskcluster/"
#define FILES_MAX 400
#define ROOTS_MAX 300

static struct schema files[FILES_MAX];
static size_t file_count;
static struct root roots[ROOTS_MAX];
static size_t root_count;

static char *copy(const char *text)
{
	char *result = strdup(text);

	assert_non_null(result);
	return result;
}

/* A file of the tree, read once. */
static struct schema read(const char *name)
{
	tc_error err = TC_ERROR_INIT;
	char path[512];
	size_t length;

	for (size_t i = 0; i < file_count; i++) {
		if (strcmp(files[i].file, name) == 0)
			return files[i];
	}
	assert_true(file_count < FILES_MAX);
	snprintf(path, sizeof path, TREE "%s", name);
	char *text = tc_test_read_file(path, &length);
	struct schema *file = &files[file_count];
	assert_ok(tc_json_parse(text, length, &file->json, &err), &err);
	free(text);
	file->file = copy(name);
	file_count++;
	return *file;
}

/* "task.json#/properties/x" as seen from a file */
static struct schema follow(const char *from, const char *url)
{
	char name[512];
	size_t length = strcspn(url, "#");
	const char *slash = strrchr(from, '/');

	if (!length)
		snprintf(name, sizeof name, "%s", from);
	else if (*url == '/')
		snprintf(name, sizeof name, "%.*s", (int)length - 1, url + 1);
	else
		snprintf(name, sizeof name, "%.*s%.*s", (int)(slash - from) + 1, from, (int)length,
			url);
	struct schema file = read(name);
	struct schema found = { file.file,
		tc_json_at(file.json, url[length] ? url + length + 1 : "") };
	assert_non_null(found.json);
	return found;
}

struct schema schemas_resolve(struct schema schema)
{
	const tc_json *ref;

	while ((ref = tc_json_get(schema.json, "$ref")))
		schema = follow(schema.file, tc_json_text(ref));
	return schema;
}

static void add_root(const char *service, const char *entry, const char *what, const tc_json *name,
	const struct tc_type *type)
{
	char folder[128], label[128];

	if (!name || !type)
		return;
	assert_true(root_count < ROOTS_MAX);
	snprintf(folder, sizeof folder, "schemas/%s/x", service);
	snprintf(label, sizeof label, "%s.%s %s", service, entry, what);
	struct root *root = &roots[root_count++];
	root->name = copy(label);
	root->schema = follow(folder, tc_json_text(name));
	root->type = type;
	root->input = strcmp(what, "input") == 0;
}

static void read_entry(const char *service, const tc_json *entry)
{
	const char *name = tc_json_text(tc_json_get(entry, "name"));
	const struct tc_operation *operation = tc_find_operation(service, name);
	const struct tc_exchange *exchange = tc_find_exchange(service, name);

	if (tc_json_get(entry, "method")) {
		assert_non_null(operation);
		add_root(service, name, "input", tc_json_get(entry, "input"), operation->input);
		add_root(service, name, "output", tc_json_get(entry, "output"), operation->output);
	} else {
		assert_non_null(exchange);
		add_root(service, name, "message", tc_json_get(entry, "schema"), exchange->message);
	}
}

static void read_references(void)
{
	glob_t found = { 0 };

	assert_int_equal(glob(TREE "references/*/v1/*.json", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct schema file = read(found.gl_pathv[i] + strlen(TREE));
		const char *service = tc_json_text(tc_json_get(file.json, "serviceName"));
		const tc_json *entries = tc_json_get(file.json, "entries");
		const char *name = strrchr(file.file, '/');
		bool wanted =
			strcmp(name, "/api.json") == 0 || strcmp(name, "/exchanges.json") == 0;
		for (size_t j = 0; wanted && j < tc_json_count(entries); j++)
			read_entry(service, tc_json_item(entries, j));
	}
	globfree(&found);
}

const struct root *schemas_roots(size_t *count)
{
	if (!root_count)
		read_references();
	*count = root_count;
	return roots;
}

void schemas_clear(void)
{
	for (size_t i = 0; i < file_count; i++) {
		tc_release(files[i].json);
		free((void *)(uintptr_t)files[i].file);
	}
	for (size_t i = 0; i < root_count; i++)
		free((void *)(uintptr_t)roots[i].name);
	file_count = root_count = 0;
}

uint32_t dice_roll(struct dice *dice, uint32_t sides)
{
	dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(dice->state >> 33) % sides;
}
