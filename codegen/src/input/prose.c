/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/prose.h"

#include <stdio.h>
#include <string.h>

#define ITEM_MAX 1024
#define LONG_WORD_MIN 40 /* columns left on a line that are worth a piece of a long word */

/* Takes one character from valid UTF-8. */
static uint32_t next_character(const char **at)
{
	const unsigned char *bytes = (const unsigned char *)*at;
	size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0xffu >> (length + 1));

	for (size_t i = 1; i < length && bytes[i]; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	*at += length;
	return character;
}

/* Typographic signs that have an ASCII spelling. */
static const char *ascii_of(uint32_t character)
{
	static const struct {
		uint32_t character;
		const char *ascii;
	} signs[] = { { 0xa0, " " }, { 0x2010, "-" }, { 0x2011, "-" }, { 0x2012, "-" },
		{ 0x2013, "-" }, { 0x2014, " - " }, { 0x2018, "'" }, { 0x2019, "'" },
		{ 0x201c, "\"" }, { 0x201d, "\"" }, { 0x2022, "*" }, { 0x2026, "..." },
		{ 0x2028, "\n" }, { 0x2029, "\n\n" }, { 0x2192, "->" } };

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (signs[i].character == character)
			return signs[i].ascii;
	}
	return NULL;
}

/* Control characters, marks of direction, and others that take no room: compilers warn of some. */
static bool is_invisible(uint32_t character)
{
	return (character < 0x20 && character != '\n' && character != '\t') ||
		(character >= 0x7f && character < 0xa0) || character == 0xad ||
		(character >= 0x200b && character <= 0x200f) ||
		(character >= 0x202a && character <= 0x202e) ||
		(character >= 0x2060 && character <= 0x206f) || character == 0xfeff ||
		(character >= 0xfff0 && character <= 0xfffb) || character >= 0xe0000;
}

/* Adds a character of a comment, apart from the last one where both together would mean something
 * to a C compiler: the ends of comments, and trigraphs. */
static void add_apart(struct tc__buffer *flat, char c)
{
	char last = flat->length ? flat->data[flat->length - 1] : '\0';

	if ((last == '*' && c == '/') || (last == '/' && c == '*') || (last == '?' && c == '?'))
		tc__buffer_char(flat, ' ');
	tc__buffer_char(flat, c);
}

/* Text with "\n" for all line ends and spaces for tabs, without what is not seen, spaced out. */
static void clean(struct tc__buffer *flat, const char *text)
{
	while (*text) {
		const char *begin = text;
		uint32_t character = next_character(&text);
		const char *ascii = ascii_of(character);
		if (character == '\t')
			ascii = " ";
		if (character == '\r')
			ascii = *text == '\n' ? "" : "\n";
		if (!ascii && is_invisible(character))
			continue;
		const char *from = ascii ? ascii : begin;
		const char *end = ascii ? ascii + strlen(ascii) : text;
		for (; from < end; from++)
			add_apart(flat, *from);
	}
}

static size_t columns_of(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\t')
			columns += 8;
		else if (((unsigned char)text[i] & 0xc0) != 0x80)
			columns++;
	}
	return columns;
}

/* A comment as it is filled. */
struct comment {
	struct tc__buffer *out;
	const char *prefix;
	size_t column; /* 0: no line is open */
};

static void end_line(struct comment *comment)
{
	struct tc__buffer *out = comment->out;

	if (!comment->column)
		return;
	/* a backslash at the end would join the next line */
	if (out->length && out->data[out->length - 1] == '\\')
		tc__buffer_text(out, " .");
	tc__buffer_char(out, '\n');
	comment->column = 0;
}

/* An empty line, whose prefix has no spaces at its end. */
static void empty_line(struct comment *comment)
{
	size_t length = strlen(comment->prefix);

	end_line(comment);
	while (length && comment->prefix[length - 1] == ' ')
		length--;
	tc__buffer_add(comment->out, comment->prefix, length);
	tc__buffer_char(comment->out, '\n');
}

static void add_word(struct comment *comment, const char *word, size_t length)
{
	size_t columns = columns_of(word, length);

	if (comment->column && comment->column + 1 + columns > PROSE_WIDTH)
		end_line(comment);
	if (comment->column) {
		tc__buffer_char(comment->out, ' ');
		comment->column++;
	} else {
		tc__buffer_text(comment->out, comment->prefix);
		comment->column = columns_of(comment->prefix, strlen(comment->prefix));
	}
	tc__buffer_add(comment->out, word, length);
	comment->column += columns;
}

/* Where a word that is too long for a line is cut: behind a sign in the second half of the line, or
 * else between any two characters. */
