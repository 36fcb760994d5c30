/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CHAIN_OF_TRUST_H
#define TASKCLUSTER_CHAIN_OF_TRUST_H

/*
 * Chain of trust: a worker certifies, signed with a key that tasks cannot read, what a task was and
 * which artifacts it made. Made byte for byte as the production worker does, verified as whoever
 * builds on the artifacts must.
 *
 * Keys are Ed25519. A worker's is a file with the base64 of the 32 bytes seed; a public key is the
 * base64 of 32 bytes.
 */

#include <taskcluster/artifact_download.h>
#include <taskcluster/json.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TC_TRUST_CERTIFICATE "public/chain-of-trust.json"
#define TC_TRUST_SIGNATURE "public/chain-of-trust.json.sig"
#define TC_TRUST_LOG "public/logs/certified.log"
#define TC_TRUST_SIGNATURE_SIZE 64
#define TC_TRUST_KEY_SIZE 45                         /* base64 and its NUL */
#define TC_TRUST_SIZE_MAX ((size_t)16 * 1024 * 1024) /* of a certificate that is read, in bytes */

/* ---- making and signing ---- */

/* An artifact's digest in lower-case hex, of its bytes before any encoding. */
struct tc_trust_artifact {
	const char *name;
	const char *sha256;
};

/* All is borrowed until the function returns. */
struct tc_trust_options {
	size_t size;         /* set by TC_TRUST_OPTIONS_INIT */
	const char *task_id; /* required, */
	int64_t run_id;
	const tc_json *task;                       /* as claimed: tc_task_json; required, */
	const char *worker_group, *worker_id;      /* and both of these */
	const struct tc_trust_artifact *artifacts; /* in any order, each name once */
	size_t artifacts_count;
	const char *public_ip;                            /* NULL: left out */
	const char *private_ip;                           /* NULL: unknown, "<nil>" */
	const char *instance_id, *instance_type, *region; /* NULL: unknown, "" */
	const tc_json *additional;                        /* the task's own data; NULL */
};
#define TC_TRUST_OPTIONS_INIT TC_SIZED_INIT(struct tc_trust_options)

/*
 * The certificate's bytes: *text (tc_release) and its length, which does not count the NUL behind
 * it. Without additional data the members stand in the worker's order, and the task's payload and
 * extra as they were claimed. Additional data, an object, is merged in as production does it: the
 * worker's values win, objects are united at every level (so a task can add members even to
 * "artifacts"), all names are sorted, and all numbers become doubles. TC_ERROR_INPUT names what is
 * wrong with that data, or with a text that is no UTF-8.
 */
TC_API int tc_trust_make(
	const struct tc_trust_options *options, char **text, size_t *length, tc_error *err);

/* A worker's key, in memory that is wiped and kept out of core dumps. Immutable, for any thread. */
typedef struct tc_trust_key tc_trust_key;

/* From its file, a line feed at whose end is fine. TC_ERROR_SYSTEM when it cannot be read, or when
 * its group or others may (mode 0600 is expected); TC_ERROR_INPUT when it is no such key, of which
 * nothing is told. */
TC_API tc_trust_key *tc_trust_key_read(const char *path, tc_error *err);

/* Makes a new one: the file (0600) must not be there, and is not after a failure. */
TC_API int tc_trust_key_create(const char *path, char public_key[TC_TRUST_KEY_SIZE], tc_error *err);

/* Of no key: "". */
TC_API void tc_trust_key_public(const tc_trust_key *key, char public_key[TC_TRUST_KEY_SIZE]);
TC_API void tc_trust_key_free(tc_trust_key *key); /* NULL is fine */

/* Signs a certificate, all of it at once. With no key the signature is zeros, which is nobody's. */
TC_API void tc_trust_sign(const tc_trust_key *key, const void *text, size_t length,
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE]);

/* ---- verifying ---- */

/* A fault that was found; borrowed until the callback returns. */
struct tc_trust_fault {
	const char *artifact; /* "public/build.zip"; NULL: the certificate as a whole */
	const char *problem;  /* a sentence: what was expected, and what is there */
};
typedef void tc_trust_fault_fn(void *data, const struct tc_trust_fault *fault);

/* An artifact whose bytes are what the certificate says, and (with a folder) there; borrowed until
 * it returns. */
typedef void tc_trust_verified_fn(void *data, const char *name, const struct tc_downloaded *result);

struct tc_trust_verify_options {
	size_t size;                    /* set by TC_TRUST_VERIFY_OPTIONS_INIT */
	const char *task_id, *run_id;   /* "0"; run_id NULL: the latest, asked once for all */
	const char *const *public_keys; /* base64, any of them; the caller's, never the server's */
	size_t public_keys_count;
	const char *const *names; /* artifacts that must be covered; none: all that are */
	size_t names_count;
	const char *folder; /* the verified files go below it, whole or not at all; NULL: they are
			       only read */
	tc_trust_fault_fn *fault;       /* told of each fault; NULL */
	tc_trust_verified_fn *verified; /* told of each artifact that holds; NULL */
	void *data;                     /* for both */
	int64_t deadline_ms;            /* for all of it, then TC_ERROR_TIMEOUT; no limit */
	tc_cancel *cancel;
	tc_job_progress_fn *progress;
	void *progress_data;
};
#define TC_TRUST_VERIFY_OPTIONS_INIT TC_SIZED_INIT(struct tc_trust_verify_options)

/*
 * Verifies artifacts of a run: the signature over the certificate, that it is of this task, run,
 * and definition (as the queue has it), and each artifact's bytes, decoded, wherever they come
 * from. The run is chosen once, and all is asked of that one.
 *
 * TC_OK: all holds, and *count (or NULL) artifacts were read. TC_ERROR_INPUT: something does not,
 * and each fault was told: of a certificate that does not hold no artifact is looked at; of
 * artifacts that are missing, altered, not covered, or (with a folder) no path below it, all others
 * are verified nevertheless, and count. Any other code: it could not be found out. Nothing
 * unverified stays in the folder, not even hidden; what was there before under an artifact's name
 * stays when the artifact does not hold.
 *
 * The definition is the same when all that the certificate has of it is what the queue has, numbers
 * as doubles, but for the priority, which may be changed while a task runs. It need not have what
 * queues added over time (projectId, taskQueueId, provisionerId, workerType, and what this library
 * does not know), nor what is empty.
 */
TC_API int tc_trust_verify(tc_client *client, const struct tc_trust_verify_options *options,
	size_t *count, tc_error *err);

/*
 * The part without network: the signature and the form of a certificate in memory. *certificate (or
 * NULL) is for tc_release. TC_ERROR_ARGUMENT for what is no public key. TC_ERROR_INPUT: none of
 * them has signed it, or it is no certificate: one JSON object of no more than TC_TRUST_SIZE_MAX
 * bytes, no name twice, with chainOfTrustVersion 1, taskId, runId, task and artifacts, each with a
 * sha256 or sha512 or both, and no other digest. What else it has is taken as it is.
 */
TC_API int tc_trust_check(const void *text, size_t length, const void *signature,
	size_t signature_length, const char *const *public_keys, size_t public_keys_count,
	const tc_json **certificate, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
