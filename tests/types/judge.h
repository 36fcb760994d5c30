/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TYPES_JUDGE_H
#define TC_TESTS_TYPES_JUDGE_H

/* ajv, in a process of its own (judge.js). */

#include "tests/types/schemas.h"

/* False when there is no node or no ajv. */
bool judge_start(void);
void judge_stop(void);

/* Whether a value is what the schema of a file asks for; why not, in a text that the next question
 * replaces. */
bool judge(const char *file, const tc_json *value, const char **why);

#endif
