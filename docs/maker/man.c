/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/man.h"

#include "docs/maker/link.h"

#include <ctype.h>
#include <string.h>

#define MAN_COLUMNS 78

struct man {
	struct tc__buffer *out;
	const struct man_page *page;
	const struct page *part; /* the one that is written */
	bool *seen;              /* of page->names: those named so far, for SEE ALSO */
};

/* ---- characters ---- */

static bool at_line_start(const struct tc__buffer *out)
{
	return !out->length || out->data[out->length - 1] == '\n';
}

static void end_line(struct tc__buffer *out)
{
	if (!at_line_start(out))
		tc__buffer_char(out, '\n');
}

static size_t add_unicode(struct tc__buffer *out, const char *text, size_t length)
{
	unsigned char lead = (unsigned char)*text;
	size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	unsigned long code = lead & (0xffu >> (bytes + 1));

	if (lead < 0xc0 || bytes > length)
		return 1; /* no character: sources are checked as text elsewhere */
	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	tc__buffer_printf(out, "\\[u%04lX]", code);
	return bytes;
}

/* What roff would take for something else, or show as typographers do. */
static const char *escape_of(char c)
{
	switch (c) {
	case '\\':
		return "\\e";
	case '-':
		return "\\-";
	case '\'':
		return "\\(aq";
	case '`':
		return "\\(ga";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	case '"':
		return "\\(dq";
	default:
		return NULL;
	}
}

/* In running text a hyphen is one, and lines may break at it. */
static void add_text(struct tc__buffer *out, const char *text, size_t length, bool code)
{
	for (size_t i = 0; i < length;) {
		const char *escape = escape_of(text[i]);
		if ((unsigned char)text[i] >= 0x80) {
			i += add_unicode(out, text + i, length - i);
			continue;
		}
		if (text[i] == '-' && !code)
			escape = NULL;
		if (text[i] == '.' && at_line_start(out))
			escape = "\\&.";
		if (text[i] == '[' && out->length && out->data[out->length - 1] == ']')
			escape = "\\:["; /* long words may be broken there */
		tc__buffer_add(out, escape ? escape : text + i, escape ? strlen(escape) : 1);
		i++;
	}
}

static void add_string(struct tc__buffer *out, const char *text)
{
	add_text(out, text, strlen(text), false);
}

/* ---- spans ---- */

static void add_spans(struct man *man, const char *text, const char *end, const char *font);

static const struct man_name *find_name(const struct man *man, const char *target)
{
	const char *path = link_path(man->part->path, target);

	for (size_t i = 0; i < man->page->name_count; i++) {
		if (strcmp(man->page->names[i].path, path) != 0)
			continue;
		man->seen[i] = true;
		return &man->page->names[i];
	}
	return NULL;
}

/* Behind its text goes where a link leads, unless that is the text. */
static void add_link(struct man *man, const struct span *span, const char *font)
{
	const struct man_name *name = find_name(man, span->target);
	const char *label = keep_text(span->text, span->length);
	bool is_file = ends(label, ".md") || strcmp(label, "page") == 0;

	if (!name || !is_file)
		add_spans(man, span->text, span->text + span->length, font);
	if (name)
		tc__buffer_printf(man->out, is_file ? "\\fB%s\\fR(%s)" : " (\\fB%s\\fR(%s))",
			name->name, name->section);
	else if (strstr(span->target, "://")) {
		tc__buffer_text(man->out, " (");
		add_string(man->out, span->target);
		tc__buffer_char(man->out, ')');
	}
}

static void add_font(struct man *man, const struct span *span, const char *font, const char *back)
{
	tc__buffer_text(man->out, font);
	add_spans(man, span->text, span->text + span->length, font);
	tc__buffer_text(man->out, back);
}

/* `font` is the one that it goes on in behind a span that has its own. */
static void add_spans(struct man *man, const char *text, const char *end, const char *font)
{
	struct span span;

	while (span_next(&text, end, &span)) {
		switch (span.kind) {
		case SPAN_TEXT:
			add_text(man->out, span.text, span.length, false);
			break;
		case SPAN_CODE:
			tc__buffer_text(man->out, "\\fB");
			add_text(man->out, span.text, span.length, true);
			tc__buffer_text(man->out, font);
			break;
		case SPAN_STRONG:
			add_font(man, &span, "\\fB", font);
			break;
		case SPAN_EMPHASIS:
			add_font(man, &span, "\\fI", font);
			break;
		case SPAN_LINK:
			add_link(man, &span, font);
			break;
		}
	}
}

/* Ready text in lines that are not too long to be read as they are; a sentence begins a line, which
 * keeps the room behind it as wide as it should be. */
static void add_lines(struct tc__buffer *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t length = strcspn(text, " \n");
		bool sentence = column > 1 && out->data[out->length - 1] == '.';
		if (column && (sentence || column + 1 + length > MAN_COLUMNS)) {
			tc__buffer_char(out, '\n');
			column = 0;
		}
		if (column)
			tc__buffer_char(out, ' ');
		else if (*text == '.')
			tc__buffer_text(out, "\\&");
		tc__buffer_add(out, text, length);
		column += length + 1;
		text += length;
		text += strspn(text, " \n");
	}
	end_line(out);
}

static void add_running(struct man *man, const char *text)
{
	struct tc__buffer *out = man->out, running = TC__BUFFER(TEXT_MAX);

	man->out = &running;
	add_spans(man, text, text + strlen(text), "\\fR");
	man->out = out;
	add_lines(out, tc__buffer_get(&running));
	tc__buffer_clear(&running);
}

/* ---- blocks ---- */

