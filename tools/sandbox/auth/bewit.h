/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_BEWIT_H
#define TC_SANDBOX_BEWIT_H

#include "runtime/src/base/memory.h"

/* A URL that carries its credentials: `root` (without a path) and `path` with a bewit of the client
 * `id`, good until `expiry_s`. NULL when memory ends, or `root` names no host. */
const char *bewit_url(struct tc__arena *arena, const char *root, const char *path, const char *id,
	const char *access_token, int64_t expiry_s);

#endif
