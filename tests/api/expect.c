/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/api/expect.h"

#include "tests/harness/test.h"
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What must be escaped, and a little of what must not. */
static const char *const odd_values[] = { "a/b", "c d", "e%2Ff", "g+h&i=j", "k?l#m",
	"\xc3\xa9~x-y_z.", "n:o@p", "q\"r\\s" };

static void append_encoded(char *url, const char *value)
{
	for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
		bool plain = (*at < 128 && isalnum(*at)) || strchr("-._~", *at);
		sprintf(url + strlen(url), plain ? "%c" : "%%%02X", *at);
	}
}

static void append_route(struct expected_call *call, const char *route)
{
	while (*route) {
		char name[64] = "";
		int length = 0;

		if (sscanf(route, "<%63[^>]>%n", name, &length) == 1 && length) {
			size_t i = 0;
			while (i < call->argument_count && strcmp(call->arguments[i], name) != 0)
				i++;
			assert_true(i < call->argument_count);
			append_encoded(call->url, call->values[i]);
			route += length;
			continue;
		}
		strncat(call->url, route++, 1);
	}
}

/* camelCase as the C names have it: a word begins at a capital after a small letter or digit, and
 * at the last capital of a run that a small letter follows. */
static void append_snake(char *text, const char *name)
{
	char *out = text + strlen(text);

	for (size_t i = 0; name[i]; i++) {
		bool capital = isupper((unsigned char)name[i]) != 0;
		bool after_small = i > 0 && !isupper((unsigned char)name[i - 1]);
		bool before_small = islower((unsigned char)name[i + 1]) != 0;
		if (capital && i > 0 && (after_small || before_small))
			*out++ = '_';
		*out++ = name[i] == '-' ? '_' : (char)tolower((unsigned char)name[i]);
	}
	*out = '\0';
}

static void fill_arguments(struct expected_call *call, const tc_json *entry)
{
	const tc_json *names = tc_json_get(entry, "args");
	const tc_json *query = tc_json_get(entry, "query");

	call->argument_count = tc_json_count(names);
	call->query_count = tc_json_count(query);
	assert_true(call->argument_count <= EXPECT_MAX && call->query_count <= EXPECT_QUERY_MAX);
	for (size_t i = 0; i < call->argument_count; i++) {
		call->arguments[i] = tc_json_text(tc_json_item(names, i));
		snprintf(call->values[i], sizeof call->values[i], "%s%zu",
			odd_values[(i + strlen(call->name)) % 8], i);
	}
	for (size_t i = 0; i < call->query_count; i++) {
		call->query[i] = tc_json_text(tc_json_item(query, i));
		snprintf(call->query_values[i], sizeof call->query_values[i], "%s",
			odd_values[i % 8]);
	}
}

static void expect_entry(struct expected_call *call, const tc_json *entry)
{
	const char *method = tc_json_text(tc_json_get(entry, "method"));
	size_t i = 0;

	call->name = tc_json_text(tc_json_get(entry, "name"));
	for (; method[i]; i++)
		call->method[i] = (char)toupper((unsigned char)method[i]);
	call->method[i] = '\0';
	call->has_input = tc_json_get(entry, "input") != NULL;
	fill_arguments(call, entry);
	append_route(call, tc_json_text(tc_json_get(entry, "route")));
	for (i = 0; i < call->query_count; i++) {
		sprintf(call->url + strlen(call->url), "%c%s=", i ? '&' : '?', call->query[i]);
		append_encoded(call->url, call->query_values[i]);
	}
	strcpy(call->function, "tc_");
	append_snake(call->function, call->service);
	strcat(call->function, "_");
	append_snake(call->function, call->name);
	strcat(call->function, "_call");
}

static void name_service(struct expected_call *call, const tc_json *reference, const char *path)
{
	const char *service = tc_json_text(tc_json_get(reference, "serviceName"));
	const char *file = strrchr(path, '/') + 1;

	call->classic = service == NULL;
	if (service) {
		snprintf(call->service, sizeof call->service, "%s", service);
		return;
	}
	snprintf(
		call->service, sizeof call->service, "classic-%.*s", (int)strcspn(file, "."), file);
	for (char *at = call->service; *at; at++)
		*at = (char)tolower((unsigned char)*at);
}

static size_t expect_reference(const char *root_url, const char *path,
	void (*check)(const struct expected_call *call, void *data), void *data)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reference = NULL;
	size_t length = 0, count = 0;
	char *text = tc_test_read_file(path, &length);

	assert_ok(tc_json_parse(text, length, &reference, &err), &err);
	free(text);
	const tc_json *entries = tc_json_get(reference, "entries");
	const char *version = tc_json_text(tc_json_get(reference, "apiVersion"));
	const char *base = tc_json_text(tc_json_get(reference, "baseUrl"));
	for (size_t i = 0; i < tc_json_count(entries); i++) {
		const tc_json *entry = tc_json_item(entries, i);
		struct expected_call *call = calloc(1, sizeof *call);

		assert_non_null(call);
		if (strcmp(tc_json_text(tc_json_get(entry, "type")), "function") == 0) {
			name_service(call, reference, path);
			if (base)
				strcpy(call->url, base);
			else
				sprintf(call->url, "%s/api/%s/%s", root_url, call->service,
					version);
			expect_entry(call, entry);
			check(call, data);
			count++;
		}
		free(call);
	}
	tc_release(reference);
	return count;
}

size_t for_each_expected_call(const char *root_url,
	void (*check)(const struct expected_call *call, void *data), void *data)
{
	glob_t files = { 0 };
	size_t count = 0;

	assert_int_equal(
		glob("references/taskcluster/references/*/*/api.json", 0, NULL, &files), 0);
	assert_int_equal(glob("references/classic/[A-Z]*.json", GLOB_APPEND, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		if (!strstr(files.gl_pathv[i], "Events.json"))
			count += expect_reference(root_url, files.gl_pathv[i], check, data);
	}
	globfree(&files);
	return count;
}