static void add_heading(struct man *man, const struct block *block)
{
	const char *title = spans_plain(block->text);

	if (block->level < 3) {
		char *upper = keep(strlen(title) + 1);
		for (size_t i = 0; title[i]; i++)
			upper[i] = (char)toupper((unsigned char)title[i]);
		title = upper;
	}
	tc__buffer_text(man->out, block->level < 3 ? ".SH " : ".SS ");
	add_string(man->out, title);
	end_line(man->out);
}

/* A heading does that, too. */
static void begin_paragraph(struct tc__buffer *out)
{
	size_t at = out->length - (out->length > 0);

	while (at && out->data[at - 1] != '\n')
		at--;
	if (!begins(out->data + at, ".SH ") && !begins(out->data + at, ".SS "))
		tc__buffer_text(out, ".PP\n");
}

static void add_code(struct man *man, const struct block *block)
{
	const char *at = block->text, *line;
	size_t length;

	begin_paragraph(man->out);
	tc__buffer_text(man->out, ".RS 4\n.nf\n");
	while (next_line(&at, &line, &length)) {
		if (!length)
			tc__buffer_text(man->out, "\\&");
		add_text(man->out, line, length, true);
		tc__buffer_char(man->out, '\n');
	}
	tc__buffer_text(man->out, ".fi\n.RE\n");
}

static void add_cell(struct man *man, const struct block *table, size_t row, size_t column)
{
	const char *heading = table->cells[column];
	const char *cell = table->cells[row * table->columns + column];

	if (!*cell)
		return;
	if (table->columns > 2 && *heading) {
		if (column > 1)
			tc__buffer_text(man->out, ".br\n");
		add_running(man, keep_printf("%s: %s", heading, cell));
	} else {
		add_running(man, cell);
	}
}

/* Each row as what its first cell says, and behind it the others: that fits any terminal. */
static void add_table(struct man *man, const struct block *table)
{
	size_t rows = table->cell_count / table->columns;

	for (size_t row = 1; row < rows; row++) {
		const char *first = table->cells[row * table->columns];
		tc__buffer_text(man->out, ".TP\n");
		add_running(man, *first ? first : "\\-");
		for (size_t column = 1; column < table->columns; column++)
			add_cell(man, table, row, column);
	}
}

static void add_block(struct man *man, const struct block *block)
{
	switch (block->kind) {
	case BLOCK_HEADING:
		add_heading(man, block);
		break;
	case BLOCK_PARAGRAPH:
		begin_paragraph(man->out);
		add_running(man, block->text);
		break;
	case BLOCK_ITEM:
		tc__buffer_printf(man->out, ".IP %s 3\n",
			*block->mark == '-' || *block->mark == '*' ? "\\(bu" : block->mark);
		add_running(man, block->text);
		break;
	case BLOCK_CODE:
		add_code(man, block);
		break;
	case BLOCK_TABLE:
		add_table(man, block);
		break;
	}
}

/* ---- the page ---- */

/* The heading, or for a program, whose heading is its name, the first sentence. */
static const char *summary_of(const struct man_page *page)
{
	const struct page *first = page->parts[0];
	const char *title = "";

	for (size_t i = 0; i < first->count; i++) {
		const struct block *block = &first->blocks[i];
		if (block->kind == BLOCK_HEADING && block->level == 1)
			title = spans_plain(block->text);
		if (block->kind != BLOCK_PARAGRAPH)
			continue;
		if (*title && strcmp(title, page->name) != 0)
			break;
		const char *sentence = first_sentence(spans_plain(block->text), 120);
		size_t length = strlen(sentence);
		return keep_text(sentence, length - (length && sentence[length - 1] == '.'));
	}
	return keep_printf("%s, in the C client of Taskcluster", title);
}

static void add_part(struct man *man, const char *section)
{
	const struct page *part = man->part;
	bool headed = false;

	for (size_t i = 0; i < part->count; i++) {
		const struct block *block = &part->blocks[i];
		bool title = block->kind == BLOCK_HEADING && block->level == 1;
		if (!headed && !title && block->kind != BLOCK_HEADING)
			tc__buffer_printf(man->out, ".SH %s\n", section);
		headed |= !title;
		if (!title)
			add_block(man, block);
	}
}

static void add_see_also(struct man *man)
{
	const struct man_page *page = man->page;
	const char *comma = "";

	for (size_t i = 0; i < page->name_count; i++) {
		const struct man_name *name = &page->names[i];
		bool itself = strcmp(name->name, page->name) == 0 &&
			strcmp(name->section, page->section) == 0;
		if (!man->seen[i] || itself)
			continue;
		if (!*comma)
			tc__buffer_text(man->out, ".SH SEE ALSO\n");
		tc__buffer_printf(man->out, "%s.BR %s (%s)", comma, name->name, name->section);
		comma = ",\n";
	}
	end_line(man->out);
}

void man_write(struct tc__buffer *out, const struct man_page *page)
{
	struct man man = { .out = out, .page = page, .seen = keep(page->name_count + 1) };

	man.seen[0] = page->name_count > 0; /* the first is the overview */
	tc__buffer_text(out, ".\\\" made of the project's pages and programs; do not edit\n");
	/* names are to be copied, so none is broken or set apart */
	tc__buffer_printf(out, ".TH %s %s %s \"%s\" Taskcluster\n.nh\n.ad l\n.SH NAME\n",
		page->name, page->section, page->date, page->source);
	add_string(out, page->name);
	tc__buffer_text(out, " \\- ");
	add_string(out, summary_of(page));
	end_line(out);
	for (size_t i = 0; i < page->part_count; i++) {
		man.part = page->parts[i];
		add_part(&man, i ? "NOTES" : "DESCRIPTION");
	}
	add_see_also(&man);
}
