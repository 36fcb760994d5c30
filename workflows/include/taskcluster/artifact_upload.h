/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_ARTIFACT_UPLOAD_H
#define TASKCLUSTER_ARTIFACT_UPLOAD_H

/*
 * Making artifacts and objects, from the first call to the last.
 *
 *	struct tc_artifact artifact = { .task_id = id, .run_id = "0", .name = "public/build.zip" };
 *	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
 *	options.path = "out/build.zip";
 *	if (tc_upload_artifact(client, &artifact, NULL, &options, NULL, &err) != TC_OK)
 *		fprintf(stderr, "%s\n", tc_error_text(&err));
 *
 * The client signs as the task: with its claim's credentials, or behind the proxy inside a task.
 *
 * Storage wants to know the length beforehand, and repetitions want the bytes again. What is
 * compressed, of no known length, or can be read only once goes through a temporary file first,
 * which has no name and ends with the process. All else is read as it is sent, and hashed on the
 * way: nothing is ever held in memory as a whole.
 *
 * Each step is repeated as the client's options say and as far as it does no harm; URLs that have
 * ended are renewed. What an upload leaves when it fails: an s3 artifact without its bytes, which
 * the next upload of the same completes; an object artifact is lost for this run, and told so.
 */

#include <taskcluster/job.h>
#include <taskcluster/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where an artifact's bytes go. */
enum tc_storage {
	TC_STORAGE_S3 = 0, /* the queue's bucket */
	TC_STORAGE_OBJECT  /* the object service, which keeps their hashes */
};

/* How bytes are sent and stored. */
enum tc_encoding {
	/* of an s3 artifact gzip, unless its name is of a kind that is compressed already (zip,
	 * png, …); of an object as they are */
	TC_ENCODING_DEFAULT = 0,
	TC_ENCODING_IDENTITY,
	TC_ENCODING_GZIP /* s3 only; readers get them decoded */
};

/* Start from TC_UPLOAD_OPTIONS_INIT; zero and NULL mean the default. */
struct tc_upload_options {
	size_t size;              /* set by TC_UPLOAD_OPTIONS_INIT */
	const char *path;         /* a file to read instead of a source */
	const char *content_type; /* by the end of the path, or else of the name; neither known:
				     application/octet-stream */
	const char *expires;      /* a date; the task's own. For objects it has to be given */
	enum tc_storage storage;  /* of artifacts */
	enum tc_encoding encoding;
	const char *project_id; /* of objects: who they are counted under; has to be given */
	const char *folder;     /* for the temporary file; TMPDIR, or /tmp */
	int64_t deadline_ms;    /* for all of it, then TC_ERROR_TIMEOUT; no limit */
	tc_cancel *cancel;      /* ends it; borrowed until then. The client's */
	tc_job_progress_fn *progress;
	void *progress_data;
};
#define TC_UPLOAD_OPTIONS_INIT TC_SIZED_INIT(struct tc_upload_options)

/* What was uploaded. Nothing in it is to be released. */
struct tc_uploaded {
	int64_t length;        /* bytes that were read */
	int64_t stored_length; /* and that were sent: fewer when compressed */
	char sha256[65];       /* of what was read, lower-case hex */
	char sha512[129];
	char content_type[256];
	bool gzip;
	bool is_private; /* its name does not begin with "public/" */
};

/*
 * Uploads an artifact of a run. `from` says where the bytes come from: memory, a descriptor, or a
 * function (<taskcluster/source.h>); its length may be -1 where nobody knows it. It is borrowed
 * until the job has ended, and NULL with options.path. `result` may be NULL.
 *
 * The type of contents is at most 255 characters, the name at most 1024. TC_ERROR_INPUT when the
 * source has another length than it says, or changes while it is read; TC_ERROR_SYSTEM when it
 * cannot be read, or the temporary file not be written. What storage refuses is told in its words.
 */
TC_API int tc_upload_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_source *from, const struct tc_upload_options *options,
	struct tc_uploaded *result, tc_error *err);

/* Uploads an object by its name, with options.project_id and options.expires. Small ones (under
 * 8 KiB) go inside the request. */
TC_API int tc_upload_object(tc_client *client, const char *name, const struct tc_source *from,
	const struct tc_upload_options *options, struct tc_uploaded *result, tc_error *err);

/* How an upload on a loop has ended: one of `result` and `err` is not NULL; both are borrowed until
 * it returns. */
typedef void tc_uploaded_fn(void *data, const struct tc_uploaded *result, const tc_error *err);

/* The same on a loop. Options and texts are copied. *job may be NULL. */
TC_API int tc_loop_upload_artifact(tc_loop *loop, tc_client *client,
	const struct tc_artifact *artifact, const struct tc_source *from,
	const struct tc_upload_options *options, tc_uploaded_fn *on_done, void *data, tc_job **job,
	tc_error *err);
TC_API int tc_loop_upload_object(tc_loop *loop, tc_client *client, const char *name,
	const struct tc_source *from, const struct tc_upload_options *options,
	tc_uploaded_fn *on_done, void *data, tc_job **job, tc_error *err);

/*
 * Artifacts without bytes of their own. Exactly one of `url`, `link` and `reason` is given. A
 * reference may be made again, with another URL or as a link, while the task runs.
 */
struct tc_create_options {
	size_t size;              /* set by TC_CREATE_OPTIONS_INIT */
	const char *url;          /* a reference: readers are redirected there */
	const char *link;         /* another artifact of the run by its name; it may come later */
	const char *reason;       /* an error, for what should have been there: one of
				     "file-missing-on-worker", "file-not-readable-on-worker",
				     "invalid-resource-on-worker", "too-large-file-on-worker" */
	const char *message;      /* of the error, for people; cut to 4096 bytes */
	const char *content_type; /* of a reference or link; by the artifact's name */
	const char *expires;      /* a date; the task's own */
	int64_t deadline_ms;
	tc_cancel *cancel;
};
#define TC_CREATE_OPTIONS_INIT TC_SIZED_INIT(struct tc_create_options)

TC_API int tc_create_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_create_options *options, tc_error *err);

typedef void tc_created_fn(void *data, const tc_error *err); /* NULL: it is there */
TC_API int tc_loop_create_artifact(tc_loop *loop, tc_client *client,
	const struct tc_artifact *artifact, const struct tc_create_options *options,
	tc_created_fn *on_done, void *data, tc_job **job, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
