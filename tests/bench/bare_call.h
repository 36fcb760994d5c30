/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_CALL_H
#define TC_TESTS_BARE_CALL_H

/* The bare side of the call measures: libcurl's easy interface over one kept connection, with every
 * byte prepared beforehand; its callbacks only count. */

#include <stddef.h>

struct bare_call;

/* `lines` are header lines, with \n between them; `body` NULL for a GET. */
struct bare_call *bare_call_new(const char *url, const char *lines, const char *body);
void bare_call_perform(struct bare_call *call);  /* aborts unless the status is below 300 */
void bare_call_compress(struct bare_call *call); /* asks for gzip */
size_t bare_call_bytes(const struct bare_call *call);
void bare_call_free(struct bare_call *call);

#endif
