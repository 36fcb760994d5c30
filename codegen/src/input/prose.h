/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_PROSE_H
#define TC_CODEGEN_PROSE_H

/* Any text into C: as a comment or as a string literal that compilers take without a warning and
 * read back as the same text; and lines filled up to a number of columns, with tabs of 8. */

#include "runtime/src/base/buffer.h"

#define PROSE_WIDTH 100       /* of comments and declarations */
#define PROSE_TABLE_WIDTH 120 /* of tables */

/* The most bytes of a string literal: C compilers need not take more than 4095. */
#define PROSE_LITERAL_MAX 4000

/*
 * Writes the inside of a comment, each line with the prefix. Prose is filled anew: empty lines
 * separate paragraphs, and list items begin lines. What could end the comment, nest one, or join
 * lines is spaced out; typographic signs become ASCII, and what no eye can see is dropped.
 */
void prose_comment(struct tc__buffer *out, const char *prefix, const char *text);

/* The same for text whose line feeds are meant. */
void prose_comment_lines(struct tc__buffer *out, const char *prefix, const char *text);

/* Writes a text of any bytes as a string literal, in pieces of one line's length with spaces
 * between them. */
void prose_literal(struct tc__buffer *out, const char *text, size_t length);

/* The same for text for people, made clean. */
void prose_text_literal(struct tc__buffer *out, const char *text);

/* Adds text for people without what is not seen and the white space at its end, and cut where it is
 * too long for a literal. */
void prose_clean(struct tc__buffer *flat, const char *text);

/* Items on lines, separated by spaces, each line as full as it gets. */
struct fill {
	struct tc__buffer *out;
	const char *indent; /* of the lines behind the first */
	size_t width, column;
	bool glue; /* no space before the next item */
};

/* Begins with `first` on a fresh line, which the first item follows without a space. */
struct fill fill_begin(struct tc__buffer *out, size_t width, const char *first, const char *indent);

TC_PRINTF(2, 3) void fill_add(struct fill *fill, const char *format, ...);

/* The same for one item of any length, as it is. */
void fill_item(struct fill *fill, const char *item);

/* Adds `.member = "text"` and `end` as an item, on several lines where it is too long for one; a
 * NULL member: only the text. */
void fill_literal(struct fill *fill, const char *member, const char *text, const char *end);

/* Ends the line behind `end`, which replaces a comma at the end of the last item. */
void fill_close(struct fill *fill, const char *end);

/* Ends the line. */
void fill_end(struct fill *fill);

#endif
