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

#include <taskcluster/job.h>
#include <taskcluster/json.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TC_TRUST_CERTIFICATE "public/chain-of-trust.json"
#define TC_TRUST_SIGNATURE "public/chain-of-trust.json.sig"
#define TC_TRUST_LOG "public/logs/certified.log"
#define TC_TRUST_SIGNATURE_SIZE 64
#define TC_TRUST_KEY_SIZE 45 /* base64 and its NUL */

/* An artifact's digest in lower-case hex, of its bytes before any encoding. */
struct tc_trust_artifact {
	const char *name;
	const char *sha256;
};

struct tc_trust_options {
	size_t size;         /* set by TC_TRUST_OPTIONS_INIT */
	const char *task_id; /* required, */
	int64_t run_id;
	const tc_json *task; /* as claimed: tc_task_json */
	const char *worker_group, *worker_id;
	const struct tc_trust_artifact *artifacts; /* in any order */
	size_t artifacts_count;
	const char *public_ip;                                         /* NULL: left out */
	const char *private_ip, *instance_id, *instance_type, *region; /* NULL: unknown */
	const tc_json
		*additional; /* the task's own data, merged in, the worker's values win; NULL */
};
#define TC_TRUST_OPTIONS_INIT TC_SIZED_INIT(struct tc_trust_options)

/* The certificate's bytes: *text (tc_release) and its length. TC_ERROR_INPUT names what is wrong
 * with the additional data. */
TC_API int tc_trust_make(
	const struct tc_trust_options *options, char **text, size_t *length, tc_error *err);

/* A worker's key, in memory that is wiped and kept out of core dumps. */
typedef struct tc_trust_key tc_trust_key;
TC_API tc_trust_key *tc_trust_key_read(const char *path, tc_error *err);
/* Makes a new one: the file (0600) must not be there. */
TC_API int tc_trust_key_create(const char *path, char public_key[TC_TRUST_KEY_SIZE], tc_error *err);
TC_API void tc_trust_key_public(const tc_trust_key *key, char public_key[TC_TRUST_KEY_SIZE]);
TC_API void tc_trust_key_free(tc_trust_key *key); /* NULL is fine */

TC_API void tc_trust_sign(const tc_trust_key *key, const void *text, size_t length,
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE]);

/* ---- verifying ---- */

/* A fault that was found; borrowed until the callback returns. */
struct tc_trust_fault {
	const char *artifact; /* "public/build.zip"; NULL: the certificate as a whole */
	const char *problem;  /* a sentence: what was expected, and what is there */
};
typedef void tc_trust_fault_fn(void *data, const struct tc_trust_fault *fault);

struct tc_trust_verify_options {
	size_t size;                    /* set by TC_TRUST_VERIFY_OPTIONS_INIT */
	const char *task_id, *run_id;   /* "0"; run_id NULL: the latest, asked once for all */
	const char *const *public_keys; /* base64, any of them; the caller's, never the server's */
	size_t public_keys_count;
	const char *const *names; /* artifacts that must be covered; none: all that the run has
				     and the certificate covers */
	size_t names_count;
	const char *folder; /* the verified files go below it, whole or not at all; NULL: they are
			       only read */
	tc_trust_fault_fn *fault; /* told of each fault; NULL */
	void *data;
	int64_t deadline_ms;
	tc_cancel *cancel;
	tc_job_progress_fn *progress;
	void *progress_data;
};
#define TC_TRUST_VERIFY_OPTIONS_INIT TC_SIZED_INIT(struct tc_trust_verify_options)

/*
 * Verifies artifacts of a run: the signature over the certificate, that it is of this task, run,
 * and definition (as the queue has it), and each artifact's bytes. TC_OK: all holds, and *count (or
 * NULL) files were read. TC_ERROR_INPUT: something does not, and each fault was told.
 */
TC_API int tc_trust_verify(tc_client *client, const struct tc_trust_verify_options *options,
	size_t *count, tc_error *err);

/* The part without network: the signature and the form of a certificate in memory. *certificate
 * (or NULL) is for tc_release. */
TC_API int tc_trust_check(const void *text, size_t length, const void *signature,
	size_t signature_length, const char *const *public_keys, size_t public_keys_count,
	const tc_json **certificate, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
