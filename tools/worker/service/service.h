/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_SERVICE_H
#define WORKER_SERVICE_H

/* The worker as a whole, from its options to its exit code. */

#include "tools/worker/options/options.h"

/* Claims and runs tasks until there is a reason to stop; an enum options_exit. */
int service_run(const struct options *options);

#endif
