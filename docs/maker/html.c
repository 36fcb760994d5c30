/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/html.h"

#include "docs/maker/link.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void html_text(struct tc__buffer *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '<')
			tc__buffer_text(out, "&lt;");
		else if (text[i] == '>')
			tc__buffer_text(out, "&gt;");
		else if (text[i] == '&')
			tc__buffer_text(out, "&amp;");
		else if (text[i] == '"')
			tc__buffer_text(out, "&quot;");
		else
			tc__buffer_char(out, text[i]);
	}
}

/* ---- code ---- */

/* A name in a table at a service's head goes on behind the service's own. */
static const struct name *find_short(const struct html *html, const char *word)
{
	const char *service = strrchr(html->leaf->path, '/') + 1;
	int length = (int)strcspn(service, ".");
	const struct name *name =
		site_find(html->site, keep_printf("tc_%.*s_%s", length, service, word));

	if (name)
		return name;
	return site_find(html->site, keep_printf("tc_%.*s_events_%s", length, service, word));
}

static void add_name(struct html *html, const char *word, bool in_table)
{
	const struct name *name = site_find(html->site, word);

	if (!name && in_table)
		name = find_short(html, word);
	if (name)
		tc__buffer_printf(
			html->out, "<a href=\"%s#%s\">%s</a>", name->file, name->name, word);
	else
		tc__buffer_text(html->out, word);
}

/* "<taskcluster/queue.h>" at this place: its length with the angles, else 0. */
static size_t add_include(struct html *html, const char *at)
{
	if (!begins(at, "<taskcluster/"))
		return 0;
	size_t length = strcspn(at, ">\n");
	const struct leaf *leaf =
		at[length] == '>' ? site_leaf(html->site, keep_text(at + 1, length - 1)) : NULL;
	if (!leaf)
		return 0;
	tc__buffer_printf(html->out, "&lt;<a href=\"%s\">%s</a>&gt;", leaf->file, leaf->path);
	return length + 1;
}

/* Text with links wherever it mentions what there is. */
static void add_linked(struct html *html, const char *text, bool in_table)
{
	enum token token;
	size_t length;

	for (; (length = token_next(text, &token)) > 0; text += length) {
		size_t include = add_include(html, text);
		if (include)
			length = include;
		else if (token == TOKEN_NAME)
			add_name(html, keep_text(text, length), in_table);
		else if (*text == '"' || *text == '\'' || token == TOKEN_COMMENT)
			html_text(html->out, text, length = 1); /* it may have names within */
		else
			html_text(html->out, text, length);
	}
}

/* The same for C, with comments set apart, and anchors for what a piece declares. */
static void add_code(struct html *html, const char *code, const struct piece *piece)
{
	enum token token;
	size_t length, next = 0;

	for (size_t at = 0; (length = token_next(code + at, &token)) > 0; at += length) {
		const char *text = keep_text(code + at, length);
		bool declared = piece && next < piece->name_count && piece->names[next].place == at;
		const struct name *name = declared ? site_find(html->site, text) : NULL;
		if (name && strcmp(name->file, html->leaf->file) == 0 &&
			piece->names[next].is_weak == name->is_weak) {
			tc__buffer_printf(html->out, "<b id=\"%s\">%s</b>", text, text);
		} else if (token == TOKEN_COMMENT) {
			tc__buffer_text(html->out, "<i>");
			add_linked(html, text, false);
			tc__buffer_text(html->out, "</i>");
		} else if (token == TOKEN_TEXT) {
			html_text(html->out, text, length);
		} else {
			size_t include = add_include(html, code + at);
			if (include)
				length = include;
			else if (token == TOKEN_NAME)
				add_name(html, text, false);
			else
				html_text(html->out, text, length);
		}
		next += declared;
	}
}

/* ---- pages ---- */

static void add_spans(struct html *html, const char *text, const char *end);

/* Where a link leads: to a page of this reference, outside, or (NULL) to a file of the project. */
static const char *link_address(const struct html *html, const char *target)
{
	if (strstr(target, "://"))
		return target;
	const char *path = link_path(html->leaf->path, target), *anchor = link_anchor(target);
	const struct leaf *leaf = site_leaf(html->site, path);
	if (!leaf && access(keep_printf("%s/%s", html->site->root, path), F_OK) == 0)
		return NULL;
	if (!leaf)
		die("%s: a link leads to %s, and there is no such page or file", html->leaf->path,
			target);
	if (*anchor && !page_heading(leaf->page, anchor))
		die("%s: a link leads to %s, and %s has no such heading", html->leaf->path, target,
			path);
	return *anchor ? keep_printf("%s#%s", leaf->file, anchor) : leaf->file;
}

static void add_link(struct html *html, const struct span *span)
{
	const char *address = link_address(html, span->target);

	if (address) {
		tc__buffer_text(html->out, "<a href=\"");
		html_text(html->out, address, strlen(address));
		tc__buffer_text(html->out, "\">");
	}
	add_spans(html, span->text, span->text + span->length);
	tc__buffer_text(html->out, address ? "</a>" : "");
}

static void add_element(struct html *html, const char *element, const struct span *span)
{
	tc__buffer_printf(html->out, "<%s>", element);
	add_spans(html, span->text, span->text + span->length);
	tc__buffer_printf(html->out, "</%s>", element);
}

