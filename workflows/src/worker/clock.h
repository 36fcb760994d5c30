/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_CLOCK_H
#define TC_WORKFLOWS_CLOCK_H

/*
 * Claims end by the server's clock, and are kept by the steady one here: a reply says what time it
 * is there. The wall clock here only helps to read that to less than a second, and shows that this
 * machine has slept.
 */

#include <taskcluster/client.h>
#include <taskcluster/response.h>

/* The same moment by two clocks. */
struct tc__moment {
	int64_t steady_ms, server_ms;
};

/* When a reply came to what was sent at sent_ms (steady). NULL: now, as far as this machine knows.
 * A Date is of whole seconds, and a server that lies ahead of ours by it is believed, up to what
 * could have passed since. */
void tc__moment_read(struct tc__moment *moment, const tc_client *client,
	const tc_response *response, int64_t sent_ms);

/* A date of the server's by the steady clock. */
int tc__moment_of(
	const struct tc__moment *moment, const char *date, int64_t *steady_ms, tc_error *err);

/* "Sat, 28 Nov 2026 21:47:24 GMT" as ms since 1970 (RFC 9110, IMF-fixdate). */
bool tc__http_date_read(const char *date, int64_t *ms);

/* Looks at both clocks. */
struct tc__watch {
	int64_t steady_ms, wall_ms;
};

/* How much further than the steady clock the wall clock has gone since the last look: the steady
 * one stands still while a machine sleeps. Negative: it was set back. What is less than two seconds
 * is added up. */
int64_t tc__watch_leap(struct tc__watch *watch, const tc_client *client);

#endif
