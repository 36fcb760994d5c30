/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_REDIRECT_H
#define TC_RUNTIME_REDIRECT_H

/* Where a redirect leads, and whether one may follow it. Pure. */

#include "runtime/src/base/error.h"

/* Whether a reply of this status to a GET asks to go elsewhere. */
bool tc__is_redirect(int status);

/*
 * The URL that a Location (RFC 9110, 10.2.2), absolute or relative, names as seen from `from`,
 * which is one that was sent; without its fragment, for tc_release. TC_ERROR_HTTP says why it
 * cannot be followed: it leads from https to http, or is no URL of these two, or one with a user's
 * name or a password.
 */
int tc__redirect_url(const char *from, const char *location, char **url, tc_error *err);

/* Whether two URLs are of one origin: scheme, host and port. */
bool tc__same_origin(const char *a, const char *b);

#endif
