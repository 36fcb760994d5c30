/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Wherever memory ends, the generator says so, exits with status 1 and has written nothing. The
 * n-th allocation of the whole process fails, for every n until all succeed.
 */
#include "program.h"

#include <stdlib.h>
#include <string.h>

static const char failing[] =
	"#define _GNU_SOURCE\n"
	"#include <dlfcn.h>\n"
	"#include <stddef.h>\n"
	"#include <stdlib.h>\n"
	"void *__libc_malloc(size_t);\n"
	"void *__libc_realloc(void *, size_t);\n"
	"static long left = -1;\n"
	"__attribute__((constructor)) static void begin(void)\n"
	"{\n"
	"\tconst char *text = getenv(\"TC_FAIL_AT\");\n"
	"\tleft = text ? atol(text) : -1;\n"
	"}\n"
	"void *malloc(size_t size)\n"
	"{\n"
	"\treturn left > 0 && --left == 0 ? NULL : __libc_malloc(size);\n"
	"}\n"
	"void *realloc(void *old, size_t size)\n"
	"{\n"
	"\treturn left > 0 && --left == 0 ? NULL : __libc_realloc(old, size);\n"
	"}\n";

/* Runs the generator with allocations that fail at the first, at the second, and so on. */
static void fail_everywhere(const char *library, const char *input, const char *out)
{
	int n = 1;

	for (;; n++) {
		setenv("TC_FAIL_AT", format("%d", n), 1);
		setenv("LD_PRELOAD", library, 1);
		struct program_result result = program_codegen(
			(const char *[]){ "--references", input, "--out", out, NULL });
		unsetenv("LD_PRELOAD");
		bool done = result.status == 0;
		if (!done && (result.status != 1 || !strstr(result.err, "memory") || exists(out)))
			fail_msg("%s, allocation %d: status %d: %s", input, n, result.status,
				result.err);
		program_clear(&result);
		if (done)
			break;
	}
	assert_true(n > 100);
}

static void memory_may_end_anywhere(void **state)
{
	const char *folder = *state;
	const char *library = format("%s/failing.so", folder);
	const char *source = format("%s/failing.c", folder);
	const char *cc = getenv("TC_CC"), *sanitize = getenv("TC_SANITIZE");

	if (sanitize && *sanitize)
		skip(); /* sanitizers have an allocator of their own */
	write_file(source, failing);
	struct program_result result = program_run((const char *[]){
		cc ? cc : "cc", "-shared", "-fPIC", source, "-o", library, NULL });
	if (result.status != 0)
		fail_msg("%s", result.err);
	program_clear(&result);
	fail_everywhere(library, "tests/codegen/golden/current/in", format("%s/current", folder));
	fail_everywhere(
		library, "tests/codegen/golden/elsewhere/in.json", format("%s/elsewhere", folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			memory_may_end_anywhere, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
