/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/page.h"

#include <ctype.h>
#include <string.h>

struct reader {
	struct page *page;
	const char *at, *line;
	size_t length;
	bool has_line;
};

static void advance(struct reader *reader)
{
	reader->has_line = next_line(&reader->at, &reader->line, &reader->length);
}

static bool line_begins(const struct reader *reader, const char *text)
{
	return reader->has_line && reader->length >= strlen(text) && begins(reader->line, text);
}

static bool is_blank(const struct reader *reader)
{
	return strspn(reader->line, " \t") >= reader->length;
}

static struct block *add_block(struct reader *reader, enum block_kind kind)
{
	struct page *page = reader->page;

	page->blocks = grow(page->blocks, &page->count, sizeof *page->blocks);
	struct block *block = &page->blocks[page->count - 1];
	*block = (struct block){ .kind = kind, .text = "", .language = "" };
	return block;
}

/* "- ", "1. ": the length of the mark with its space; 0: none. */
static size_t item_mark(const struct reader *reader)
{
	if (line_begins(reader, "- ") || line_begins(reader, "* "))
		return 2;
	size_t digits = strspn(reader->line, "0123456789");
	return digits && digits < 3 && begins(reader->line + digits, ". ") ? digits + 2 : 0;
}

static size_t heading_level(const struct reader *reader)
{
	size_t level = strspn(reader->line, "#");

	return level && level < 7 && reader->line[level] == ' ' ? level : 0;
}

static bool begins_block(const struct reader *reader)
{
	return is_blank(reader) || heading_level(reader) || item_mark(reader) ||
		line_begins(reader, "```") || line_begins(reader, "|");
}

static const char *take(struct tc__buffer *text)
{
	const char *taken = keep_text(tc__buffer_get(text), text->length);

	tc__buffer_clear(text);
	return taken;
}

static const char *anchor_of(const char *text)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	for (text = spans_plain(text); *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == ' ')
			tc__buffer_char(&out, '-');
		else if (isalnum(c) || c == '-' || c == '_')
			tc__buffer_char(&out, (char)tolower(c));
	}
	return take(&out);
}

const struct block *page_heading(const struct page *page, const char *anchor)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct block *block = &page->blocks[i];
		if (block->anchor && strcmp(block->anchor, anchor) == 0)
			return block;
	}
	return NULL;
}

/* The second of a name has a number behind it, from 1 on. */
static const char *free_anchor(const struct page *page, const char *text)
{
	const char *name = anchor_of(text), *anchor = name;

	for (int number = 1; page_heading(page, anchor); number++)
		anchor = keep_printf("%s-%d", name, number);
	return anchor;
}

static void read_heading(struct reader *reader)
{
	struct block *block = add_block(reader, BLOCK_HEADING);

	block->level = (int)heading_level(reader);
	block->text = keep_text(
		reader->line + block->level + 1, reader->length - (size_t)block->level - 1);
	block->anchor = free_anchor(reader->page, block->text);
	advance(reader);
}

/* Up to the fence; what stands before it on each line as on the first is no part of it. */
static void read_fence(struct reader *reader)
{
	struct block *block = add_block(reader, BLOCK_CODE);
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);

	block->language = keep_text(reader->line + 3, reader->length - 3);
	for (advance(reader); !line_begins(reader, "```"); advance(reader)) {
		if (!reader->has_line)
			die("%s: code that has no end", reader->page->path);
		tc__buffer_add(&text, reader->line, reader->length);
		tc__buffer_char(&text, '\n');
	}
	advance(reader);
	block->text = take(&text);
}

static void read_indented(struct reader *reader)
{
	struct block *block = add_block(reader, BLOCK_CODE);
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);
	size_t blank = 0;

	for (; reader->has_line && (is_blank(reader) || line_begins(reader, "    "));
		advance(reader)) {
		if (is_blank(reader)) {
			blank++;
			continue;
		}
		for (; blank; blank--)
			tc__buffer_char(&text, '\n');
		tc__buffer_add(&text, reader->line + 4, reader->length - 4);
		tc__buffer_char(&text, '\n');
	}
	block->text = take(&text);
}

static void add_cell(struct block *block, const char *cell, size_t length)
{
	while (length && *cell == ' ')
		cell++, length--;
	while (length && cell[length - 1] == ' ')
		length--;
	block->cells = grow(block->cells, &block->cell_count, sizeof *block->cells);
	block->cells[block->cell_count - 1] = keep_text(cell, length);
}

/* Cells end at bars, but for those behind a backslash or within code. */
static size_t read_row(struct reader *reader, struct block *block)
{
	const char *end = reader->line + reader->length, *cell = reader->line + 1;
	size_t columns = 0;
	bool code = false;

	for (const char *at = cell; at < end; at++) {
		code ^= *at == '`';
		if (*at == '\\' && at + 1 < end) {
			at++;
		} else if (*at == '|' && !code) {
			add_cell(block, cell, (size_t)(at - cell));
			cell = at + 1;
			columns++;
		}
	}
	advance(reader);
	return columns;
}

static void read_table(struct reader *reader)
{
	struct block *block = add_block(reader, BLOCK_TABLE);

	block->columns = read_row(reader, block);
	if (line_begins(reader, "|--") || line_begins(reader, "| --"))
		advance(reader);
	while (line_begins(reader, "|")) {
		size_t columns = read_row(reader, block);
		if (columns != block->columns)
			die("%s: a row of a table of %zu columns has %zu, behind \"%s\"",
				reader->page->path, block->columns, columns,
				block->cells[block->cell_count - 1]);
	}
}

