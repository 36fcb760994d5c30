/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_SPOOL_H
#define TC_PROXY_SPOOL_H

/* A request's body while it comes: short ones in memory, which is wiped, longer ones in a file
 * without a name. So their length is known before they are sent, and they can be sent again. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/source.h>

#define SPOOL_MEMORY ((size_t)64 * 1024)

struct spool {
	struct tc__buffer bytes; /* while fd is -1 */
	int fd;
	int64_t length, max;
};

void spool_open(struct spool *spool, int64_t max);

/* Takes bytes. TC_ERROR_INPUT when they are too many, TC_ERROR_NOMEM, or TC_ERROR_SYSTEM when the
 * disk takes no more. */
int spool_add(struct spool *spool, const char *bytes, size_t length, tc_error *err);

/* All of it, for as long as the spool is there. */
void spool_source(const struct spool *spool, struct tc_source *source);

void spool_close(struct spool *spool);

#endif
