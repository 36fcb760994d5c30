/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_CODEGEN_PROGRAM_H
#define TC_TESTS_CODEGEN_PROGRAM_H

/* Running the generator (the program that the environment variable TC_CODEGEN names) and compilers,
 * and folders to do it in. */

#include "tests/harness/test.h"

struct program_result {
	int status;      /* its exit status; -1 when a signal ended it */
	char *out, *err; /* what it wrote; for program_clear */
};

/* Runs a program with these arguments, the last NULL. Stops the test when it cannot be started. */
struct program_result program_run(const char *const *arguments);

/* Runs the generator; arguments as far as the first NULL. */
struct program_result program_codegen(const char *const *arguments);

void program_clear(struct program_result *result);

/* Runs the generator, which must succeed without a word on standard error. */
void program_generate(const char *references, const char *out);

/* Compiles C (or C++, by the name's end) with all warnings as errors, against the runtime's headers
 * and `include`, without output. Stops the test, printing what the compiler says, on a failure. */
void program_compile(const char *source, const char *include);

/* A new empty folder, for folder_remove; a cmocka set-up that puts its path into *state. */
int folder_make(void **state);
int folder_remove(void **state);

/* A formatted text, cut at about 4,000 bytes; it lives until the test program ends. */
const char *format(const char *pattern, ...);

void write_file(const char *path, const char *text);
bool exists(const char *path);

/* Whether TC_GOLDEN_WRITE asks that expectations are written anew instead of compared. */
bool golden_write(void);

#endif
