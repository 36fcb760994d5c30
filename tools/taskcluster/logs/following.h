/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_FOLLOWING_H
#define TC_CLI_LOGS_FOLLOWING_H

/* How far somebody is with a run's log. Functions that return an int return 0, or the exit status
 * after telling. */

#include "tools/taskcluster/logs/printer.h"
#include "tools/taskcluster/logs/run.h"

struct following {
	struct access *access;
	struct printer *printer;
	struct run run;   /* begin with the one that is meant */
	const char *name; /* of the log; NULL: public/logs/live.log */
	bool now_only;    /* what there is, of a log that grows */

	/* what follows begins with zeros */
	char backing[1024]; /* the name of the log that is left in the end; "": there is no other */
	bool was_running;
	bool whole;    /* the live log came to its end */
	int absences;  /* how often there was none yet */
	bool over;     /* nothing more can be printed, or is wanted */
	int failures;  /* connections to the live log that were lost, without a byte in between */
	bool at_store; /* the store was asked last, by the URL that the queue gave for the log */
	int64_t gap;   /* bytes of the log that no source had, before what was printed */
	int64_t pause_ms; /* the next; 0: a first one */
	int64_t asked_ms; /* when a silent log's run was asked for */
	int64_t deaf_ms;  /* since when the queue does not answer; 0: it does */
};

const char *following_name(const struct following *follow);

/* public/logs/live_backing.log stands beside public/logs/live.log. */
void following_name_backing(struct following *follow);

struct artifact_id following_artifact(const struct following *follow, const char *name);

int64_t following_now_ms(const struct following *follow);

/* Each pause is longer than the one before, up to ten seconds, until something came (pause_ms is
 * 0). STATUS_FAILED, and it is over, when a signal came or nobody reads any more. */
int following_pause(struct following *follow);

/* How the run is by now, as far as anybody can know: a log is followed for hours, and that the
 * queue cannot be asked for minutes does not end it. */
int following_look(struct following *follow);

/* Whether an error of the queue may pass; it is said once. */
bool following_bears(struct following *follow, const tc_error *err);

#endif
