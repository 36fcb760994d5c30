/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_RETRY_H
#define TC_RUNTIME_RETRY_H

/*
 * What comes after an attempt: the end, another attempt after a pause, or another at once with the
 * clock put right. Pure, so that the synchronous face can sleep and an event loop can set timers.
 */

#include "runtime/src/base/error.h"
#include <taskcluster/operation.h>

struct tc__retry_policy {
	int attempts;         /* in all, at least 1 */
	int64_t budget_ms;    /* no attempt begins later than this after the first; 0: no limit */
	int64_t delay_ms;     /* the n-th delay is about 2^n of this, */
	int64_t delay_max_ms; /* and at most this; a server may ask for TC__RETRY_AFTER times it */
};
#define TC__RETRY_AFTER 10

/* How an attempt ended. */
struct tc__outcome {
	int code;               /* TC_OK when a whole reply came, of any status */
	int status;             /* of that reply */
	bool maybe_sent;        /* some of the request may have reached the server */
	bool permanent;         /* trying again cannot help, as with an untrusted certificate */
	bool stale;             /* refused for our clock, whose offset is now known */
	bool renewed;           /* refused for our credentials, and there are new ones */
	int64_t retry_after_ms; /* what the server asks for; negative: nothing */
	int64_t steady_ms;      /* now */
};

enum tc__step {
	TC__STEP_END,   /* the outcome is final, good or bad */
	TC__STEP_WAIT,  /* attempt again after delay_ms */
	TC__STEP_RESIGN /* attempt again at once, as the clock was put right or the credentials
			   renewed: no retry */
};

struct tc__next {
	enum tc__step step;
	int64_t delay_ms;
	bool late; /* it ends as there is no time for another attempt */
};

struct tc__retry {
	const struct tc__retry_policy *policy;
	enum tc_retry_class retry_class;
	int64_t begun_ms;
	int64_t until_ms; /* no attempt begins then or later; INT64_MAX: no limit */
	int retried;
	bool resigned, renewed; /* each happens once */
};

void tc__retry_begin(struct tc__retry *retry, const struct tc__retry_policy *policy,
	enum tc_retry_class retry_class, int64_t steady_ms);

/* `fraction` is a random number from [0, 1), for the jitter; needed only if the outcome is one for
 * which tc__retry_is_possible. */
struct tc__next tc__retry_next(
	struct tc__retry *retry, const struct tc__outcome *outcome, double fraction);
bool tc__retry_is_possible(const struct tc__outcome *outcome);

/* The n-th delay (n from 1): min(2^n * delay * [0.75, 1.25), maximum). */
int64_t tc__retry_delay(const struct tc__retry_policy *policy, int n, double fraction);

/* Reads a date as HTTP writes it (RFC 9110, 5.6.7, all three forms) into ms since 1970. */
bool tc__http_date(const char *text, int64_t *ms);

/* The pause that a Retry-After header asks for, in seconds or as a date that is compared with
 * `now_ms`, the server's time; -1 when it is NULL or malformed. */
int64_t tc__retry_after(const char *value, int64_t now_ms);

#endif
