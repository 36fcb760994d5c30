/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/pool.h"

#include <string.h>

void pool_open(struct pool *pool)
{
	*pool = (struct pool){ .no_memory = false };
	pool->by_text.arena = pool->names.arena = &pool->arena;
}

void pool_close(struct pool *pool, struct tc__buffer *out)
{
	out->no_memory |= pool->no_memory;
	tc__arena_clear(&pool->arena);
}

void *pool_allocate(struct pool *pool, size_t size)
{
	void *memory = tc__arena_alloc(&pool->arena, size);

	pool->no_memory |= !memory;
	return memory ? memset(memory, 0, size) : NULL;
}

const char *pool_keep(struct pool *pool, struct tc__buffer *text)
{
	const char *copy = tc__buffer_failed(text)
		? NULL
		: tc__arena_text(&pool->arena, tc__buffer_get(text), text->length);

	pool->no_memory |= !copy;
	tc__buffer_clear(text);
	return copy ? copy : "";
}

/* ---- names ---- */

/* How many names were made of this one, itself among them; 0: it is free. */
static unsigned *made_of(struct pool *pool, const char *name)
{
	unsigned *made = table_number(&pool->names, name);

	pool->no_memory |= !made;
	return made ? made : &pool->uncounted;
}

const char *pool_name(struct pool *pool, const char *prefix, const char *hint)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_printf(&text, "%s_%s", prefix, hint);
	const char *name = pool_keep(pool, &text), *plain = name;
	unsigned *all = made_of(pool, plain), *made = all;
	while (*made && !pool->no_memory) {
		tc__buffer_printf(&text, "%s%u", plain, ++*all);
		name = pool_keep(pool, &text);
		made = made_of(pool, name);
	}
	*made = 1;
	return name;
}

/* ---- objects ---- */

const char *pool_find(
	struct pool *pool, const char *type, struct tc__buffer *init, const char **text)
{
	struct tc__buffer whole = TC__BUFFER(SIZE_MAX / 2);

	pool->no_memory |= tc__buffer_failed(init);
	tc__buffer_printf(&whole, "%s = %s", type, tc__buffer_get(init));
	tc__buffer_clear(init);
	*text = pool_keep(pool, &whole);
	const char *const *name = table_get(&pool->by_text, *text, strlen(*text));
	return name ? *name : NULL;
}

void pool_add(struct pool *pool, const char *text, const char *name)
{
	const char **cell = pool_allocate(pool, sizeof *cell);

	if (!cell)
		return;
	*cell = name;
	pool->no_memory |= !table_put(&pool->by_text, text, strlen(text), cell);
}

/* ---- text on lines ---- */

static bool ends_with(const char *text, size_t at, const char *word)
{
	size_t length = strlen(word);

	return at >= length && memcmp(text + at - length, word, length) == 0;
}

/* Whether a line may end at the space `at`: not around "=", not at a brace's inside, not within the
 * name of a type. */
static bool is_break(const char *text, size_t at)
{
	static const char *const before[] = { "=", "{", "(const", "(const struct" };

	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (ends_with(text, at, before[i]))
			return false;
	return text[at + 1] != '=' && text[at + 1] != '}';
}

/* How far the next such space outside of literals is. */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t length = 0;

	for (; text[length] && (quoted || text[length] != ' ' || !is_break(text, length));
		length++) {
		if (text[length] == '\\' && quoted && text[length + 1])
			length++;
		else if (text[length] == '"')
			quoted = !quoted;
	}
	return length;
}

void pool_fill(struct fill *fill, const char *text)
{
	struct tc__buffer word = TC__BUFFER(SIZE_MAX / 2);

	while (*text) {
		size_t length = word_length(text);
		tc__buffer_truncate(&word, 0);
		tc__buffer_add(&word, text, length);
		fill_item(fill, tc__buffer_get(&word));
		text += length;
		text += *text == ' ';
	}
	fill->out->no_memory |= word.no_memory;
	tc__buffer_clear(&word);
}

void pool_write(struct tc__buffer *out, const char *first, const char *text)
{
	const char *indent = *first ? "\t\t" : "\t";

	struct fill fill = fill_begin(out, PROSE_TABLE_WIDTH, first, indent);

	pool_fill(&fill, text);
	fill_end(&fill);
}

const char *pool_define(struct pool *pool, struct tc__buffer *out, const char *type,
	const char *prefix, const char *hint, struct tc__buffer *init)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);
	const char *key;
	const char *name = pool_find(pool, type, init, &key);

	if (name)
		return name;
	name = pool_name(pool, prefix, hint);
	pool_add(pool, key, name);
	tc__buffer_printf(&text, "static %s %s%s;", type, name, key + strlen(type));
	pool_write(out, "", tc__buffer_get(&text));
	pool->no_memory |= text.no_memory;
	tc__buffer_clear(&text);
	return name;
}

/* ---- rows ---- */

struct pool_rows pool_rows_of(struct pool *pool, const char *type, const char *prefix, bool arrays)
{
	return (struct pool_rows){ .pool = pool,
		.type = type,
		.prefix = prefix,
		.arrays = arrays,
		.text = TC__BUFFER(SIZE_MAX / 2) };
}

/* Behind another row, whose semicolon becomes a comma, or behind the head. */
static void begin_row(struct pool_rows *rows)
{
	if (!rows->text.length) {
		tc__buffer_printf(&rows->text, "\nstatic %s\n", rows->type);
		return;
	}
	tc__buffer_truncate(&rows->text, rows->text.length - strlen(";\n"));
	tc__buffer_text(&rows->text, ",\n");
}

const char *pool_share(struct pool_rows *rows, const char *hint, struct tc__buffer *init)
{
	struct pool *pool = rows->pool;
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);
	const char *key;
	const char *name = pool_find(pool, rows->prefix, init, &key);

	if (name)
		return name;
	name = pool_name(pool, rows->prefix, hint);
	pool_add(pool, key, name);
	begin_row(rows);
	tc__buffer_printf(&text, "%s%s%s%s;", rows->pointers ? "*const " : "", name,
		rows->arrays ? "[]" : "", key + strlen(rows->prefix));
	pool_write(&rows->text, "\t", tc__buffer_get(&text));
	pool->no_memory |= text.no_memory;
	tc__buffer_clear(&text);
	return name;
}

void pool_write_rows(struct pool_rows *rows, struct tc__buffer *out)
{
	tc__buffer_add(out, tc__buffer_get(&rows->text), rows->text.length);
	out->no_memory |= rows->text.no_memory;
	tc__buffer_clear(&rows->text);
}
