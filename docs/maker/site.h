/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_SITE_H
#define TC_DOCS_SITE_H

/*
 * The reference in HTML: pages and headers, each a file of its own beside the others, that link to
 * each other by whatever names they mention. It needs no server and nothing from elsewhere.
 */

#include "docs/maker/page.h"
#include "docs/maker/source.h"

/* A page or a header, and the file it becomes. */
struct leaf {
	const char *group; /* in the list of all */
	const char *title;
	const char
		*path; /* of a page: below the project's folder; of a header: as it is included */
	const char *file; /* "api-call.html" */
	struct page *page;
	struct source *source;
};

struct name {
	const char *name;
	const char *file;
	const char *comment; /* what is said of it; "" */
	bool is_weak;
};

struct site {
	const char *root; /* the project's folder */
	struct leaf *leaves;
	size_t leaf_count;
	struct name *names; /* in alphabetical order, once site_sort was called */
	size_t name_count;
};

void site_add_page(struct site *site, const char *group, const char *path, const char *from);
void site_add_header(struct site *site, const char *group, const char *path, const char *name);

/* After the last of them: each name is there once. */
void site_sort(struct site *site);

/* NULL: there is none. */
const struct name *site_find(const struct site *site, const char *name);
const struct leaf *site_leaf(const struct site *site, const char *path);

/* Writes all files; the first link that leads nowhere ends it. */
void site_write(const struct site *site, const char *folder);

#endif
