/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_WEB_H
#define TC_SANDBOX_WEB_H

/*
 * What browsers and caches are told. Under /api/ any page may call, as at a real deployment:
 * nothing is done there without a signature that what is public does not need. Everything else is
 * for pages of this server alone, and so the name by which it was called is looked at: a page of
 * another server may have had its own name point here (DNS rebinding).
 */

#include "tools/sandbox/request/request.h"

struct MHD_Response;

/* 0, or the status of the refusal of a Host that is not this server's. */
int web_check_host(struct request *request);

/* Whether it is a browser's question before the request itself; if so, its reply is prepared and
 * the status stored. */
bool web_is_preflight(struct request *request, int *status);

/* Gives the reply its ETag. True: the client has it already, and the reply is now an empty 304. */
bool web_is_known(struct request *request);

/* CORS and caching, for replies under /api/. */
void web_add_headers(const struct request *request, struct MHD_Response *response);

#endif
