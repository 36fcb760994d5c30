/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_BENCH_BARE_TYPE_H
#define TC_BENCH_BARE_TYPE_H

#include "tests/harness/task_group.h"

/* What yajl_gen needs to write a task when it is fed by hand, without any check. The length of the
 * text, or 0. */
size_t bare_type_encode(const struct tt_task *task);

#endif
