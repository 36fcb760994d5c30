/* SPDX-License-Identifier: MPL-2.0 */
/*
 * No service may be called so that its C names would begin like the runtime's or like those of
 * gperftools: the list in codegen/src/model/name.c is held against the runtime's headers, and that
 * of what reads references at run time.
 */
#include "program.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = { "runtime/include/taskcluster",
	"codegen/include/taskcluster" };

/* Turns comments into spaces, so that names in examples do not count. */
static void blank_comments(char *text)
{
	for (char *begin = strstr(text, "/*"); begin; begin = strstr(begin, "/*")) {
		char *end = strstr(begin, "*/");
		assert_non_null(end);
		memset(begin, ' ', (size_t)(end + 2 - begin));
	}
}

static bool is_refused(const char *folder, const char *service)
{
	const char *path = format("%s/api.json", folder);

	write_file(path,
		format("{\"$schema\":\"/schemas/common/api-reference-v0.json#\","
		       "\"serviceName\":\"%s\",\"apiVersion\":\"v1\",\"entries\":[]}",
			service));
	struct program_result result =
		program_codegen((const char *[]){ "--references", path, "--list", NULL });
	bool refused = result.status == 1 && strstr(result.err, "like names that are taken");
	if (!refused && result.status != 0)
		fail_msg("%s: %s", service, result.err);
	program_clear(&result);
	return refused;
}

struct words {
	char list[256][64];
	size_t count;
};

static void add_word(struct words *words, const char *word, size_t length)
{
	for (size_t i = 0; i < words->count; i++) {
		if (strlen(words->list[i]) == length && strncmp(words->list[i], word, length) == 0)
			return;
	}
	assert_true(words->count < 256 && length < 64);
	memcpy(words->list[words->count], word, length);
	words->list[words->count++][length] = '\0';
}

/* The first words of all names tc_… and TC_…  in a header, and of its own name. */
static void read_words(struct words *words, const char *headers, const char *name)
{
	char *text = tc_test_read_file(format("%s/%s", headers, name), NULL);

	blank_comments(text);
	for (const char *at = text; (at = strstr(at, "tc_")); at += 3) {
		if (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
			continue;
		size_t length = strspn(at + 3, "abcdefghijklmnopqrstuvwxyz0123456789");
		if (length)
			add_word(words, at + 3, length);
	}
	add_word(words, name, strcspn(name, "._"));
	free(text);
}

static void read_folder(struct words *words, const char *headers)
{
	DIR *listing = opendir(headers);

	assert_non_null(listing);
	for (struct dirent *entry; (entry = readdir(listing));) {
		/* which is not a room of its own, but what all headers stand on */
		if (*entry->d_name != '.' && strcmp(entry->d_name, "base.h") != 0)
			read_words(words, headers, entry->d_name);
	}
	closedir(listing);
}

static void services_cannot_have_names_of_the_runtime(void **state)
{
	struct words words = { .count = 0 };

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		read_folder(&words, folders[i]);
	assert_true(words.count > 20);
	for (size_t i = 0; i < words.count; i++) {
		if (!is_refused(*state, words.list[i]))
			fail_msg("a service may be called \"%s\", but the runtime's headers have "
				 "names tc_%s: add it to runtime_words in codegen/src/model/name.c",
				words.list[i], words.list[i]);
		assert_true(is_refused(*state, format("%s-x", words.list[i])));
	}
}

static void services_cannot_have_names_of_gperftools(void **state)
{
	static const char *const names[] = { "malloc", "free", "realloc", "calloc", "cfree",
		"memalign", "posix-memalign", "valloc", "pvalloc", "malloc-stats", "mallopt",
		"malloc-size", "mallinfo", "mallinfo2", "new", "delete", "newarray", "deletearray",
		"new-nothrow", "newarray-nothrow", "delete-nothrow", "delete-sized", "nallocx",
		"set-new-mode", "query-new-mode", "version", "malloc-skip-new-handler" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!is_refused(*state, names[i]))
			fail_msg("a service may be called \"%s\"", names[i]);
	}
}

static void services_that_exist_are_fine(void **state)
{
	static const char *const names[] = { "auth", "aws-provisioner", "built-in-workers",
		"ec2-manager", "events", "github", "hooks", "index", "login", "notify", "object",
		"purge-cache", "queue", "secrets", "statsum", "treeherder", "web-server",
		"worker-manager", "scheduler", "buildbot" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (is_refused(*state, names[i]))
			fail_msg("no service may be called \"%s\"", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			services_cannot_have_names_of_the_runtime, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(
			services_cannot_have_names_of_gperftools, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(
			services_that_exist_are_fine, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