static void add_spans(struct html *html, const char *text, const char *end)
{
	struct span span;

	while (span_next(&text, end, &span)) {
		switch (span.kind) {
		case SPAN_TEXT:
			html_text(html->out, span.text, span.length);
			break;
		case SPAN_CODE:
			tc__buffer_text(html->out, "<code>");
			add_linked(html, keep_text(span.text, span.length), false);
			tc__buffer_text(html->out, "</code>");
			break;
		case SPAN_STRONG:
			add_element(html, "strong", &span);
			break;
		case SPAN_EMPHASIS:
			add_element(html, "em", &span);
			break;
		case SPAN_LINK:
			add_link(html, &span);
			break;
		}
	}
}

static void add_running(struct html *html, const char *text)
{
	add_spans(html, text, text + strlen(text));
}

static void add_table(struct html *html, const struct block *table)
{
	tc__buffer_text(html->out, "<table>\n");
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->columns;
		const char *element = i < table->columns ? "th" : "td";
		tc__buffer_printf(html->out, "%s<%s>", column ? "" : "<tr>", element);
		add_running(html, table->cells[i]);
		tc__buffer_printf(html->out, "</%s>%s", element,
			column + 1 == table->columns ? "</tr>\n" : "");
	}
	tc__buffer_text(html->out, "</table>\n");
}

static void add_heading(struct html *html, const struct block *block)
{
	tc__buffer_printf(html->out, "<h%d id=\"%s\">", block->level, block->anchor);
	add_running(html, block->text);
	tc__buffer_printf(html->out, "</h%d>\n", block->level);
}

static void add_block(struct html *html, const struct block *block)
{
	switch (block->kind) {
	case BLOCK_HEADING:
		add_heading(html, block);
		break;
	case BLOCK_PARAGRAPH:
		tc__buffer_text(html->out, "<p>");
		add_running(html, block->text);
		tc__buffer_text(html->out, "</p>\n");
		break;
	case BLOCK_ITEM:
		tc__buffer_text(html->out, "<li>");
		add_running(html, block->text);
		tc__buffer_text(html->out, "</li>\n");
		break;
	case BLOCK_CODE:
		tc__buffer_text(html->out, "<pre>");
		if (strcmp(block->language, "c") == 0)
			add_code(html, block->text, NULL);
		else
			add_linked(html, block->text, false);
		tc__buffer_text(html->out, "</pre>\n");
		break;
	case BLOCK_TABLE:
		add_table(html, block);
		break;
	}
}

void html_page(struct html *html)
{
	const struct page *page = html->leaf->page;
	const char *list = "";

	for (size_t i = 0; i < page->count; i++) {
		const struct block *block = &page->blocks[i];
		bool is_item = block->kind == BLOCK_ITEM;
		const char *wanted = !is_item                        ? ""
			: *block->mark == '-' || *block->mark == '*' ? "ul"
								     : "ol";
		if (*list && strcmp(list, wanted) != 0)
			tc__buffer_printf(html->out, "</%s>\n", list);
		if (*wanted && strcmp(list, wanted) != 0)
			tc__buffer_printf(html->out, "<%s>\n", wanted);
		list = wanted;
		add_block(html, block);
	}
	if (*list)
		tc__buffer_printf(html->out, "</%s>\n", list);
}

/* ---- headers ---- */

/* What a comment's line begins with when it is one of those that the generator makes. */
static bool is_fact(const char *line)
{
	static const char *const facts[] = { "GET ", "PUT ", "POST ", "DELETE ", "PATCH ", "HEAD ",
		"Scopes: ", "Exchange exchange/", "Routing key ",
		"Refused here: ", "Never repeated", "Not repeated once", "The server may hold",
		"The body's tag", "The reply is a stream", NULL };

	for (const char *const *fact = facts; *fact; fact++) {
		if (begins(line, *fact))
			return true;
	}
	return false;
}

enum comment_place { OUTSIDE, IN_PARAGRAPH, IN_EXAMPLE };

static void move_to(struct html *html, enum comment_place *place, enum comment_place next)
{
	static const char *const begin[] = { "", "<p>", "<pre>" },
				 *const end[] = { "", "</p>\n", "</pre>\n" };

	if (*place == next)
		return;
	tc__buffer_text(html->out, end[*place]);
	tc__buffer_text(html->out, begin[next]);
	*place = next;
}

/* Comments have paragraphs, and indented lines, which stay as they are: examples, or the tables at
 * the head of a service. */
static void add_comment(struct html *html, const char *comment)
{
	bool has_table = strstr(comment, "_<function>") || strstr(comment, "_<exchange>");
	enum comment_place place = OUTSIDE;
	const char *line;
	size_t length;

	while (next_line(&comment, &line, &length)) {
		const char *text = keep_text(line, length);
		bool blank = strspn(text, " \t") == length, example = *text == '\t';
		if (blank || is_fact(text))
			move_to(html, &place, OUTSIDE);
		if (blank)
			continue;
		move_to(html, &place, example ? IN_EXAMPLE : IN_PARAGRAPH);
		add_linked(html, example ? text + 1 : text, example && has_table);
		tc__buffer_char(html->out, '\n');
	}
	move_to(html, &place, OUTSIDE);
}

void html_header(struct html *html)
{
	const struct source *source = html->leaf->source;

	tc__buffer_printf(html->out, "<h1>&lt;%s&gt;</h1>\n", html->leaf->path);
	for (size_t i = 0; i < source->count; i++) {
		const struct piece *piece = &source->pieces[i];
		tc__buffer_text(html->out, piece->code ? "<section>\n" : "");
		if (piece->code) {
			tc__buffer_text(html->out, "<pre>");
			add_code(html, piece->code, piece);
			tc__buffer_text(html->out, "</pre>\n");
		}
		if (piece->comment)
			add_comment(html, piece->comment);
		tc__buffer_text(html->out, piece->code ? "</section>\n" : "");
	}
}
