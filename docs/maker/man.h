/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_MAN_H
#define TC_DOCS_MAN_H

/* Pages as manual pages: the macros man(7), which groff and mandoc both read. */

#include "docs/maker/page.h"

/* A page that others name: `[a call](api/call.md)` is libtaskcluster-call(7). */
struct man_name {
	const char *path; /* of its source, below the project's folder, */
	const char *file; /* and where that is */
	const char *name;
	const char *section;
};

struct man_page {
	const char *name, *section;
	const char *date, *source; /* "2026-11-30", "taskcluster 0.1.0" */
	struct page **parts;       /* one behind the other; the first says what it is */
	size_t part_count;
	const struct man_name *names;
	size_t name_count;
};

void man_write(struct tc__buffer *out, const struct man_page *page);

#endif
