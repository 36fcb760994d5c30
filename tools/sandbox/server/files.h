/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_FILES_H
#define TC_SANDBOX_FILES_H

/* What lies outside /api/ and /classic/: the page for people and what it asks for, the bytes of
 * artifacts, the references and schemas of a folder. */

#include "tools/sandbox/request/request.h"

enum {
	FILES_BELOW = 1, /* what lies below the path, too */
	FILES_OURS = 2,  /* for pages of this server alone */
	FILES_CALM = 4,  /* no fault meets it */
	FILES_PAGE = 8,  /* not with --no-page */
	FILES_BYTES = 16 /* anybody's, which any page may read, and no page is made of */
};

struct files_row {
	const char *method; /* NULL: any */
	const char *path;
	unsigned is; /* FILES_… */
	handler_fn *serve;
	void (*begin)(struct request *request); /* before the body comes: where it goes; or NULL */
};

/* Finds request->file_row; NULL when nothing lies there. */
void files_route(struct request *request);

/* Whether the request's row is this. */
bool files_is(const struct request *request, unsigned what);

int files_serve(struct request *request);

#endif
