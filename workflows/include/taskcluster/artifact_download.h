/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_ARTIFACT_DOWNLOAD_H
#define TASKCLUSTER_ARTIFACT_DOWNLOAD_H

/*
 * Getting artifacts and objects, whole and right.
 *
 *	struct tc_artifact artifact = { .task_id = id, .name = "public/build.zip" };
 *	struct tc_target target = TC_TARGET_INIT;
 *	target.path = "build.zip";
 *	if (tc_download_artifact(client, &artifact, &target, NULL, NULL, &err) != TC_OK)
 *		fprintf(stderr, "%s\n", tc_error_text(&err));
 *
 * A file appears under its name only when all of it is there, has the length and every hash that
 * are known, and is on disk. Until then its bytes are in ".NAME.tc-part" beside it, for the user
 * alone, with what is known of them in ".NAME.tc-state". After a broken connection, and when a
 * program begins again that was killed, the download goes on where it was: if the bytes there are
 * those that were written, and the server still has the same (a strong ETag, asked by If-Range).
 * Else it begins anew. What a server compresses on its way (Content-Encoding) it cannot continue,
 * so that is begun anew, too; `restarts` counts. A second program that wants the same file is
 * refused meanwhile.
 *
 * Connections that break are followed by others as the client's options say, counted from the last
 * byte that came. A silent one is given up after timeout_ms. URLs that have ended are fetched anew.
 */

#include <taskcluster/download.h>
#include <taskcluster/job.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where the bytes go: a file, a sink (a descriptor by tc_sink_fd, or functions), or, with neither,
 * memory. Into a sink they go before they are verified, and count for nothing before TC_OK; they go
 * on behind a broken connection where the server lets them, else the sink's `begin` is called again
 * with `discard`, as <taskcluster/download.h> says.
 */
struct tc_target {
	size_t size;      /* set by TC_TARGET_INIT */
	const char *path; /* what is there already is replaced, whole by whole; what is no file is
			     refused: use a descriptor */
	const struct tc_sink *sink; /* its functions are used until the job has ended */
};
#define TC_TARGET_INIT TC_SIZED_INIT(struct tc_target)

/* Start from TC_DOWNLOAD_OPTIONS_INIT; zero and NULL mean the default. */
struct tc_download_options {
	size_t size;      /* set by TC_DOWNLOAD_OPTIONS_INIT */
	int ranges;       /* of a large file: so many streams at once, up to 32; 1. Over HTTP/2 they
			     share a connection, unless the client's http_version is TC_HTTP_1_1 */
	bool keep_same;   /* a file that is there already is kept when it has the right hashes;
			     storage without hashes is asked whether it has changed since the file
			     was downloaded with this option, which leaves ".NAME.tc-state" there */
	bool anew;        /* goes on with nothing from an earlier time */
	bool no_sync;     /* does not wait until files are on disk */
	bool identity;    /* asks for bytes that are not compressed on their way */
	bool simple;      /* of objects: by their plain URL, without hashes */
	bool public_only; /* references lead to public addresses only (<taskcluster/transfer.h>) */
	int redirects;    /* followed at most, of references and s3; 10; negative: none */
	size_t memory_max;   /* bytes in memory; 64 MiB; TC_UNLIMITED */
	int64_t deadline_ms; /* for all of it, then TC_ERROR_TIMEOUT; no limit */
	tc_cancel *cancel;   /* ends it; borrowed until then. The client's */
	tc_job_progress_fn *progress;
	void *progress_data;
};
#define TC_DOWNLOAD_OPTIONS_INIT TC_SIZED_INIT(struct tc_download_options)

/* What was downloaded. */
struct tc_downloaded {
	char *bytes;            /* without path and sink: all of it, and a NUL; for tc_release */
	int64_t length;         /* of it, decoded */
	int64_t received;       /* bytes that came for it now, repetitions included */
	int restarts;           /* times it was begun anew */
	char sha256[65];        /* of it, lower-case hex */
	bool verified;          /* by all hashes that the service or a certificate has */
	bool kept;              /* nothing was to be done (keep_same) */
	char content_type[256]; /* "" when nobody told */
	char storage[16]; /* "s3", "object", "reference"; in a folder also "link", to another */
};

