/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_UPLOAD_H
#define TC_WORKFLOWS_UPLOAD_H

/*
 * An upload on its way. What all have in common is in upload.c: the source is read as far as
 * it must be beforehand, then sent, by PUT, to where somebody says. Who says so is told apart
 * by two functions: `place` asks where, and goes on to tc__upload_put; `finish` follows when
 * all bytes are there, and goes on to tc__upload_end.
 *
 *	upload.c          the way of all
 *	upload_s3.c       artifacts in the queue's bucket
 *	upload_object.c   objects, and artifacts that are objects
 *	upload_start.c    what callers call
 */

#include "workflows/src/bytes/spool.h"
#include "workflows/src/flow/job.h"
#include <taskcluster/artifact_upload.h>

struct tc_queue_post_artifact_response;

struct tc__upload {
	struct tc_job job; /* first */
	struct tc__flow flow;
	struct tc_upload_options options;
	struct {
		char *task_id, *run_id; /* of an artifact; else NULL */
		char *name;
		char *content_type, *expires, *project_id, *folder;
	} texts; /* for free() */
	bool gzip;

	struct tc__input input;
	struct tc__spool spool;
	bool spooled; /* all of the input is in the spool */
	char *bytes;  /* all of it, when it is small enough to go inside a request; for free() */
	int64_t stored_length; /* bytes to be sent */

	bool may_be_inside; /* of a request, where it is small */
	void (*place)(struct tc__upload *upload);
	void (*finish)(struct tc__upload *upload);
	int renewals; /* of the place */
	int failed;   /* PUTs in a row */

	/* of an artifact that is an object: what the queue said */
	struct tc_queue_post_artifact_response *made; /* for tc_release; NULL: none yet */
	tc_client *object_client; /* for it, at the root; it has no credentials before that */
	char upload_id[64];       /* of an object by name */

	tc_uploaded_fn *on_done;
	void *data;
	struct tc_uploaded result;
};

#define TC__INLINE_MAX 8192 /* bytes, less than that may be inside; the object service's limit */

/* Begins with one that is filled: *upload is somebody else's from then on. Not TC_OK: it is not. */
int tc__upload_begin(struct tc__upload *upload, tc_error *err);

/* One that was never begun. */
void tc__upload_free(struct tc__upload *upload);

void tc__upload_s3_place(struct tc__upload *upload);
void tc__upload_s3_finish(struct tc__upload *upload);
void tc__upload_object_place(struct tc__upload *upload);
void tc__upload_object_finish(struct tc__upload *upload);

/* Sends the bytes by a call that has its headers already; NULL: it could not be made, as *made
 * says. See tc__flow_send. */
void tc__upload_put(struct tc__upload *upload, tc_call *put, tc_error *made);

/* A transfer for it, to `url`. */
tc_call *tc__upload_new_put(struct tc__upload *upload, const char *url, tc_error *err);

/* All bytes are there by other ways. */
void tc__upload_sent(struct tc__upload *upload);

/* Ends it: `err` NULL, well. The last thing that is done. */
void tc__upload_end(struct tc__upload *upload, const tc_error *err);

/* Whose flow it is. */
static inline struct tc__upload *tc__upload_of(struct tc__flow *flow)
{
	return (struct tc__upload *)((char *)flow - offsetof(struct tc__upload, flow));
}

#endif
