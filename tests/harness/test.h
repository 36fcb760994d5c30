/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TEST_H
#define TC_TESTS_TEST_H

/* What every test includes first: cmocka, and the few checks that all rooms share. Tests run in the
 * project's root folder. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef stop /* of cmocka 2: everybody's word */
/* cmocka 2 tells signed from unsigned; to those before it all is one */
#ifndef assert_int_in_range
#define assert_int_in_range assert_in_range
#endif

#include <taskcluster/error.h>

/* Stops the test, printing the error's text, unless `rc` is TC_OK. */
#define assert_ok(rc, err) tc_test_assert_ok((rc), (err), #rc, __FILE__, __LINE__)

/* Stops the test unless the error has this code and its text contains `part`; clears the error. */
#define assert_failure(err, code, part) \
	tc_test_assert_failure((err), (code), (part), __FILE__, __LINE__)

void tc_test_assert_ok(int rc, const tc_error *err, const char *what, const char *file, int line);
void tc_test_assert_failure(tc_error *err, int code, const char *part, const char *file, int line);

/* A whole file, NUL-terminated, for free(); stops the test when it cannot be read. */
char *tc_test_read_file(const char *path, size_t *length);

/* A port of loopback that nobody has now; somebody may be faster. */
int tc_test_free_port(void);

/* A clock that never goes back; ms since some fixed moment. */
int64_t tc_test_now_ms(void);

#endif
