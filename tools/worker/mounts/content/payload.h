/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_PAYLOAD_H
#define WORKER_MOUNTS_PAYLOAD_H

/* payload.mounts as structs, which borrow the JSON's texts, and what a task may ask for. */

#include <sys/types.h>
#include <taskcluster/json.h>
#include <taskcluster/scope.h>

enum content_kind {
	CONTENT_NONE = 0, /* a cache that begins empty */
	CONTENT_ARTIFACT, /* of a task */
	CONTENT_INDEX,    /* of the task that the index knows by a path */
	CONTENT_URL,
	CONTENT_RAW, /* the text itself */
	CONTENT_BASE64
};

struct content {
	enum content_kind kind;
	const char *task_id, *artifact; /* an artifact's */
	const char *index;              /* "project.v2.latest" */
	const char *url;
	const char *sha256; /* that it must have; NULL */
	const char *text;   /* raw, or base64 */
	size_t text_length;
};

enum mount_kind { MOUNT_FILE = 1, MOUNT_FOLDER, MOUNT_CACHE };

struct mount {
	enum mount_kind kind;
	char *path;         /* plain; its own */
	const char *cache;  /* its name */
	const char *format; /* NULL: none */
	struct content content;
};

/* Reads them. TC_ERROR_INPUT says, in the payload's terms, what cannot be. For payload_free. */
int payload_read(const tc_json *json, struct mount **mounts, size_t *count, tc_error *err);
void payload_free(struct mount *mounts, size_t count);

/* Whether the task may have them: TC_ERROR_INPUT names what is missing. */
int payload_check(const struct mount *mounts, size_t count, const struct tc_scopes *scopes,
	const char *const *dependencies, size_t dependencies_count, tc_error *err);

/* What a content is, for people: "artifact public/x of task …"; for free(). NULL: no memory. */
char *payload_describe(const struct content *content);

#endif
