/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_METADATA_H
#define WORKER_METADATA_H

#include "tools/worker/options/options.h"

/* What each log begins with: the pool's workerTypeMetadata and what kind of worker this is, as JSON
 * with an indent of two, each line indented by two more. For free; NULL without memory. */
char *metadata_make(const struct options *options);

#endif
