/* SPDX-License-Identifier: MPL-2.0 */
#include "program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 40

/* The texts that format() gave, in a list that ends with the program. */
struct text {
	struct text *next;
	char bytes[4096 - sizeof(struct text *)];
};

static struct text *texts;

static void free_texts(void)
{
	while (texts) {
		struct text *next = texts->next;
		free(texts);
		texts = next;
	}
}

const char *format(const char *pattern, ...)
{
	struct text *text = malloc(sizeof *text);
	va_list arguments;

	assert_non_null(text);
	if (!texts)
		atexit(free_texts);
	text->next = texts;
	texts = text;
	va_start(arguments, pattern);
	vsnprintf(text->bytes, sizeof text->bytes, pattern, arguments);
	va_end(arguments);
	return text->bytes;
}

/* A file that has no name any more. */
static int unnamed_file(void)
{
	char path[] = "/tmp/codegen-test-XXXXXX";
	int descriptor = mkstemp(path);

	assert_true(descriptor >= 0);
	unlink(path);
	return descriptor;
}

static char *read_all(int descriptor)
{
	off_t size = lseek(descriptor, 0, SEEK_END);
	char *text = calloc((size_t)size + 1, 1);

	assert_non_null(text);
	assert_int_equal(pread(descriptor, text, (size_t)size, 0), size);
	close(descriptor);
	return text;
}

struct program_result program_run(const char *const *arguments)
{
	struct program_result result = { -1, NULL, NULL };
	int out = unnamed_file(), err = unnamed_file(), status = 0;
	char *copies[ARGUMENTS_MAX] = { NULL };

	for (size_t i = 0; arguments[i] && i < ARGUMENTS_MAX - 1; i++)
		copies[i] = strdup(arguments[i]);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		execvp(copies[0], copies);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result.out = read_all(out);
	result.err = read_all(err);
	for (size_t i = 0; copies[i]; i++)
		free(copies[i]);
	if (result.status == 127)
		fail_msg("%s cannot be started", arguments[0]);
	return result;
}

struct program_result program_codegen(const char *const *arguments)
{
	const char *all[ARGUMENTS_MAX] = { getenv("TC_CODEGEN") };

	if (!all[0])
		fail_msg("TC_CODEGEN does not name the generator");
	for (size_t i = 0; arguments[i] && i < ARGUMENTS_MAX - 2; i++)
		all[i + 1] = arguments[i];
	return program_run(all);
}

void program_clear(struct program_result *result)
{
	free(result->out);
	free(result->err);
	*result = (struct program_result){ 0 };
}

void program_generate(const char *references, const char *out)
{
	struct program_result result =
		program_codegen((const char *[]){ "--references", references, "--out", out, NULL });

	if (result.status != 0 || *result.err)
		fail_msg("%s: status %d: %s", references, result.status, result.err);
	program_clear(&result);
}

void program_compile(const char *source, const char *include)
{
	const char *end = strrchr(source, '.');
	bool cxx = end && strcmp(end, ".cc") == 0;
	const char *cc = getenv("TC_CC");
	bool clang = cc && strstr(cc, "clang");
	const char *arguments[] = { cxx ? (clang ? "clang++" : "g++") : (cc ? cc : "cc"),
		cxx ? "-std=c++17" : "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror",
		"-Wconversion", "-Wundef", "-Wshadow", "-Wcast-qual", "-fsyntax-only",
		"-Iruntime/include", format("-I%s", include), source, NULL };
	struct program_result result = program_run(arguments);

	if (result.status != 0)
		fail_msg("%s does not compile:\n%.3000s", source, result.err);
	program_clear(&result);
}

int folder_make(void **state)
{
	char *path = strdup("/tmp/codegen-test-XXXXXX");

	*state = path && mkdtemp(path) ? path : NULL;
	return *state == NULL;
}

int folder_remove(void **state)
{
	struct program_result result =
		program_run((const char *[]){ "rm", "-rf", "--", *state, NULL });

	program_clear(&result);
	free(*state);
	return 0;
}

void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		fail_msg("cannot write %s", path);
}

bool exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

bool golden_write(void)
{
	const char *value = getenv("TC_GOLDEN_WRITE");

	return value && *value;
}