/*
 * Downloads an artifact; links are followed by the queue. `result` may be NULL. Refusals are what
 * they are: TC_ERROR_HTTP with 404 (no such artifact, or not finished), 410 (expired), 424 (the
 * worker recorded an error instead: its reason is the server code, its words are the message).
 * TC_ERROR_REPLY for another length or hash than there should be; it is not tried again. References
 * are fetched without credentials, by http and https only.
 */
TC_API int tc_download_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_target *target, const struct tc_download_options *options,
	struct tc_downloaded *result, tc_error *err);

TC_API int tc_download_object(tc_client *client, const char *name, const struct tc_target *target,
	const struct tc_download_options *options, struct tc_downloaded *result, tc_error *err);

/* How a download on a loop has ended: one of `result` and `err` is not NULL; both are borrowed
 * until it returns, but result->bytes, which is the callback's (tc_release). */
typedef void tc_downloaded_fn(void *data, const struct tc_downloaded *result, const tc_error *err);

/* The same on a loop. Target, options and texts are copied. *job may be NULL. */
TC_API int tc_loop_download_artifact(tc_loop *loop, tc_client *client,
	const struct tc_artifact *artifact, const struct tc_target *target,
	const struct tc_download_options *options, tc_downloaded_fn *on_done, void *data,
	tc_job **job, tc_error *err);
TC_API int tc_loop_download_object(tc_loop *loop, tc_client *client, const char *name,
	const struct tc_target *target, const struct tc_download_options *options,
	tc_downloaded_fn *on_done, void *data, tc_job **job, tc_error *err);

/* ---- a task's artifacts into a folder ---- */

/*
 * What became of one artifact: `result` or `err`, which are borrowed until it returns; both NULL:
 * it is left out, and `why` says why ("" otherwise).
 */
struct tc_saved {
	const char *name; /* of the artifact */
	const char *path; /* below the folder; NULL when it has none */
	const struct tc_downloaded *result;
	const tc_error *err;
	const char *why;
};
typedef void tc_saved_fn(void *data, const struct tc_saved *saved);

/* Start from TC_FOLDER_OPTIONS_INIT. */
struct tc_folder_options {
	size_t size; /* set by TC_FOLDER_OPTIONS_INIT */
	/* Only those whose names one of these matches, as fnmatch(3) does, where * is any part of a
	 * name, slashes included: "*.zip". NULL-ended; NULL: all. */
	const char *const *patterns;
	int in_flight; /* artifacts under way at the same time; 10 */
	bool live;     /* also the live log of a run that goes on, which has no end */
	/* For each; NULL: the defaults. Its deadline is that of the whole, which its progress tells
	 * of as well. */
	const struct tc_download_options *download;
	tc_saved_fn *on_saved;
	void *data; /* for on_saved */
};
#define TC_FOLDER_OPTIONS_INIT TC_SIZED_INIT(struct tc_folder_options)

/* How many became what. */
struct tc_folder_counts {
	int64_t saved, kept, left_out, failed;
	int64_t bytes; /* of those saved */
};

/*
 * Downloads the artifacts of a run (artifact->name is NULL) into a folder, which is made if need
 * be, each under its own name. Names are whatever a task's author likes, so nothing is written
 * outside the folder, no symbolic link in it is followed, and a name that is no path below it
 * (empty parts, "." and ".."), or that cannot be one beside others ("a" and "a/b"), fails alone:
 * the others go on. An artifact that links to another of the set is not downloaded twice. Error
 * artifacts are left out, as are references of a run that goes on to its live log.
 *
 * TC_OK when none has failed; else the code of the first failure, after all have ended.
 */
TC_API int tc_download_artifacts(tc_client *client, const struct tc_artifact *artifact,
	const char *folder, const struct tc_folder_options *options,
	struct tc_folder_counts *counts, tc_error *err);

typedef void tc_folder_fn(
	void *data, const struct tc_folder_counts *counts, const tc_error *err); /* NULL: none */
TC_API int tc_loop_download_artifacts(tc_loop *loop, tc_client *client,
	const struct tc_artifact *artifact, const char *folder,
	const struct tc_folder_options *options, tc_folder_fn *on_done, void *data, tc_job **job,
	tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
