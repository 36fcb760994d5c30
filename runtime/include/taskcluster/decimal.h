/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_DECIMAL_H
#define TASKCLUSTER_DECIMAL_H

/*
 * Numbers as text. Replies have a run's id as int64_t, URLs and routing keys take it as text:
 *
 *	tc_queue_reclaim_task(client, task_id, TC_DECIMAL(claim->run_id), &reply, &err);
 */

#include <taskcluster/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TC_DECIMAL_SIZE 21 /* bytes of the longest: a sign, 19 digits, NUL */

/* Writes a number in decimal, and returns `text`. Any locale, any thread. */
TC_API char *tc_decimal(char text[TC_DECIMAL_SIZE], int64_t number);

#ifdef __cplusplus
}

struct tc_decimal_text {
	char text[TC_DECIMAL_SIZE];
	explicit tc_decimal_text(int64_t number)
	{
		tc_decimal(text, number);
	}
};
#endif

/* The same in a text of its own, for an argument. It lives until the block ends, in C++ until the
 * whole expression does. */
#ifdef __cplusplus
#define TC_DECIMAL(number) (static_cast<const char *>(tc_decimal_text(number).text))
#else
#define TC_DECIMAL(number) ((const char *)tc_decimal((char[TC_DECIMAL_SIZE]){ '\0' }, (number)))
#endif

#endif
