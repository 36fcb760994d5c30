/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/source.h"

#include <ctype.h>
#include <string.h>

/* ---- tokens ---- */

static size_t literal_length(const char *at)
{
	const char *end = at + 1;

	while (*end && *end != *at)
		end += *end == '\\' && end[1] ? 2 : 1;
	return (size_t)(end - at) + (*end != '\0');
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

size_t token_next(const char *at, enum token *token)
{
	size_t length = 1;

	*token = TOKEN_OTHER;
	if (!*at)
		return 0;
	if (begins(at, "/*")) {
		const char *end = strstr(at, "*/");
		*token = TOKEN_COMMENT;
		return end ? (size_t)(end - at) + 2 : strlen(at);
	}
	if (*at == '"' || *at == '\'') {
		*token = TOKEN_TEXT;
		return literal_length(at);
	}
	if (!is_name(*at))
		return 1;
	*token = isdigit((unsigned char)*at) ? TOKEN_TEXT : TOKEN_NAME;
	while (is_name(at[length]))
		length++;
	return length;
}

/* ---- what code declares ---- */

struct reading {
	struct piece *piece;
	int braces, parens;
	size_t words;      /* of the statement, */
	size_t last_place; /* and the last of them */
	const char *last, *first;
	bool is_declared;   /* the statement's name is known */
	bool is_enumerator; /* a name would be one */
	bool is_tag;        /* struct, union or enum came last */
	bool in_enum;
};

static void declare(struct reading *reading, const char *name, size_t place, bool is_weak)
{
	struct piece *piece = reading->piece;

	piece->names = grow(piece->names, &piece->name_count, sizeof *piece->names);
	piece->names[piece->name_count - 1] = (struct declared){ name, place, is_weak };
}

static char next_sign(const char *at)
{
	return at[strspn(at, " \t\n")];
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

static void read_word(struct reading *reading, const char *word, size_t place, char next)
{
	static const char *const tags[] = { "struct", "union", "enum", NULL };
	bool outside = !reading->braces && !reading->parens;

	if (reading->in_enum && reading->braces == 1 && reading->is_enumerator) {
		declare(reading, word, place, false);
		reading->is_enumerator = false;
	}
	if (outside && reading->is_tag && next == '{') {
		declare(reading, word, place, false);
		reading->is_declared = true;
	}
	if (outside && next == '(' && !reading->is_declared && begins(word, "tc_")) {
		declare(reading, word, place, false);
		reading->is_declared = true;
	}
	reading->is_tag = is_one_of(word, tags);
	if (!outside)
		return;
	reading->in_enum = strcmp(word, "enum") == 0 || (reading->in_enum && next == '{');
	reading->first = reading->words++ ? reading->first : word;
	reading->last = word;
	reading->last_place = place;
}

static void end_statement(struct reading *reading)
{
	if (!reading->is_declared && reading->words > 1)
		declare(reading, reading->last, reading->last_place,
			reading->words == 2 && strcmp(reading->first, "struct") == 0);
	reading->words = 0;
	reading->is_declared = reading->in_enum = false;
}

static void read_sign(struct reading *reading, char sign)
{
	reading->parens += (sign == '(' || sign == '[') - (sign == ')' || sign == ']');
	reading->braces += (sign == '{') - (sign == '}');
	if (sign == '{' || sign == ',')
		reading->is_enumerator = true;
	if (sign == ';' && !reading->braces && !reading->parens)
		end_statement(reading);
}

/* A macro's name; its value is a line, or several joined by backslashes. */
static size_t read_macro(struct reading *reading, const char *code, size_t place)
{
	const char *name = code + place + strlen("#define ");
	size_t length = 0, at = place;

	while (is_name(name[length]))
		length++;
	declare(reading, keep_text(name, length), (size_t)(name - code), false);
	while (code[at] && (code[at] != '\n' || code[at - 1] == '\\'))
		at++;
	return at;
}

static void find_names(struct piece *piece)
{
	struct reading reading = { .piece = piece };
	const char *code = piece->code;
	enum token token;
	size_t length;

	for (size_t at = 0; (length = token_next(code + at, &token)) > 0; at += length) {
		if (begins(code + at, "#define ")) {
			length = read_macro(&reading, code, at) - at;
		} else if (token == TOKEN_NAME) {
			const char *word = keep_text(code + at, length);
			read_word(&reading, word, at, next_sign(code + at + length));
		} else if (token == TOKEN_OTHER) {
			read_sign(&reading, code[at]);
		}
	}
}

/* ---- pieces ---- */

/* The text of a comment, without what stands in front of its lines. */
static const char *comment_text(const char *comment, size_t length)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);
	const char *at = keep_text(comment + 2, length - 4), *line;
	size_t columns;

	while (next_line(&at, &line, &columns)) {
		size_t skip = strspn(line, " \t");
		if (skip < columns && line[skip] == '*')
			skip++;
		else if (out.length)
			skip = 0;
		if (skip < columns && line[skip] == ' ')
			skip++;
		tc__buffer_add(&out, line + skip, columns - skip);
		tc__buffer_char(&out, '\n');
	}
	const char *text = keep_text(tc__buffer_get(&out), out.length);
	tc__buffer_clear(&out);
	return text;
}

/* Of the library's own making: guards, C++, what file it was made from. */
static bool is_frame(const char *text)
{
	static const char *const frames[] = { "/* SPDX-", "/* generated by", "/* from references",
		"#ifndef TASKCLUSTER_", "#define TASKCLUSTER_", "#ifdef __cplusplus",
		"extern \"C\"", "#endif", "#include", "}\n", NULL };

	for (const char *const *frame = frames; *frame; frame++) {
		if (begins(text, *frame))
			return true;
	}
	return false;
}

static void add_piece(struct source *source, const char *text, size_t length)
{
	const char *code = keep_text(text, length);
	struct piece piece = { 0 };

	if (begins(code, "/*")) {
		enum token token;
		size_t comment = token_next(code, &token);
		piece.comment = comment_text(code, comment);
		code += comment + (code[comment] == '\n');
	}
	if (code[strspn(code, " \n\t")]) {
		piece.code = code;
		find_names(&piece);
	}
	source->pieces = grow(source->pieces, &source->count, sizeof *source->pieces);
	source->pieces[source->count - 1] = piece;
}

/* The lines in which a header says what surrounds its declarations are left out. */
static size_t skip_frame(const char *text)
{
	if (!is_frame(text))
		return 0;
	size_t length = strcspn(text, "\n");
	return length + (text[length] == '\n');
}

/* Where a piece ends: at a blank line, or where a comment begins, outside of all braces. */
static size_t piece_length(const char *text)
{
	enum token token;
	size_t length, at = 0;
	int braces = 0;
	bool has_code = false;

	for (; (length = token_next(text + at, &token)) > 0; at += length) {
		bool line_begins = at && text[at - 1] == '\n';
		if (!braces && line_begins && (is_frame(text + at) || text[at] == '\n'))
			break;
		if (!braces && line_begins && has_code && token == TOKEN_COMMENT)
			break;
		has_code |= token == TOKEN_NAME;
		if (token == TOKEN_OTHER)
			braces += (text[at] == '{') - (text[at] == '}');
	}
	return at;
}

struct source *source_read(const char *path, const char *name)
{
	struct source *source = keep(sizeof *source);
	const char *text = read_file(path);

	source->name = name;
	while (*text) {
		size_t skip = *text == '\n' ? 1 : skip_frame(text);
		if (!skip) {
			skip = piece_length(text);
			add_piece(source, text, skip);
		}
		text += skip;
	}
	return source;
}