static void add_line(struct tc__buffer *text, const char *line, size_t length)
{
	if (text->length)
		tc__buffer_char(text, '\n');
	tc__buffer_add(text, line, length);
}

static void read_item(struct reader *reader)
{
	struct block *block = add_block(reader, BLOCK_ITEM);
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);
	size_t mark = item_mark(reader);

	block->mark = keep_text(reader->line, mark - 1);
	add_line(&text, reader->line + mark, reader->length - mark);
	for (advance(reader); line_begins(reader, "  "); advance(reader)) {
		size_t indent = strspn(reader->line, " ");
		if (indent >= reader->length)
			break;
		add_line(&text, reader->line + indent, reader->length - indent);
	}
	block->text = take(&text);
}

static void read_paragraph(struct reader *reader)
{
	struct block *block = add_block(reader, BLOCK_PARAGRAPH);
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);

	do {
		add_line(&text, reader->line, reader->length);
		advance(reader);
	} while (reader->has_line && !begins_block(reader));
	block->text = take(&text);
}

struct page *page_read(const char *path)
{
	struct page *page = keep(sizeof *page);
	struct reader reader = { .page = page, .at = read_file(path) };

	page->path = path;
	advance(&reader);
	while (reader.has_line) {
		if (is_blank(&reader))
			advance(&reader);
		else if (heading_level(&reader))
			read_heading(&reader);
		else if (line_begins(&reader, "```"))
			read_fence(&reader);
		else if (line_begins(&reader, "    "))
			read_indented(&reader);
		else if (line_begins(&reader, "|"))
			read_table(&reader);
		else if (item_mark(&reader))
			read_item(&reader);
		else
			read_paragraph(&reader);
	}
	return page;
}

/* ---- spans ---- */

/* Where a pair of marks that begins here ends; NULL: it is none. */
static const char *find_end(const char *at, const char *end, const char *mark)
{
	size_t length = strlen(mark);

	for (const char *here = at + length + 1; here + length <= end; here++) {
		bool closes =
			memcmp(here, mark, length) == 0 && here[-1] != ' ' && here[-1] != '\\';
		if (closes && (length > 1 || here + 1 == end || !isalnum((unsigned char)here[1])))
			return here;
	}
	return NULL;
}

static bool read_code(const char **at, const char *end, struct span *span)
{
	const char *close = memchr(*at + 1, '`', (size_t)(end - *at) - 1);

	if (**at != '`' || !close)
		return false;
	*span = (struct span){ SPAN_CODE, *at + 1, (size_t)(close - *at) - 1, NULL };
	*at = close + 1;
	return true;
}

static bool read_marked(
	const char **at, const char *end, const char *mark, enum span_kind kind, struct span *span)
{
	size_t length = strlen(mark);

	if ((size_t)(end - *at) <= 2 * length || memcmp(*at, mark, length) != 0 ||
		(*at)[length] == ' ')
		return false;
	const char *close = find_end(*at, end, mark);
	if (!close)
		return false;
	*span = (struct span){ kind, *at + length, (size_t)(close - *at) - length, NULL };
	*at = close + length;
	return true;
}

static bool read_link(const char **at, const char *end, struct span *span)
{
	if (**at != '[')
		return false;
	const char *close = memchr(*at, ']', (size_t)(end - *at));
	if (!close || close + 1 == end || close[1] != '(')
		return false;
	const char *stop = memchr(close, ')', (size_t)(end - close));
	if (!stop)
		return false;
	*span = (struct span){ SPAN_LINK, *at + 1, (size_t)(close - *at) - 1,
		keep_text(close + 2, (size_t)(stop - close) - 2) };
	*at = stop + 1;
	return true;
}

static bool read_special(const char **at, const char *end, struct span *span)
{
	return read_code(at, end, span) || read_marked(at, end, "**", SPAN_STRONG, span) ||
		read_marked(at, end, "*", SPAN_EMPHASIS, span) || read_link(at, end, span);
}

bool span_next(const char **at, const char *end, struct span *span)
{
	const char *begin = *at;

	if (begin >= end)
		return false;
	if (*begin == '\\' && begin + 1 < end && ispunct((unsigned char)begin[1])) {
		*span = (struct span){ SPAN_TEXT, begin + 1, 1, NULL };
		*at = begin + 2;
		return true;
	}
	if (read_special(at, end, span))
		return true;
	const char *stop = begin + 1;
	while (stop < end && !strchr("`*[\\", *stop))
		stop++;
	*span = (struct span){ SPAN_TEXT, begin, (size_t)(stop - begin), NULL };
	*at = stop;
	return true;
}

static void add_plain(struct tc__buffer *out, const char *text, const char *end)
{
	struct span span;

	while (span_next(&text, end, &span)) {
		if (span.kind == SPAN_TEXT || span.kind == SPAN_CODE)
			tc__buffer_add(out, span.text, span.length);
		else
			add_plain(out, span.text, span.text + span.length);
	}
}

const char *spans_plain(const char *text)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	add_plain(&out, text, text + strlen(text));
	return take(&out);
}
