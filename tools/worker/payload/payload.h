/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PAYLOAD_H
#define WORKER_PAYLOAD_H

/*
 * What a task wants, as its payload says: generic-worker's native payload, by its own schema
 * (which is inside the program). All that is in it is either done or refused by name.
 */

#include <stdbool.h>
#include <stddef.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/queue_types.h>

struct payload_artifact {
	const char *name, *path;
	const char *content_type; /* NULL: by its name */
	const char *expires;      /* NULL: with the task */
	bool directory, optional;
	enum tc_encoding encoding;
};

/* Texts and trees are the task's, and live as long as it does. */
struct payload {
	const tc_json *commands; /* a list of lists of texts */
	const tc_json *env;      /* an object of texts; NULL */
	const tc_json *mounts;   /* NULL */
	struct payload_artifact *artifacts;
	size_t artifacts_count;
	const char *backing_name, *live_name; /* set in any case */
	const char *expires;                  /* the task's own */
	int64_t run_s;                        /* maxRunTime */
	bool backing_log, live_log;           /* the same */
	bool proxy, chain_of_trust;
	const tc_json *retry_codes, *purge_codes; /* onExitStatus */
};

/* What this worker does, and how. */
struct payload_rules {
	int64_t run_s;  /* the most that maxRunTime may be */
	bool multiuser; /* its schema, which has chain of trust */
	bool live_log, mounts, proxy, chain_of_trust;
};

/* One sentence, with a pointer into the payload ("": all of it). */
typedef void payload_fault_fn(void *data, const char *pointer, const char *text);

/* Reads a task's payload; false when it is malformed, and each fault was told. What is set in any
 * case is set then, too. */
bool payload_parse(struct payload *payload, const struct tc_queue_task_data *task,
	const struct payload_rules *rules, payload_fault_fn *fault, void *data);
void payload_clear(struct payload *payload);

/* Whether an exit code is in a list of onExitStatus. */
bool payload_has_code(const tc_json *codes, int code);

/* The schema as text. */
const char *payload_schema(bool multiuser, size_t *length);

/* What the schema caches between tasks is given back; at the end of the program. */
void payload_forget(void);

#endif
