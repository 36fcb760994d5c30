/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_WORDS_H
#define TC_CLI_JOBS_WORDS_H

/* The words of a command of jobs, and which artifact they name. */

#include "tools/taskcluster/shared/options.h"

#include <taskcluster/date.h>
#include <taskcluster/job.h>

struct words {
	const char **all; /* those that are no options, ended by NULL; borrowed texts */
	size_t count;
	bool help; /* --help was among them: nothing else was read */
};

/* What is done with an option of the command's own. 0, or the exit status after telling. */
typedef int words_option_fn(void *data, int id, const char *value);

/* Reads the whole command line. Free the words, success and failure alike. */
int words_read(
	struct words *words, struct arguments *arguments, words_option_fn *option, void *data);
void words_free(struct words *words);

/* For words too few or too many; STATUS_USAGE. */
int words_usage(const char *command, const char *synopsis);

/*
 * Which artifact: the first words are [TASK_ID [RUN_ID]] NAME, of which `names` are there; without
 * TASK_ID the environment's TASK_ID and RUN_ID are meant, which workers set inside a task.
 * *artifact may have an index already, for which no TASK_ID is wanted; `run` is what --run says, or
 * NULL. Borrows all texts.
 */
int words_artifact(
	const struct words *words, size_t names, const char *run, struct tc_artifact *artifact);

/* The same without a name: [TASK_ID [RUN_ID]]. */
int words_run(
	const struct words *words, size_t names, const char *run, struct tc_artifact *artifact);

/* Whether a text is a task's or a group's id; `what` is what it stands for: "the task". 0, or
 * STATUS_USAGE after telling that it is none. */
int words_task_id(const char *what, const char *text);

/* --expires: a date, or how long from now, as a date. 0 or STATUS_USAGE. */
int words_expires(const char *text, char date[TC_DATE_SIZE], const char **expires);

#endif
