/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TYPES_JUDGE_H
#define TC_TESTS_TYPES_JUDGE_H

/* ajv, in a process of its own (judge.js). */

#include "tests/types/schemas.h"

/* False when there is no node or no ajv. */
bool judge_start(void);
void judge_stop(void);

/* A value of a schema's file, as JSON text. Asking costs two switches of processes, so that many
 * are asked at once. */
struct question {
	const char *file, *value;
	bool valid; /* the answer */
	char *why;  /* it is not, for people; the caller's, for free() */
};

/* Answers them all. */
void judge(struct question *questions, size_t count);

#endif
