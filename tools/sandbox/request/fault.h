/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_FAULT_H
#define TC_SANDBOX_FAULT_H

/*
 * Misbehaviour on demand. Faults are told by --fault, for all requests, and by the header
 * x-sandbox-fault, for one. Several are separated by commas; each is
 *
 *	NAME[=VALUE][:times=N][:key=NAME][:rate=FRACTION][:only=SERVICE[.FUNCTION]]
 *
 *	close-early         the connection is closed, nothing was done
 *	lost-reply          the work is done, then the connection is closed
 *	lost-claim[=MS]     a claim ends at once, or after that time, whatever takenUntil says
 *	stall=MS            the reply comes that much later
 *	truncate            the reply ends in its middle
 *	status=NNN          refused with that HTTP status
 *	retry-after=S       429 (or the status told) with Retry-After
 *	html-error[=NNN]    an HTML page, as a proxy in front sends it (502)
 *	garbage             bytes that are no HTTP
 *	clock=SECONDS       the server's clock is wrong, as its Date shows
 *	clock-tsm=SECONDS   the same, and a stale timestamp is answered with ts and tsm
 *	sign-reply          (no fault) Server-Authorization comes with the reply
 *	bad-reply           Server-Authorization comes, and is wrong
 *
 * times=N: only the first N requests with the same key (by default the fault's name); rate: that
 * share of the requests, such as 0.1; only: requests of one service or operation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tc_operation;

struct active_faults {
	bool close_early, lost_reply, truncate, html, garbage, tsm, sign_reply, bad_reply;
	int status;        /* 0: none */
	int retry_after_s; /* -1: none */
	bool lost_claim;   /* claims end after lost_claim_ms */
	int64_t lost_claim_ms;
	int64_t stall_ms; /* 0: none */
	int64_t clock_ms; /* added to the true time */
};

#define FAULTS_MAX 16

struct faults {
	struct fault_counter *counters; /* by key */
	char *standing[FAULTS_MAX];     /* for all requests, as they were told */
	size_t standing_count;
	uint64_t random;
};

/* Adds the faults of a --fault option to those for all requests. False when the text is malformed;
 * *why then says how. */
bool fault_add(struct faults *faults, const char *text, const char **why);

/* Puts others in place of those for all requests; what times= counts begins anew. False when one is
 * malformed, or memory ends: *wrong is its position then and *why says how, and all is as it was.
 * There are at most FAULTS_MAX. */
bool fault_replace(struct faults *faults, const char *const *texts, size_t count, size_t *wrong,
	const char **why);

/* Finds out which faults one request meets: the standing ones, and those of its header (NULL for
 * none). False when the header is malformed. */
bool fault_choose(struct faults *faults, const struct tc_operation *operation, const char *header,
	struct active_faults *active, const char **why);

/* The faults of a request that meets none. */
void fault_none(struct active_faults *active);

void fault_clear(struct faults *faults);

#endif
