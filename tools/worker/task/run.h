/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

struct run;
/*
 * A run of a task, from its claim to its end: a row of steps on the loop, each of which begins,
 * and goes on to the next when it is done. What goes wrong settles how the task ends (the first
 * counts), and the steps that make no sense any more are left out.
 */

#include "tools/worker/log/log.h"
#include "tools/worker/process/files.h"
#include "tools/worker/task/host.h"

/* When a step makes sense. */
enum run_when {
	RUN_GOOD = 1, /* nothing has gone wrong */
	RUN_RAN,      /* commands ran, and the task is still ours */
	RUN_OURS,     /* the task is still ours */
	RUN_ANYWAY
};

/* `begin` begins it; true: it is done already. Else run_next is called once, later. */
struct run_step {
	bool (*begin)(struct run *run);
	enum run_when when;
};

struct run_artifacts;
struct run_certificate;
struct run_commands;
struct run_live;
struct run_proxy;

struct run {
	struct host *host;
	tc_task *task;
	const struct tc_queue_task_data *definition;
	struct payload payload;
	int place;         /* in host->places; -1: handed on */
	char *folder_path; /* where the commands run */
	char folder_name[24];
	int folder;               /* its descriptor; -1 */
	struct task_files *files; /* NULL: run_open_files */
	struct task_log *log;

	const struct run_step *step;     /* the next one; the last has no `begin` */
	bool begun, over;                /* the first command was due; all steps are done */
	enum tc_abort aborted;           /* 0: not */
	uint64_t hurry;                  /* the timer that ends uploads after an abort; 0 */
	bool late;                       /* that time is over: nothing is sent any more */
	bool purge;                      /* the caches of this run are removed */
	char *last_words;                /* error lines that come at the log's very end; NULL */
	bool (*cancel)(struct run *run); /* of the step under way; true: it has ended at once */
	tc_job *job;                     /* that it waits for; NULL */

	struct mounts *mounts;
	struct run_live *live;
	struct run_proxy *proxy;
	struct run_commands *commands;
	struct run_artifacts *artifacts;
	struct run_certificate *certificate;
};

/* ---- the steps ---- */

bool run_prepare(struct run *run);   /* prepare.c: payload, folder */
bool run_open_live(struct run *run); /* live.c */
bool run_mount(struct run *run);     /* mount.c */
bool run_start_proxy(struct run *run);
bool run_commands(struct run *run);
bool run_stop_proxy(struct run *run);
bool run_upload(struct run *run); /* artifacts.c */
bool run_unmount(struct run *run);
bool run_certify(struct run *run);
bool run_end_log(struct run *run);
bool run_link_live(struct run *run);
bool run_upload_log(struct run *run); /* live.c */

void run_next(struct run *run);

/* How the task ends, unless something said so before, and a line of its log that says why. */
TC_PRINTF(3, 4)
void run_settle(struct run *run, enum tc_task_result result, const char *format, ...);

/* The same, but the line comes when all else has been said. */
TC_PRINTF(3, 4)
void run_settle_last(struct run *run, enum tc_task_result result, const char *format, ...);

/* Whether nothing has gone wrong yet. */
bool run_is_good(const struct run *run);

/* What an error of createArtifact or of an upload makes of the task. */
enum tc_task_result run_upload_result(const tc_error *err);

/* What is in the task's folder, as its user sees it. Made when it is first wanted, after the
 * commands: with a user a process of his opens the files, and all of his are ended with a command.
 */
int run_open_files(struct run *run, tc_error *err);

/* An artifact of this run by its name. */
struct tc_artifact run_artifact(const struct run *run, const char *name);

/* What the steps have made; NULL is fine. */
void run_free_live(struct run *run);
void run_free_proxy(struct run *run);
void run_free_commands(struct run *run);
void run_free_artifacts(struct run *run);
void run_free_certificate(struct run *run);

/* The environment of the task, NULL-ended; for environment_free. */
char **environment_make(const struct run *run, const char *proxy_url);
void environment_free(char **environment);

/* Where the task finds its proxy; NULL: it has none. */
const char *proxy_url(const struct run *run);

/* What certificates need: the artifacts with bytes, and their digests. */
size_t artifacts_digests(const struct run *run, const struct tc_trust_artifact **digests);

/* ns of the steady clock. */
int64_t run_now_ns(void);

#endif