static size_t cut_of(const char *word, size_t room)
{
	size_t cut = 0, sign = 0;

	for (size_t columns = 0; columns < room; columns++) {
		cut++;
		while (((unsigned char)word[cut] & 0xc0) == 0x80)
			cut++;
		if (columns > room / 2 && strchr(".,;/:", word[cut - 1]))
			sign = cut;
	}
	return sign ? sign : cut;
}

static void add_any_word(struct comment *comment, const char *word, size_t length)
{
	size_t whole = PROSE_WIDTH - columns_of(comment->prefix, strlen(comment->prefix));

	while (columns_of(word, length) > whole) {
		size_t room = whole;
		if (comment->column && comment->column + LONG_WORD_MIN < PROSE_WIDTH)
			room = PROSE_WIDTH - comment->column - 1;
		size_t cut = cut_of(word, room);
		add_word(comment, word, cut);
		word += cut;
		length -= cut;
	}
	if (length)
		add_word(comment, word, length);
}

static bool begins_item(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (digits && digits < 3 && text[digits] == '.' && text[digits + 1] == ' ')
		return true;
	return (*text == '*' || *text == '-') && text[1] == ' ';
}

/* Whether the line feeds at `text` end a line of the comment too. */
static bool breaks_line(const char *text, size_t feeds, bool lines)
{
	return lines || feeds > 1 || begins_item(text) || strncmp(text, "```", 3) == 0;
}

static void fill_comment(struct tc__buffer *out, const char *prefix, const char *text, bool lines)
{
	struct comment comment = { .out = out, .prefix = prefix };
	struct tc__buffer flat = TC__BUFFER(SIZE_MAX / 2);
	bool begun = false, code = false;

	clean(&flat, text);
	out->no_memory |= flat.no_memory;
	for (const char *at = tc__buffer_get(&flat); *at;) {
		size_t feeds = 0;
		for (; *at == ' ' || *at == '\n'; at++)
			feeds += *at == '\n';
		if (!*at)
			break;
		bool fence = strncmp(at, "```", 3) == 0 && (feeds || !begun);
		if (feeds > 1 && begun && !lines)
			empty_line(&comment);
		else if (feeds && (code || breaks_line(at, feeds, lines)))
			end_line(&comment);
		code ^= fence;
		size_t length = strcspn(at, " \n");
		add_any_word(&comment, at, length);
		at += length;
		begun = true;
	}
	end_line(&comment);
	tc__buffer_clear(&flat);
}

void prose_comment(struct tc__buffer *out, const char *prefix, const char *text)
{
	fill_comment(out, prefix, text, false);
}

void prose_comment_lines(struct tc__buffer *out, const char *prefix, const char *text)
{
	fill_comment(out, prefix, text, true);
}

/* Filled lines */

struct fill fill_begin(struct tc__buffer *out, size_t width, const char *first, const char *indent)
{
	tc__buffer_text(out, first);
	return (struct fill){
		.out = out,
		.indent = indent,
		.width = width,
		.column = columns_of(first, strlen(first)),
		.glue = true,
	};
}

static void new_line(struct fill *fill)
{
	tc__buffer_char(fill->out, '\n');
	tc__buffer_text(fill->out, fill->indent);
	fill->column = columns_of(fill->indent, strlen(fill->indent));
	fill->glue = true;
}

static bool is_fresh(const struct fill *fill)
{
	return fill->column == columns_of(fill->indent, strlen(fill->indent));
}

static void add_item(struct fill *fill, const char *item, size_t length)
{
	if (!is_fresh(fill) && fill->column + !fill->glue + length > fill->width)
		new_line(fill);
	if (!fill->glue) {
		tc__buffer_char(fill->out, ' ');
		fill->column++;
	}
	tc__buffer_add(fill->out, item, length);
	fill->column += length;
	fill->glue = false;
}

void fill_add(struct fill *fill, const char *format, ...)
{
	char text[ITEM_MAX];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof text)
		fill->out->too_long = true;
	else
		add_item(fill, text, (size_t)length);
}

void fill_item(struct fill *fill, const char *item)
{
	add_item(fill, item, strlen(item));
}

void fill_close(struct fill *fill, const char *end)
{
	struct tc__buffer *out = fill->out;

	if (out->length && out->data[out->length - 1] == ',')
		tc__buffer_truncate(out, out->length - 1);
	tc__buffer_text(out, end);
	tc__buffer_char(out, '\n');
}

void fill_end(struct fill *fill)
{
	tc__buffer_char(fill->out, '\n');
}

