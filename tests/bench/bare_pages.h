/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_PAGES_H
#define TC_TESTS_BARE_PAGES_H

/* The bare side of the paging measures: yajl with callbacks that only count, fed from memory in
 * pieces, or by libcurl over one kept connection with every byte prepared. */

#include <stddef.h>

/* Parses a text piece by piece; the number of events. Aborts on failure. */
size_t bare_pages_parse(const char *text, size_t length, size_t piece);

struct bare_pages;

struct bare_pages *bare_pages_new(const char *authorization);
void bare_pages_compress(struct bare_pages *pages);               /* asks for gzip */
size_t bare_pages_get(struct bare_pages *pages, const char *url); /* events; aborts on failure */
void bare_pages_free(struct bare_pages *pages);

#endif
