/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_RUN_H
#define TC_CLI_LOGS_RUN_H

/* The run whose log is read, as the queue knows it. */

#include "tools/taskcluster/logs/access.h"

struct run {
	const char *task_id; /* borrowed */
	int number;          /* -1: the latest, while the task has none */
	int count;           /* how many runs the task has */
	char id[16];         /* the number as the queue takes it */
	char state[32];      /* of the run; of the task while it has none */
	char reason[64];     /* why it is resolved; "" */
};

/* Finds the run of that number, or the latest one for -1. 0, or the exit status after telling, also
 * when there is no such run. */
int run_find(struct run *run, struct access *access, const char *task_id, int number);

/* What it is by now. TC_OK, or the queue could not be asked. */
int run_look(struct run *run, struct access *access, tc_error *err);

/* "failed 'failed'", "running"; returns `text`. */
#define RUN_TEXT_SIZE 128
const char *run_describe(const struct run *run, char text[RUN_TEXT_SIZE]);

bool run_is_waiting(const struct run *run); /* for a worker, or to be scheduled */
bool run_is_running(const struct run *run);

/* Whether somebody reported how it ended: what is to be there of its log is there, or never comes.
 * Not so when it was canceled, or the like, as its worker learns of that later. */
bool run_is_reported(const struct run *run);

/* Whether its worker was lost, and with it what was nowhere else. */
bool run_is_lost(const struct run *run);

#endif
