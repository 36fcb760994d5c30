/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_NUMBER_H
#define TC_SCHEMA_NUMBER_H

/* JSON numbers as schemas compare them: by their exact decimal values, whatever their size. All
 * arguments are numbers. Exponents beyond 15 digits count as 10^15. */

#include <stdbool.h>
#include <taskcluster/json.h>

/* Less than, equal to, or greater than zero, as a is less than, equal to, or greater than b. */
int number_compare(const tc_json *a, const tc_json *b);

/* 1.0 and 1e3 are integers. */
bool number_is_integer(const tc_json *number);

/* Whether number / step is an integer; `step` is not zero. False when memory ends. */
bool number_is_multiple(const tc_json *number, const tc_json *step);

/* The same values have the same text: digits without zeros around them, `e`, the exponent. For
 * free(); NULL when memory ends. */
char *number_canonical(const tc_json *number);

#endif
