/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/copies.h"

#include "tests/references/bundle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "copies: %s\n", what);
	abort();
}

/* ---- services ---- */

/* A file of the tree that belongs to a service: references/queue/v1/api.json. */
struct file {
	char folder[16], service[40];
	const char *rest; /* "/v1/api.json" */
	char *text;
};

/* False for what is there once: manifest, conventions, schemas of all services. */
static bool is_of_service(struct file *file, const char *name)
{
	int length = 0;

	if (sscanf(name, "%15[^/]/%39[^/.]%n", file->folder, file->service, &length) != 2)
		return false;
	file->rest = name + length;
	return *file->rest == '/' && strcmp(file->service, "common") != 0;
}

static char *text_of(const tc_json *json)
{
	char *text = NULL;

	require(tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL) == TC_OK, "JSON");
	return text;
}

static void begin_entry(struct tc__buffer *bundle)
{
	tc__buffer_text(bundle, bundle->length > 1 ? ",\n{" : "{");
}

/* The text, with `suffix` behind the service's name wherever it is that. */
static void add_renamed(struct tc__buffer *out, const struct file *file, const char *suffix)
{
	const size_t length = strlen(file->service);
	const char *from = file->text;

	for (const char *at = from; (at = strstr(at, file->service)); at += length) {
		bool folder = at - file->text > 9 && strncmp(at - 9, "/schemas/", 9) == 0;
		bool name = at - file->text > 15 && strncmp(at - 15, "\"serviceName\":\"", 15) == 0;
		if ((!folder || at[length] != '/') && (!name || at[length] != '"'))
			continue;
		tc__buffer_add(out, from, (size_t)(at - from) + length);
		tc__buffer_text(out, suffix);
		from = at + length;
	}
	tc__buffer_text(out, from);
}

static void add_copies(struct tc__buffer *bundle, const struct file *file, size_t copies)
{
	char suffix[24] = "";

	for (size_t i = 0; i < copies; i++) {
		if (i)
			snprintf(suffix, sizeof suffix, "-n%zu", i);
		begin_entry(bundle);
		tc__buffer_printf(bundle, "\"filename\":\"%s/%s%s%s\",\"content\":", file->folder,
			file->service, suffix, file->rest);
		add_renamed(bundle, file, suffix);
		tc__buffer_char(bundle, '}');
	}
}

static void add_conventions(struct tc__buffer *bundle, const tc_json *conventions, size_t copies)
{
	const tc_json *services = tc_json_get(conventions, "services");

	begin_entry(bundle);
	tc__buffer_text(bundle,
		"\"filename\":\"conventions.json\",\"content\":{\"$schema\":"
		"\"/schemas/libtaskcluster/conventions-v0.json#\",\"services\":{");
	for (size_t i = 0; i < tc_json_count(services); i++) {
		const char *name = tc_json_text(tc_json_name(services, i));
		char *text = text_of(tc_json_item(services, i));
		tc__buffer_printf(bundle, "%s\"%s\":", i ? "," : "", name);
		tc__buffer_text(bundle, text);
		for (size_t k = 1; k < copies; k++) {
			tc__buffer_printf(bundle, ",\"%s-n%zu\":", name, k);
			tc__buffer_text(bundle, text);
		}
		tc_release(text);
	}
	tc__buffer_text(bundle, "}}}");
}

static void add_file(
	struct tc__buffer *bundle, const char *name, const tc_json *content, size_t copies)
{
	struct file file;

	if (strcmp(name, "conventions.json") == 0) {
		add_conventions(bundle, content, copies);
	} else if (is_of_service(&file, name)) {
		file.text = text_of(content);
		add_copies(bundle, &file, copies);
		tc_release(file.text);
	} else if (strncmp(name, "schemas/", 8) == 0) {
		file.text = text_of(content);
		begin_entry(bundle);
		tc__buffer_printf(bundle, "\"filename\":\"%s\",\"content\":", name);
		tc__buffer_text(bundle, file.text);
		tc__buffer_char(bundle, '}');
		tc_release(file.text);
	}
}

void copies_of_services(struct tc__buffer *bundle, size_t copies)
{
	size_t length;
	char *text = bundle_tree(BUNDLE_TREE, &length);
	const tc_json *tree = NULL;

	require(tc_json_parse(text, length, &tree, NULL) == TC_OK, "the release's tree");
	tc__buffer_char(bundle, '[');
	for (size_t i = 0; i < tc_json_count(tree); i++) {
		const tc_json *entry = tc_json_item(tree, i);
		add_file(bundle, tc_json_text(tc_json_get(entry, "filename")),
			tc_json_get(entry, "content"), copies);
	}
	tc__buffer_char(bundle, ']');
	require(!tc__buffer_failed(bundle), "memory");
	tc_release(tree);
	free(text);
}

/* ---- functions ---- */

