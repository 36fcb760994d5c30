/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_HANDLERS_H
#define TC_SANDBOX_HANDLERS_H

/* Which function answers which operation. A service's file ends in its table; a row names the
 * operation as "service.function". */

#include "tools/sandbox/request/request.h"

struct handler {
	const char *name;
	handler_fn *run;
	bool authorizes; /* it calls authorize() itself, with values that are not in the request */
};

/* Ends with a row whose name is NULL. */
extern const struct handler auth_handlers[];
extern const struct handler auth_client_handlers[];
extern const struct handler auth_role_handlers[];
extern const struct handler queue_handlers[];
extern const struct handler index_handlers[];
extern const struct handler object_handlers[];
extern const struct handler secrets_handlers[];
extern const struct handler purge_cache_handlers[];
extern const struct handler notify_handlers[];
extern const struct handler worker_manager_handlers[];
extern const struct handler hooks_handlers[];
extern const struct handler classic_handlers[];
extern const struct handler classic_queue_handlers[];
extern const struct handler classic_scheduler_handlers[];

#endif
