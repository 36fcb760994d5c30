/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_PAGE_H
#define TC_DOCS_PAGE_H

/* A page as it is written: the part of Markdown that this project's pages use, as blocks, and what
 * is within a line, as spans. What it does not know is text. */

#include "docs/maker/base.h"

enum block_kind {
	BLOCK_HEADING,
	BLOCK_PARAGRAPH,
	BLOCK_ITEM, /* of a list; further lines are indented */
	BLOCK_CODE,
	BLOCK_TABLE
};

struct block {
	enum block_kind kind;
	int level;            /* HEADING: from 1, */
	const char *anchor;   /* and what it is called in addresses, as the hosts of such pages
				 do it: "what-it-costs", and "what-it-costs-1" for another */
	const char *mark;     /* ITEM: "-" or "1." */
	const char *language; /* CODE: "c"; "": none was said */
	const char *text;     /* with its spans; of code, as it is */
	const char **cells;   /* TABLE: row by row, the first has the headings */
	size_t columns, cell_count;
};

struct page {
	const char *path;
	struct block *blocks;
	size_t count;
};

struct page *page_read(const char *path);

enum span_kind { SPAN_TEXT, SPAN_CODE, SPAN_STRONG, SPAN_EMPHASIS, SPAN_LINK };

struct span {
	enum span_kind kind;
	const char *text; /* what is within; of all but TEXT and CODE, with spans of its own */
	size_t length;
	const char *target; /* LINK */
};

/* Takes a span from a text of `end - *at` bytes; false at the end. */
bool span_next(const char **at, const char *end, struct span *span);

/* The text of spans without their marks. */
const char *spans_plain(const char *text);

/* The block of a heading; NULL: there is none. */
const struct block *page_heading(const struct page *page, const char *anchor);

#endif
