/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_TEXT_H
#define WORKER_MOUNTS_TEXT_H

#include "tools/worker/mounts/content/payload.h"

/* Content that stands in the payload itself (raw, base64) as a file without a name; -1: *err. */
int text_open(const struct content *content, tc_error *err);

#endif
