/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_GUARD_H
#define TC_PROXY_GUARD_H

/*
 * Who may ask. A browser that a task starts reaches the proxy as well as the task does, and any
 * page that it opens could use the task's scopes. So what only a page sends is refused: an Origin,
 * the browser's own word that another site asks, and a Host that is not this proxy's name, as a
 * page may have had its own name point here (DNS rebinding).
 */

#include "tools/proxy/options.h"

/* What a request says of where it comes from; each may be NULL. */
struct guard_request {
	const char *host, *origin, *site; /* Host, Origin, Sec-Fetch-Site */
	bool repeated;                    /* one of them comes more than once */
};

/* NULL, or a sentence that says why it is refused. `port` is the one that is listened on. */
const char *guard_refusal(
	const struct options *options, unsigned port, const struct guard_request *request);

/* Whether the secret is the one that was given; takes the same time for all. Either may be NULL,
 * which is never right. */
bool guard_is_secret(const char *secret, const char *given);

#endif
