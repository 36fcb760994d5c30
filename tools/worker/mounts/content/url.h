/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_URL_H
#define WORKER_MOUNTS_URL_H

/* What a URL brings, into a file, with its hash: without credentials, redirects are followed. */

#include <taskcluster/loop.h>

struct url_fetch;

/* One of sha256 and err. */
typedef void url_fn(void *data, const char *sha256, int64_t length, const tc_error *err);

/* Into a new file in a folder, whose descriptor is used only now. `then` comes once, later,
 * unless url_stop comes first. */
int url_start(tc_loop *loop, tc_client *client, const char *url, int folder, const char *name,
	url_fn *then, void *data, struct url_fetch **fetch, tc_error *err);
void url_stop(struct url_fetch *fetch); /* NULL is fine */

#endif
