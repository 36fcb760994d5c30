/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_HTML_H
#define TC_DOCS_HTML_H

/* What pages and headers are in HTML, without what surrounds them. */

#include "docs/maker/site.h"

struct html {
	struct tc__buffer *out;
	const struct site *site;
	const struct leaf *leaf; /* the one that is written */
};

void html_text(struct tc__buffer *out, const char *text, size_t length);

void html_page(struct html *html);
void html_header(struct html *html);

#endif
