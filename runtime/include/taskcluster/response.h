/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_RESPONSE_H
#define TASKCLUSTER_RESPONSE_H

/* A whole reply. It goes to tc_release(), and all that these functions return with it. One thread
 * at a time. */

#include <taskcluster/json.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_response tc_response;

/* The HTTP status, one that is a success of its operation; anything else became an error. A
 * redirect is never followed. */
TC_API int tc_response_status(const tc_response *response);

/* A header's value by its name in any case, or NULL; of a repeated header the last. What comes
 * behind the body (trailers) is no header. */
TC_API const char *tc_response_header(const tc_response *response, const char *name);

/* Headers by position, for those that repeat; false beyond the end. */
TC_API bool tc_response_header_at(
	const tc_response *response, size_t position, const char **name, const char **value);

/* The ids under which the server's logs know the request, or NULL: x-for-request-id and
 * x-for-trace-id. */
TC_API const char *tc_response_request_id(const tc_response *response);
TC_API const char *tc_response_trace_id(const tc_response *response);

/* Where a redirect points, or NULL. */
TC_API const char *tc_response_location(const tc_response *response);

/* The name that the server gives the bytes (Content-Disposition), without any folder, leading dots
 * and dashes, and marks of direction; NULL when nothing is left or it has control characters. It is
 * the server's choice: do not overwrite what is there. Borrowed. */
TC_API const char *tc_response_file_name(tc_response *response);

/* The body, decoded from its transfer and content encodings (gzip and deflate, whose end must have
 * come), with a NUL behind it; never NULL. */
TC_API const char *tc_response_body(const tc_response *response, size_t *length);

/* The body as JSON, read at the first call and kept; NULL, with TC_ERROR_REPLY, when it is none.
 * Borrowed: it lives with the response. */
TC_API const tc_json *tc_response_json(tc_response *response, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
