/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_KEYWORDS_H
#define TC_SCHEMA_KEYWORDS_H

/* The keywords of JSON Schema: what their values are, and since which draft they count. */

#include <taskcluster/json.h>

enum keyword_shape {
	KEYWORD_ANY,          /* no matter: it only says something to people */
	KEYWORD_VALUE,        /* any value */
	KEYWORD_VALUES,       /* an array of any */
	KEYWORD_SCHEMA,       /* a schema */
	KEYWORD_FLAG_SCHEMA,  /* the same, which may be a boolean also in draft 4 */
	KEYWORD_SCHEMAS,      /* an array of them, with at least one */
	KEYWORD_ITEMS,        /* a schema, or an array of them */
	KEYWORD_SCHEMA_MAP,   /* an object of them */
	KEYWORD_DEFINITIONS,  /* the same, which asks for nothing */
	KEYWORD_PATTERN_MAP,  /* the same, by patterns */
	KEYWORD_DEPENDENCIES, /* the same, or arrays of names */
	KEYWORD_TYPES,        /* a type, or an array of them */
	KEYWORD_NAMES,        /* an array of texts */
	KEYWORD_TEXT,         /* a text */
	KEYWORD_OLD_ID,       /* the same in draft 4, and later nothing */
	KEYWORD_PATTERN,      /* a pattern */
	KEYWORD_FORMAT,       /* a format's name */
	KEYWORD_NUMBER,       /* a number */
	KEYWORD_POSITIVE,     /* a number above 0 */
	KEYWORD_LIMIT,        /* a number; in draft 4 a boolean */
	KEYWORD_COUNT,        /* an integer from 0 */
	KEYWORD_FLAG,         /* a boolean */
	KEYWORD_FOREIGN       /* of another draft: it cannot be left out, and is not understood */
};

struct keyword {
	const char *name;
	enum keyword_shape shape;
	int since; /* the draft */
};

/* NULL for one that is in no draft. */
const struct keyword *keyword_find(const char *name);

/* By position; NULL is behind the last. */
const struct keyword *keyword_at(size_t position);

/* What is wrong with a value that is no schema and holds none: "must be …"; NULL: nothing.
 * `draft` 0: of any. */
const char *keyword_problem(enum keyword_shape shape, const tc_json *value, int draft);

/* The draft that a $schema names; 0: it is none of 4, 6 and 7. */
int keyword_draft(const char *uri);

#endif
