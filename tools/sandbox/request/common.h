/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_COMMON_H
#define TC_SANDBOX_COMMON_H

/* What every service answers alike, and what their handlers share. */

#include "tools/sandbox/request/error.h"

/* The release of Taskcluster whose references it serves, as __version__ says it. */
#define SANDBOX_RELEASE "106.0.0-sandbox"

handler_fn common_ping, common_heartbeat, common_version;

/* The client that signs what the Queue gives away; made at the start. Its token is
 * sandbox->storage_key. */
#define QUEUE_ISSUER "static/taskcluster/queue"

/* A member of the body that must be there: its text, or NULL when it is absent or no string. */
const char *common_text(const struct request *request, const char *name, const char *fallback);

/* A date in the body; `fallback` when it is absent, -1 when it is no date. */
int64_t common_date(const struct request *request, const char *name, int64_t fallback);

/* Paging by key: how many rows a page may have, and after which key it begins ("" for the first).
 * False when the token is none of ours, and common_refuse_page says so. */
#define PAGE_MAX 1000
struct page {
	int64_t limit;
	const char *after;
};
bool common_page(struct request *request, struct page *page);
int common_refuse_page(struct request *request);

/*
 * A page of rows, of a query for one more than the limit: `write` writes a row as an item. Ends the
 * rows. common_list makes the whole reply, `{name: […], continuationToken}`; common_list_into
 * writes into an object that is open.
 */
typedef void write_row_fn(struct request *request, struct row *row);
struct list {
	const char *name;
	write_row_fn *write;
	int key; /* the column that the pages are in order of */
};
int common_list(
	struct request *request, const struct list *list, const struct page *page, struct row *row);
void common_list_into(
	struct request *request, const struct list *list, const struct page *page, struct row *row);

/* One row as the reply, or 404 with what was not found. */
int common_one(struct request *request, struct row *row, write_row_fn *write, const char *what);

/* An empty reply: 200 `{}`. */
int common_empty(struct request *request);

/* 303 to a place (NULL: memory has ended) with no JSON, but a sentence that says so. */
int common_redirect(struct request *request, const char *location);

/* A stored JSON array of scopes as a set. */
bool common_scopes(struct request *request, const char *json, struct tc_scopes *scopes);

/* A client that signs temporary credentials. */
struct issuer {
	const char *client_id, *access_token;
};

void common_write_scopes(struct writer *writer, const struct tc_scopes *scopes);

/* Writes the member `credentials`: temporary ones, signed as the Queue signs what it gives away.
 * False when memory ends, or had ended before (`name` is NULL). */
bool common_write_credentials(struct request *request, const char *name,
	const struct tc_scopes *scopes, int64_t start_ms, int64_t expiry_ms);

/* The same by an issuer of the caller's own, whose id they have where `name` is NULL. */
bool common_write_issued(struct request *request, const struct issuer *issuer, const char *name,
	const struct tc_scopes *scopes, int64_t start_ms, int64_t expiry_ms);

/* Whether two JSON texts say the same. */
bool common_same_json(const char *a, const char *b);

#endif
