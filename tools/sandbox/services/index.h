/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_INDEX_H
#define TC_SANDBOX_INDEX_H

#include "tools/sandbox/request/request.h"

/* What the classic Index shares with the present one. */
handler_fn index_find_task, index_insert_task, index_list_tasks, index_list_namespaces;

#endif
