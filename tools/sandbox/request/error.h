/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_ERROR_H
#define TC_SANDBOX_ERROR_H

/* The ways to say no: JSON bodies {code, message, requestInfo} with the services' own codes. */

#include "tools/sandbox/request/request.h"

enum refusal {
	MALFORMED_PAYLOAD,
	INVALID_REQUEST_ARGUMENTS,
	INPUT_VALIDATION_ERROR,
	INPUT_ERROR,
	AUTHENTICATION_FAILED,
	INSUFFICIENT_SCOPES,
	RESOURCE_NOT_FOUND,
	NO_MATCHING_METHOD,
	REQUEST_CONFLICT,
	RESOURCE_EXPIRED,
	INTERNAL_SERVER_ERROR,
	NOT_IMPLEMENTED
};

/* Prepares the refusal instead of whatever was written; returns its HTTP status. */
TC_PRINTF(3, 4) int refuse(struct request *request, enum refusal refusal, const char *format, ...);

/* With a status and code of the caller's own. */
int refuse_with(struct request *request, int status, const char *code, const char *message);

/* What stands for a service that broke or cannot be reached: an HTML page. */
int refuse_html(struct request *request, int status, const char *title);

/* 404 {"error":"Not found"}: no such route. */
int refuse_route(struct request *request);

#endif
