/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_COMMON_H
#define TC_SANDBOX_COMMON_H

/* What every service answers alike, and what their handlers share. */

#include "error.h"

/* The release of Taskcluster whose references it serves, as __version__ says it. */
#define SANDBOX_RELEASE "106.0.0-sandbox"

handler_fn common_ping, common_heartbeat, common_version;

/* A member of the body that must be there: its text, or NULL when it is absent or no string. */
const char *common_text(const struct request *request, const char *name, const char *fallback);

/* A date in the body; `fallback` when it is absent, -1 when it is no date. */
int64_t common_date(const struct request *request, const char *name, int64_t fallback);

/* Paging by key: how many rows a page may have, and after which key it begins ("" for the first).
 * False when the token is none of ours. */
#define PAGE_MAX 1000
struct page {
	int64_t limit;
	const char *after;
};
bool common_page(struct request *request, struct page *page);

/* Writes the continuationToken for the page after `last`. */
void common_continue(struct request *request, const char *last);

/* An empty reply: 200 `{}`. */
int common_empty(struct request *request);

/* A stored JSON array of scopes as a set. */
bool common_scopes(struct request *request, const char *json, struct tc_scopes *scopes);

void common_write_scopes(struct writer *writer, const struct tc_scopes *scopes);

#endif
