/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_SOURCE_H
#define TC_DOCS_SOURCE_H

/*
 * A public header, as this project writes them: pieces between blank lines, each a comment, a
 * declaration, or a comment with what it says something of behind it. Nothing but that shape is
 * known of C, and of declarations what they are of.
 */

#include "docs/maker/base.h"

/* A name that a piece declares, and where in its code. */
struct declared {
	const char *name;
	size_t place;
	bool is_weak; /* `struct tc_type;` alone: others may say more of it */
};

struct piece {
	const char *comment; /* without its marks; NULL */
	const char *code;    /* NULL */
	struct declared *names;
	size_t name_count;
};

struct source {
	const char *name; /* "taskcluster/queue.h" */
	struct piece *pieces;
	size_t count;
};

struct source *source_read(const char *path, const char *name);

enum token { TOKEN_NAME, TOKEN_COMMENT, TOKEN_TEXT, TOKEN_OTHER };

/* Takes a token of C: a name, a comment, a literal, or one character. Its length, 0 at the end. */
size_t token_next(const char *at, enum token *token);

#endif
