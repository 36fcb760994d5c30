/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Small references give exactly the files in tests/codegen/golden/<case>/out, and these compile.
 * TC_GOLDEN_WRITE=1 writes them anew: read the difference before it is committed.
 */
#include "program.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/codegen/golden"

static const char *input_of(const char *name)
{
	const char *bundle = format(FOLDER "/%s/in.json", name);

	return exists(bundle) ? bundle : format(FOLDER "/%s/in", name);
}

static void check(const char *name)
{
	const char *out = format(FOLDER "/%s/out", name);

	if (golden_write()) {
		program_generate(input_of(name), out);
		return;
	}
	struct program_result result = program_codegen(
		(const char *[]){ "--references", input_of(name), "--out", out, "--check", NULL });
	if (result.status != 0)
		fail_msg("%s:\n%s%s", name, result.out, result.err);
	program_clear(&result);
}

static void current(void **state)
{
	(void)state;
	check("current");
}

static void classic(void **state)
{
	(void)state;
	check("classic");
}

static void corners(void **state)
{
	(void)state;
	check("corners");
}

/* A system that is not Taskcluster, with everything that it can say about itself. */
static void elsewhere(void **state)
{
	(void)state;
	check("elsewhere");
}

static void types(void **state)
{
	(void)state;
	check("types");
}

/* What the tables of the types case say is true of its structs: texts come back as they went in. */
static void types_work(void **state)
{
	const char *library = getenv("TC_LIBRARY"), *cc = getenv("TC_CC"),
		   *sanitize = getenv("TC_SANITIZE");
	const char *program = format("%s/roundtrip", (const char *)*state);

	if (!library)
		skip();
	struct program_result result = program_run((const char *[]){ cc ? cc : "cc", "-std=c11",
		"-Iruntime/include", "-I" FOLDER "/types/out/include", FOLDER "/types/roundtrip.c",
		FOLDER "/types/out/src/kinds_types.c", library, "-o", program,
		sanitize && *sanitize ? format("-fsanitize=%s", sanitize) : "-O1", NULL });
	if (result.status != 0)
		fail_msg("%s", result.err);
	program_clear(&result);
	setenv("LD_LIBRARY_PATH", format("%.*s", (int)(strrchr(library, '/') - library), library),
		1);
	result = program_run((const char *[]){ program, NULL });
	if (result.status != 0)
		fail_msg("%s", result.err);
	program_clear(&result);
}

/* Compiles every file of a folder that ends so. */
static size_t compile_all(const char *folder, const char *end, const char *include)
{
	DIR *listing = opendir(folder);
	size_t count = 0;

	assert_non_null(listing);
	for (struct dirent *entry; (entry = readdir(listing));) {
		const char *dot = strrchr(entry->d_name, '.');
		if (!dot || strcmp(dot, end) != 0)
			continue;
		program_compile(format("%s/%s", folder, entry->d_name), include);
		count++;
	}
	closedir(listing);
	return count;
}

/* One source that includes a header twice and nothing else. */
static void compile_header(const char *folder, const char *header, const char *include)
{
	static const char *const ends[] = { "c", "cc" };

	for (size_t i = 0; i < 2; i++) {
		const char *source = format("%s/header.%s", folder, ends[i]);
		write_file(source,
			format("#include <taskcluster/%s>\n#include <taskcluster/%s>\n"
			       "extern int not_empty;\n",
				header, header));
		program_compile(source, include);
	}
}

static void compile_headers(const char *folder, const char *include)
{
	DIR *listing = opendir(format("%s/taskcluster", include));
	size_t count = 0;

	assert_non_null(listing);
	for (struct dirent *entry; (entry = readdir(listing));) {
		if (*entry->d_name == '.')
			continue;
		compile_header(folder, entry->d_name, include);
		count++;
	}
	closedir(listing);
	assert_true(count > 1);
}

static void output_compiles(void **state)
{
	static const char *const names[] = { "current", "classic", "corners", "elsewhere",
		"types" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *out = format(FOLDER "/%s/out", names[i]);
		const char *include = format("%s/include", out);
		assert_true(compile_all(format("%s/src", out), ".c", include) >= 2);
		compile_headers(*state, include);
	}
}

/* Each header of the committed output alone, as C and as C++. */
static void committed_headers_compile(void **state)
{
	compile_headers(*state, "generated/include");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(current),
		cmocka_unit_test(classic),
		cmocka_unit_test(corners),
		cmocka_unit_test(elsewhere),
		cmocka_unit_test(types),
		cmocka_unit_test_setup_teardown(types_work, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(output_compiles, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(
			committed_headers_compile, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