/* A character of a literal as C spells it; gives its length. */
static size_t escape(char *unit, unsigned char byte, char last)
{
	if (byte == '\n')
		return (size_t)snprintf(unit, 8, "\\n");
	if (byte == '\t')
		return (size_t)snprintf(unit, 8, "\\t");
	if (byte == '"' || byte == '\\' || (byte == '?' && last == '?'))
		return (size_t)snprintf(unit, 8, "\\%c", byte);
	if (byte < ' ' || byte > '~')
		return (size_t)snprintf(unit, 8, "\\%03o", byte);
	unit[0] = (char)byte;
	return 1;
}

#define PIECE_MAX 90

void prose_literal(struct tc__buffer *out, const char *text, size_t length)
{
	size_t used = 0;

	tc__buffer_char(out, '"');
	for (size_t i = 0; i < length; i++) {
		char unit[8];
		size_t added = escape(unit, (unsigned char)text[i], i ? text[i - 1] : '\0');
		if (used + added > PIECE_MAX) {
			tc__buffer_text(out, "\" \"");
			used = 0;
		}
		tc__buffer_add(out, unit, added);
		used += added;
	}
	tc__buffer_char(out, '"');
}

void prose_clean(struct tc__buffer *flat, const char *text)
{
	while (*text) {
		const char *begin = text;
		uint32_t character = next_character(&text);
		if (flat->length > PROSE_LITERAL_MAX - 8) {
			tc__buffer_text(flat, "...");
			break;
		}
		if (character == '\r')
			tc__buffer_text(flat, *text == '\n' ? "" : "\n");
		else if (!is_invisible(character))
			tc__buffer_add(flat, begin, (size_t)(text - begin));
	}
	while (flat->length && strchr(" \t\n", flat->data[flat->length - 1]))
		tc__buffer_truncate(flat, flat->length - 1);
}

void prose_text_literal(struct tc__buffer *out, const char *text)
{
	struct tc__buffer flat = TC__BUFFER(SIZE_MAX / 2);

	prose_clean(&flat, text);
	prose_literal(out, tc__buffer_get(&flat), flat.length);
	out->no_memory |= flat.no_memory;
	tc__buffer_clear(&flat);
}

/* Writes a long literal in pieces, cut behind spaces and line feeds. */
static void add_pieces(struct fill *fill, const char *text, const char *end)
{
	size_t room = fill->width - fill->column - 5, used = 0, space = 0;
	char piece[PROSE_TABLE_WIDTH + 16];

	for (const char *at = text; *at; at++) {
		char unit[8];
		size_t length = escape(unit, (unsigned char)*at, at > text ? at[-1] : '\0');
		if (used + length > room) {
			size_t cut = space ? space : used;
			tc__buffer_printf(fill->out, "\"%.*s\"\n%s", (int)cut, piece, fill->indent);
			memmove(piece, piece + cut, used - cut);
			used -= cut;
			space = 0;
			fill->column = columns_of(fill->indent, strlen(fill->indent));
			room = fill->width - fill->column - 5;
		}
		memcpy(piece + used, unit, length);
		used += length;
		if (*at == ' ' || *at == ',')
			space = used;
	}
	tc__buffer_printf(fill->out, "\"%.*s\"%s", (int)used, piece, end);
	fill->column += used + 2 + strlen(end);
	fill->glue = false;
}

void fill_literal(struct fill *fill, const char *member, const char *text, const char *end)
{
	struct tc__buffer flat = TC__BUFFER(SIZE_MAX / 2), item = TC__BUFFER(SIZE_MAX / 2);

	prose_clean(&flat, text);
	tc__buffer_printf(&item, member ? ".%s = \"" : "%s\"", member ? member : "");
	for (size_t i = 0; i < flat.length; i++) {
		char unit[8];
		char last = i ? flat.data[i - 1] : '\0';
		tc__buffer_add(&item, unit, escape(unit, (unsigned char)flat.data[i], last));
	}
	tc__buffer_printf(&item, "\"%s", end);
	if (tc__buffer_failed(&item) || flat.no_memory) {
		fill->out->no_memory = true;
	} else if (columns_of(fill->indent, strlen(fill->indent)) + item.length <= fill->width) {
		add_item(fill, item.data, item.length);
	} else {
		size_t head = member ? strlen(member) + 4 : 0;
		if (!is_fresh(fill))
			new_line(fill);
		tc__buffer_add(fill->out, item.data, head);
		fill->column += head;
		add_pieces(fill, tc__buffer_get(&flat), end);
	}
	tc__buffer_clear(&flat);
	tc__buffer_clear(&item);
}
