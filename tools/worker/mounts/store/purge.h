/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_PURGE_H
#define WORKER_MOUNTS_PURGE_H

/* Purge-cache is asked before the first task, before each with a writable cache, and every few
 * hours, for what came since the last time (and a little before it, as clocks differ). */

#include "tools/worker/mounts/store/state.h"

/* Whether it is to be asked before a task. */
bool purge_is_due(const struct mounts_store *store, bool has_cache);

/* Asks. `on_done` gets the reply for purge_obey; *run is for tc_loop_cancel. */
int purge_ask(
	struct mounts_store *store, tc_done_fn *on_done, void *data, uint64_t *run, tc_error *err);

/* Removes what the reply names. `asked`: when it was asked. *count caches. */
int purge_obey(struct mounts_store *store, const tc_response *response, int64_t asked, int *count,
	tc_error *err);

#endif
