/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_JOB_H
#define TASKCLUSTER_JOB_H

/*
 * Jobs: what takes many calls and has one end, such as an upload or a download. Each has two faces.
 * The blocking one returns when the job has ended; it uses its client's connections. The one on a
 * tc_loop starts the job, which ends in one callback; any number are under way at the same time.
 * They compute and touch files on the loop's thread, in pieces of a megabyte at most, so that
 * others have their turn; what is read from pipes and functions blocks for as long as it does.
 */

#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A job on a loop, from its start until its callback has returned; on the loop's thread. */
typedef struct tc_job tc_job;

/* Ends the job soon with TC_ERROR_CANCELED, told by its callback as any end is; never from inside
 * this function. NULL is fine. */
TC_API void tc_job_cancel(tc_job *job);

/* The sink of a download takes more again (`full` of <taskcluster/download.h>). No effect on a job
 * that does not stand still. */
TC_API void tc_job_resume(tc_job *job);

/* What a job is at. */
enum tc_job_step {
	TC_JOB_ASKING = 1, /* calls of services, such as for a URL */
	TC_JOB_READING,    /* the source, or a file that is there already: nothing is sent */
	TC_JOB_SENDING,    /* bytes, to storage */
	TC_JOB_RECEIVING,  /* bytes, from storage */
	TC_JOB_PAUSING     /* before something is tried again */
};

/* How far a job has come. */
struct tc_job_progress {
	const char *name; /* of the artifact or object */
	enum tc_job_step step;
	int64_t done, total; /* bytes in this step; total -1: not known */
	int64_t begun_at;    /* bytes of `done` that were there before, from an earlier attempt */
	int64_t files, files_total; /* of a folder: ended, and in all; 0 and 1 for a single one */
};

/* Called now and then, on the thread of the client or loop; uses neither. Anything but 0 ends the
 * job with TC_ERROR_CANCELED. */
typedef int tc_job_progress_fn(void *data, const struct tc_job_progress *progress);

/* Which artifact: of a task, by its id or as the index knows it. */
struct tc_artifact {
	const char *task_id; /* NULL: `index` names the task */
	const char *run_id;  /* "0"; NULL: the latest run, for downloads */
	const char *name;    /* "public/build/target.zip" */
	const char *index;   /* "project.v2.main.latest.linux"; NULL */
};

/* Whether anybody may read it where the role anonymous lets them, by its name: "public/…".
 * All others are private: they take the scope queue:get-artifact:<name>. */
TC_API bool tc_artifact_is_public(const char *name);

#ifdef __cplusplus
}
#endif

#endif
