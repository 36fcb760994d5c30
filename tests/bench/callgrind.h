/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_CALLGRIND_H
#define TC_TESTS_CALLGRIND_H

/* Reads what callgrind writes (https://valgrind.org/docs/manual/cl-format.html), with names in
 * full:
 * --compress-strings=no --compress-pos=no. */

#include "tests/bench/measure.h"
#include <stdio.h>

/* `program` is the absolute path, without symbolic links, of the program that was run. */
struct measure_count callgrind_read(FILE *profile, const char *program);

#endif
