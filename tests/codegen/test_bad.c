/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Each bad input in tests/codegen/bad is refused with exactly the message in the file beside it,
 * and nothing is written. A case is <name>.json, or a folder <name> that is a tree; <name>.txt
 * holds the message. TC_GOLDEN_WRITE=1 writes the messages anew: read them before they are
 * committed.
 */
#include "program.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "tests/codegen/bad"

/* What a refusal must be, whatever it says. */
static struct program_result refuse(const char *input, const char *out)
{
	struct program_result result =
		program_codegen((const char *[]){ "--references", input, "--out", out, NULL });

	if (result.status != 1 || *result.out || exists(out))
		fail_msg("%s: status %d, \"%s\", %s", input, result.status, result.out,
			exists(out) ? "something was written" : "nothing was written");
	assert_non_null(strchr(result.err, '\n'));
	return result;
}

/* A text without its last number, which in PCRE2's words is where it stopped reading: versions
 * differ. */
static size_t length_to_offset(const char *text)
{
	static const char words[] = " at offset ";
	const char *found = strstr(text, words);

	return found ? (size_t)(found - text) + strlen(words) : strlen(text);
}

static bool tells_the_same(const char *a, const char *b)
{
	size_t length = length_to_offset(a);

	return length == length_to_offset(b) && strncmp(a, b, length) == 0;
}

static void check_case(const char *input, const char *name, const char *out)
{
	struct program_result result = refuse(input, out);
	const char *path = format(FOLDER "/%s.txt", name);

	if (golden_write()) {
		write_file(path, result.err);
	} else {
		char *expected = tc_test_read_file(path, NULL);
		if (!tells_the_same(result.err, expected))
			fail_msg("%s:\nexpected %s     got %s", name, expected, result.err);
		free(expected);
	}
	program_clear(&result);
}

static void refuses_every_case(void **state)
{
	DIR *folder = opendir(FOLDER);
	size_t count = 0;

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		const char *dot = strrchr(entry->d_name, '.');
		if (*entry->d_name == '.' || (dot && strcmp(dot, ".json") != 0))
			continue;
		int length = dot ? (int)(dot - entry->d_name) : (int)strlen(entry->d_name);
		check_case(format(FOLDER "/%s", entry->d_name),
			format("%.*s", length, entry->d_name),
			format("%s/out", (const char *)*state));
		count++;
	}
	closedir(folder);
	assert_true(count > 80);
}

static void expect(const char *input, const char *out, const char *message)
{
	struct program_result result = refuse(input, out);

	if (!strstr(result.err, message))
		fail_msg("%s: expected \"%s\", got \"%s\"", input, message, result.err);
	program_clear(&result);
}

static void refuses_paths_that_are_no_references(void **state)
{
	const char *folder = *state;
	const char *out = format("%s/out", folder);

	expect(format("%s/missing", folder), out, "cannot be read: No such file or directory");
	expect("/dev/null", out, "is no regular file");
	mkdir(format("%s/empty", folder), 0777);
	expect(format("%s/empty", folder), out,
		"has no manifest.json at its top or in references/");
	write_file(format("%s/none.json", folder), "");
	expect(format("%s/none.json", folder), out, "none.json: line 1");
	mkdir(format("%s/folder", folder), 0777);
	mkdir(format("%s/folder/manifest.json", folder), 0777);
	expect(format("%s/folder", folder), out, "manifest.json: is no regular file");
}

static void refuses_symbolic_links(void **state)
{
	const char *folder = *state;
	const char *out = format("%s/out", folder);
	const char *tree = format("%s/tree", folder);

	mkdir(tree, 0777);
	write_file(format("%s/manifest.json", tree),
		"{\"references\":[\"/linked.json\",\"/linked/api.json\"]}");
	write_file(format("%s/api.json", folder), "{}");
	assert_int_equal(symlink("../api.json", format("%s/linked.json", tree)), 0);
	expect(tree, out, "\"linked.json\" is a symbolic link; expected a file inside the tree");
	write_file(format("%s/manifest.json", tree), "{\"references\":[\"/linked/api.json\"]}");
	assert_int_equal(symlink("..", format("%s/linked", tree)), 0);
	expect(tree, out, "\"linked\" is a symbolic link; expected a file inside the tree");
}

static void refuses_wrong_usage(void **state)
{
	static const char *const cases[][6] = {
		{ NULL },
		{ "--out", "x", NULL },
		{ "--references", NULL },
		{ "--references", "x", NULL },
		{ "--references", "x", "--out", NULL },
		{ "--references", "x", "--list", "--surprise", NULL },
		{ "x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct program_result result = program_codegen(cases[i]);
		assert_int_equal(result.status, 2);
		assert_string_equal(result.out, "");
		assert_non_null(strstr(result.err, "see taskcluster-codegen --help"));
		program_clear(&result);
	}
}

/* A tree that nests to the limit, and one that names schemas in a chain too long to follow. */
static void refuses_what_is_too_deep(void **state)
{
	const char *path = format("%s/deep.json", (const char *)*state);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 0; i < 100000; i++)
		fputs("[", file);
	fclose(file);
	expect(path, format("%s/out", (const char *)*state), "line 1");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("[{\"filename\":\"references/a/v1/api.json\",\"content\":{\"$schema\":"
	      "\"/schemas/common/api-reference-v0.json#\",\"serviceName\":\"a\",\"apiVersion\":"
	      "\"v1\",\"entries\":[{\"type\":\"function\",\"name\":\"f\",\"method\":\"get\","
	      "\"route\":\"/f\",\"args\":[],\"output\":\"v1/a.json#\"}]}},{\"filename\":"
	      "\"schemas/a/v1/a.json\",\"content\":{\"$ref\":\"#/definitions/0\",\"definitions\":"
	      "{",
		file);
	for (int i = 0; i < 50000; i++)
		fprintf(file, "\"%d\":{\"$ref\":\"#/definitions/%d\"},", i, i + 1);
	fputs("\"50000\":{}}}}]", file);
	fclose(file);
	expect(path, format("%s/out", (const char *)*state), "is one of too many in a row");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_every_case, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(
			refuses_paths_that_are_no_references, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(refuses_symbolic_links, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(
			refuses_what_is_too_deep, folder_make, folder_remove),
		cmocka_unit_test(refuses_wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