static void add_function(struct tc__buffer *bundle, size_t i)
{
	tc__buffer_printf(bundle,
		"%s{\"type\":\"function\",\"name\":\"doThing%zu\",\"method\":\"post\",\"route\":"
		"\"/%zu/<thing>\",\"args\":[{\"name\":\"thing\",\"description\":\"Which thing of "
		"the kind %zu.\",\"pattern\":\"^[a-z]{%zu}$\"}],\"query\":[{\"name\":\"key%zu\","
		"\"description\":\"What to take of %zu.\",\"type\":\"integer\",\"operators\":"
		"[\"lt\",\"gt\"]},{\"name\":\"size\",\"description\":\"How large %zu "
		"is.\",\"type\":"
		"\"integer\"}],\"scopes\":{\"AllOf\":[\"made:do:%zu\"]},\"stability\":\"stable\","
		"\"title\":\"Do %zu\",\"description\":\"Does the thing of kind %zu.\",\"category\":"
		"\"Things\",",
		i ? "," : "", i, i, i, i % 30 + 1, i, i, i, i, i, i);
	tc__buffer_printf(
		bundle, "\"input\":\"v1/body%zu.json#\",\"output\":\"v1/body%zu.json#\"}", i, i);
}

static void add_exchange(struct tc__buffer *bundle, size_t i)
{
	tc__buffer_printf(bundle,
		"%s{\"type\":\"topic-exchange\",\"name\":\"thingDone%zu\",\"exchange\":\"done-%"
		"zu\","
		"\"title\":\"Done %zu\",\"description\":\"Thing %zu is done.\",\"routingKey\":[{"
		"\"name\":\"word\",\"summary\":\"The word of %zu.\",\"required\":true,"
		"\"multipleWords\":false,\"constant\":\"c%zu\"},{\"name\":\"other\",\"summary\":"
		"\"The other of %zu.\",\"required\":false,\"multipleWords\":false}],\"schema\":"
		"\"v1/body%zu.json#\"}",
		i ? "," : "", i, i, i, i, i, i, i, i);
}

static void add_body(struct tc__buffer *bundle, size_t i)
{
	tc__buffer_printf(bundle,
		",\n{\"filename\":\"schemas/made/v1/body%zu.json\",\"content\":{\"$id\":"
		"\"/schemas/made/v1/body%zu.json#\",\"type\":\"object\",\"description\":\"Body "
		"%zu.\",\"additionalProperties\":false,\"required\":[\"a\"],\"properties\":{\"a\":{"
		"\"$ref\":\"all.json#/definitions/d%zu\"},\"b\":{\"type\":\"string\",\"pattern\":"
		"\"^[a-z]{%zu}$\"}}}}",
		i, i, i, i, i);
}

/* Of a binary tree whose leaves lead back to its root, so that each leads to all. */
static void add_definition(struct tc__buffer *bundle, size_t i, size_t count)
{
	size_t left = 2 * i + 1, right = 2 * i + 2;

	tc__buffer_printf(bundle,
		"%s\"d%zu\":{\"type\":\"object\",\"description\":\"Definition %zu.\","
		"\"additionalProperties\":false,\"properties\":{\"text\":{\"type\":\"string\"},"
		"\"left\":{\"$ref\":\"#/definitions/d%zu\"},\"right\":{\"$ref\":"
		"\"#/definitions/d%zu\"}}}",
		i ? "," : "", i, i, left < count ? left : 0, right < count ? right : 0);
}

static void add_reference(
	struct tc__buffer *bundle, const char *name, const char *schema, const char *more)
{
	tc__buffer_printf(bundle,
		"%s{\"filename\":\"references/made/v1/%s.json\",\"content\":{\"$schema\":"
		"\"/schemas/common/%s.json#\",\"serviceName\":\"made\",\"apiVersion\":\"v1\","
		"\"title\":\"Made\",\"description\":\"What was made.\",%s\"entries\":[",
		bundle->length > 1 ? ",\n" : "", name, schema, more);
}

void copies_of_functions(struct tc__buffer *bundle, size_t functions)
{
	tc__buffer_char(bundle, '[');
	add_reference(bundle, "api", "api-reference-x1", "");
	for (size_t i = 0; i < functions; i++)
		add_function(bundle, i);
	tc__buffer_text(bundle, "]}}");
	add_reference(bundle, "exchanges", "exchanges-reference-v0",
		"\"exchangePrefix\":\"exchange/made/v1/\",");
	for (size_t i = 0; i < functions; i++)
		add_exchange(bundle, i);
	tc__buffer_text(bundle,
		"]}},\n{\"filename\":\"schemas/made/v1/all.json\",\"content\":{"
		"\"$id\":\"/schemas/made/v1/all.json#\",\"definitions\":{");
	for (size_t i = 0; i < functions; i++)
		add_definition(bundle, i, functions);
	tc__buffer_text(bundle, "}}}");
	for (size_t i = 0; i < functions; i++)
		add_body(bundle, i);
	tc__buffer_text(bundle,
		",\n{\"filename\":\"conventions.json\",\"content\":{\"$schema\":"
		"\"/schemas/libtaskcluster/conventions-v0.json#\",\"services\":{"
		"\"made\":{\"operations\":{");
	for (size_t i = 0; i < functions; i++)
		tc__buffer_printf(bundle, "%s\"doThing%zu\":{\"retry\":\"unsent\",\"waitMs\":%zu}",
			i ? "," : "", i, i % 1000);
	tc__buffer_text(bundle, "}}}}}]");
	require(!tc__buffer_failed(bundle), "memory");
}
