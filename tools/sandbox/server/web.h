/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_WEB_H
#define TC_SANDBOX_WEB_H

/*
 * What browsers and caches are told. Under /api/ any page may call, as at a real deployment:
 * nothing is done there without a signature that what is public does not need. The page and what
 * it asks for are for pages of this server alone, by Origin; and so the name by which it was called
 * is looked at everywhere: a page of another server may have had its own name point here (DNS
 * rebinding).
 */

#include "tools/sandbox/request/request.h"

struct MHD_Response;

/* 0, or the status of the refusal of a Host that is not this server's. */
int web_check_host(struct request *request);

/* 0, or the status of the refusal of another server's page, where only our own may ask. */
int web_check_origin(struct request *request);

/* Whether it is a browser's question before the request itself; if so, its reply is prepared and
 * the status stored. */
bool web_is_preflight(struct request *request, int *status);

/* Gives the reply its ETag. True: the client has it already, and the reply is now an empty 304. */
bool web_is_known(struct request *request);

/* CORS and caching under /api/; elsewhere what keeps a browser from taking a reply for more than it
 * is. */
void web_add_headers(const struct request *request, struct MHD_Response *response);

#endif
