/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_ACCESS_H
#define TC_CLI_LOGS_ACCESS_H

/*
 * What the queue is asked about a log: unsigned, as most logs are for everybody, so that nothing
 * that is wrong with credentials is in the way; and signed where that is refused and there are
 * some.
 */

#include "tools/taskcluster/config/session.h"

#include <taskcluster/call.h>

/* The functions of the queue that are called. */
enum asked { ASKED_STATUS = 0, ASKED_ARTIFACT, ASKED_COUNT };

struct access {
	const struct arguments *arguments;
	tc_cancel *cancel; /* ends all that is waited for; NULL: nothing does */
	struct session open, own;
	bool is_own_open;       /* own was looked for; there may be no credentials */
	bool sign[ASKED_COUNT]; /* unsigned was refused, and signed was not */
	int status;             /* not 0: what was wrong here has been told */
};
#define ACCESS_INIT \
	{ \
		.open = SESSION_INIT, .own = SESSION_INIT \
	}

/* 0, or the exit status after telling. Close it in either case, and do not move it before. */
int access_open(struct access *access, const struct arguments *arguments, tc_cancel *cancel);
void access_close(struct access *access);

/* For transfers and pauses; it knows no credentials. */
tc_client *access_client(const struct access *access);

/* Gives a call what all of them have, and repeats it as told. TC_OK, or the call is of no use. */
int access_prepare(
	const struct access *access, tc_call *call, enum tc_repeat repeat, tc_error *err);

/* Whose: of ASKED_STATUS only the task counts. */
struct artifact_id {
	const char *task_id, *run_id, *name;
};

/* Asks. Release *response. */
int access_ask(struct access *access, enum asked what, const struct artifact_id *id,
	tc_response **response, tc_error *err);

/* Whether an error says that somebody else may, or might with credentials. */
bool access_is_refused(const tc_error *err);

/* Tells of an error of access_ask, or of what it led to; the exit status. */
int access_report(const struct access *access, enum asked what, const tc_error *err);

/* Lets so much time pass: TC_OK, or TC_ERROR_CANCELED. */
int access_pause(const struct access *access, int64_t ms, tc_error *err);

#endif
