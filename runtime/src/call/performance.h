/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_PERFORMANCE_H
#define TC_RUNTIME_PERFORMANCE_H

/* What a performance is made of:
 *
 *	performance.c        an attempt, and what comes next
 *	performance_clock.c  a clock that the server refuses
 *	performance_log.c    what the log is told
 */

#include "runtime/src/call/call.h"

static inline const struct tc_operation *tc__performance_operation(
	const struct tc__performance *performance)
{
	return performance->call->request.operation;
}

static inline tc_client *tc__performance_client(const struct tc__performance *performance)
{
	return performance->call->client;
}

/* ---- the clock ---- */

/* Whether the reply refuses our clock; if so, the offset is corrected. Once for a performance. */
bool tc__performance_correct_clock(const struct tc__performance *performance);

/* Adds to a refusal that it may come from the clock, as far as the reply tells. */
void tc__performance_tell_clock(const struct tc__performance *performance, tc_error *failure);

/* ---- the log ---- */

/* The URL of the attempt without secrets; *text, which may hold it, is the caller's to clear. */
const char *tc__performance_show(
	const struct tc__performance *performance, struct tc__buffer *text);

/* Its method, also when none was begun yet. */
const char *tc__performance_method(const struct tc__performance *performance);

/* What is sent; how the attempt ended; why and when another follows. */
void tc__performance_log_lines(const struct tc__performance *performance);
void tc__performance_log_attempt(
	const struct tc__performance *performance, int rc, int64_t now_ms, const tc_error *failure);
void tc__performance_log_retry(const struct tc__performance *performance,
	const struct tc__outcome *outcome, const struct tc__next *next, const tc_error *failure);

#endif
