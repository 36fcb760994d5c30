/* SPDX-License-Identifier: MPL-2.0 */
/* What the end of a name says of its bytes. */
#include "tests/harness/test.h"

#include "workflows/src/bytes/media.h"
#include <stdio.h>
#include <string.h>

#define UNKNOWN "application/octet-stream"

static void types_go_by_the_end(void **state)
{
	static const char *const rows[][2] = {
		{ "a.log", "text/plain; charset=utf-8" },
		{ "public/logs/live_backing.log", "text/plain; charset=utf-8" },
		{ "a.jsonl", "application/jsonl" },
		{ "a.JSON", "application/json" },
		{ "a.tar.gz", "application/gzip" },
		{ "a.b/c.PNG", "image/png" },
		{ ".html", "text/html; charset=utf-8" },
		{ "log", UNKNOWN },
		{ "a.log/b", UNKNOWN },
		{ "a.log.", UNKNOWN },
		{ "a.log ", UNKNOWN },
		{ "a.lo", UNKNOWN },
		{ "a.logs", UNKNOWN },
		{ ".", UNKNOWN },
		{ "/", UNKNOWN },
		{ "", UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(tc__media_type(NULL, rows[i][0]), rows[i][1]);
}

/* A path's end counts, if it says anything. */
static void the_path_goes_before_the_name(void **state)
{
	(void)state;
	assert_string_equal(tc__media_type("out/a.png", "public/a.zip"), "image/png");
	assert_string_equal(tc__media_type("out/tmp1234", "public/a.zip"), "application/zip");
	assert_string_equal(tc__media_type("out/tmp1234", "public/a"), UNKNOWN);
	assert_true(tc__media_is_compressed("out/tmp1234", "public/a.zip"));
	assert_true(tc__media_is_compressed("out/a.zip", "public/a"));
	assert_false(tc__media_is_compressed("out/a.txt", "public/a"));
}

/* The production worker's list. */
static void compressed_is_what_the_worker_takes_for_it(void **state)
{
	static const char ends[] =
		"7z br aab apk bz2 deb dmg flv gif gz jar jpeg jpg lz lz4 mz npz "
		"pkg png swf sz tbz tgz wasm webp whl woff woff2 xpi xz zip zst zz";
	static const char *const others[] = { "a.log", "a.txt", "a.tar", "a.exe", "a.mp4", "a.svg",
		"zip", "a.zip/b", "a.zipp", "a.zi", "a.zip.", "" };
	char text[sizeof ends], name[20];
	size_t count = 0;

	(void)state;
	memcpy(text, ends, sizeof ends);
	for (char *end = strtok(text, " "); end; end = strtok(NULL, " ")) {
		snprintf(name, sizeof name, "x/a.%s", end);
		if (!tc__media_is_compressed(NULL, name))
			fail_msg("%s", name);
		for (char *at = name; *at; at++)
			if (*at >= 'a' && *at <= 'z')
				*at = (char)(*at - 'a' + 'A');
		assert_true(tc__media_is_compressed(NULL, name));
		count++;
	}
	assert_int_equal(count, 33);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (tc__media_is_compressed(NULL, others[i]))
			fail_msg("%s", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_go_by_the_end),
		cmocka_unit_test(the_path_goes_before_the_name),
		cmocka_unit_test(compressed_is_what_the_worker_takes_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
