/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_URI_H
#define TC_SCHEMA_URI_H

/* URIs (RFC 3986), by which schemas name themselves and each other. */

#include <stdbool.h>
#include <stddef.h>

/* What a reference means as seen from a base, without its fragment: for free(), NULL when memory
 * ends. A base that is but a path, "/schemas/queue/v1/task.json", stays one. */
char *uri_resolve(const char *base, const char *reference);

/* The text with what %XX stands for in place of it, for free(); NULL when memory ends. */
char *uri_decode(const char *text);

/* The path as one of a URI: what has no place in it as %XX. The same. */
char *uri_encode_path(const char *path);

/* Whether a text begins with %XX. */
bool uri_is_percent(const char *text);

/* Whether two absolute URIs have one scheme, host and port. */
bool uri_same_origin(const char *a, const char *b);

enum uri_kind { URI_ABSOLUTE = 0, URI_REFERENCE = 1, URI_INTERNATIONAL = 2 };

/* Whether a text is a URI: `kind` of URI_REFERENCE: or a relative reference; of URI_INTERNATIONAL:
 * other letters than those of ASCII may stand in it. */
bool uri_is(const char *text, unsigned kind);

#endif
