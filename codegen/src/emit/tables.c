/* SPDX-License-Identifier: MPL-2.0 */
/* <service>_types.c: the tables of the codec. What is equal is there once. */
#include "codegen/src/emit/parts.h"
#include "codegen/src/emit/pool.h"

#include <stdio.h>
#include <string.h>

/* The table of a shape. */
struct row {
	const char *name; /* NULL: not known yet */
	bool is_open, is_declared, is_done;
};

struct tables {
	struct tc__buffer *out;
	const struct service *service;
	struct pool pool;
	struct table by_shape;
	struct row fallback;
};

static const char *type_of(struct tables *t, const struct shape *shape, const char *hint);

/* Defines `init` as a static object, unless an equal one is there; gives its name. */
static const char *define(struct tables *t, const char *type, const char *prefix, const char *hint,
	struct tc__buffer *init)
{
	return pool_define(&t->pool, t->out, type, prefix, hint, init);
}

/* ---- rules ---- */

static void add_flag(struct tc__buffer *out, const char *flag)
{
	tc__buffer_printf(out, "%s%s", out->length ? " | " : "", flag);
}

static void add_texts(struct tc__buffer *out, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		tc__buffer_text(out, i ? " " : "");
		prose_literal(out, texts[i], strlen(texts[i]) + !last);
	}
}

static const char *text_type(struct tables *t, const struct text_rules *rules, const char *hint)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX), formats = init;

	if (rules->pattern) {
		struct tc__buffer pattern = TC__BUFFER(EMIT_FILE_MAX);
		tc__buffer_text(&pattern, "TC_PATTERN(");
		prose_literal(&pattern, rules->pattern, strlen(rules->pattern));
		tc__buffer_char(&pattern, ')');
		tc__buffer_printf(&init, " .pattern = &%s,",
			define(t, "struct tc_pattern", "pattern", hint, &pattern));
	}
	if (rules->allowed_count) {
		tc__buffer_text(&init, " .allowed = ");
		add_texts(&init, rules->allowed, rules->allowed_count);
		tc__buffer_printf(&init, ", .allowed_count = %zu,", rules->allowed_count);
	}
	if (rules->allowed_or_rest)
		tc__buffer_text(&init, " .allowed_or_rest = true,");
	if (rules->min_length)
		tc__buffer_printf(&init, " .min_length = %lu,", (unsigned long)rules->min_length);
	if (rules->has_max_length)
		tc__buffer_printf(&init, " .has_max_length = true, .max_length = %lu,",
			(unsigned long)rules->max_length);
	for (size_t i = 0; i < text_format_count; i++) {
		if (rules->formats & 1u << i)
			add_flag(&formats, text_formats[i].constant);
	}
	if (rules->formats)
		tc__buffer_printf(&init, " .formats = %s,", tc__buffer_get(&formats));
	t->pool.no_memory |= formats.no_memory;
	tc__buffer_clear(&formats);
	if (!init.length)
		return "tc_type_string";
	struct tc__buffer type = TC__BUFFER(EMIT_FILE_MAX), braced = type;
	tc__buffer_printf(&braced, "{%.*s }", (int)init.length - 1, init.data);
	tc__buffer_clear(&init);
	tc__buffer_printf(&type, "TC_TYPE_OF_TEXT(&%s)",
		define(t, "const struct tc_text_rules", "rules", hint, &braced));
	return define(t, "const struct tc_type", "text", hint, &type);
}

/* C has no literal for the smallest. */
static void add_int64(struct tc__buffer *out, int64_t value)
{
	if (value == INT64_MIN)
		tc__buffer_text(out, "INT64_MIN");
	else
		tc__buffer_int(out, value);
}

static const char *int64_type(struct tables *t, const struct int64_rules *rules, const char *hint)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX), type = init;

	if (rules->has_minimum) {
		tc__buffer_text(&init, " .has_minimum = true, .minimum = ");
		add_int64(&init, rules->minimum);
		tc__buffer_char(&init, ',');
	}
	if (rules->has_maximum) {
		tc__buffer_text(&init, " .has_maximum = true, .maximum = ");
		add_int64(&init, rules->maximum);
		tc__buffer_char(&init, ',');
	}
	if (rules->multiple_of)
		tc__buffer_printf(&init, " .multiple_of = %lld,", (long long)rules->multiple_of);
	if (rules->allowed_count) {
		tc__buffer_text(&init, " .allowed = (const int64_t[]){");
		for (size_t i = 0; i < rules->allowed_count; i++) {
			tc__buffer_text(&init, i ? ", " : " ");
			add_int64(&init, rules->allowed[i]);
		}
		tc__buffer_printf(&init, " }, .allowed_count = %zu,", rules->allowed_count);
	}
	if (!init.length)
		return "tc_type_int64";
	struct tc__buffer braced = TC__BUFFER(EMIT_FILE_MAX);
	tc__buffer_printf(&braced, "{%.*s }", (int)init.length - 1, init.data);
	tc__buffer_clear(&init);
	tc__buffer_printf(&type, "TC_TYPE_OF_INT64(&%s)",
		define(t, "const struct tc_int64_rules", "rules", hint, &braced));
	return define(t, "const struct tc_type", "whole", hint, &type);
}

/* What makes any number a double of C. */
static const char *fraction(const char *number)
{
	return strpbrk(number, ".eE") ? "" : ".0";
}

static const char *double_type(struct tables *t, const struct double_rules *rules, const char *hint)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX), type = init;

	if (rules->minimum)
		tc__buffer_printf(&init, " .has_minimum = true, .minimum = %s%s,%s", rules->minimum,
			fraction(rules->minimum),
			rules->above_minimum ? " .above_minimum = true," : "");
	if (rules->maximum)
		tc__buffer_printf(&init, " .has_maximum = true, .maximum = %s%s,%s", rules->maximum,
			fraction(rules->maximum),
			rules->below_maximum ? " .below_maximum = true," : "");
	if (!init.length)
		return "tc_type_double";
	struct tc__buffer braced = TC__BUFFER(EMIT_FILE_MAX);
	tc__buffer_printf(&braced, "{%.*s }", (int)init.length - 1, init.data);
	tc__buffer_clear(&init);
	tc__buffer_printf(&type, "TC_TYPE_OF_DOUBLE(&%s)",
		define(t, "const struct tc_double_rules", "rules", hint, &braced));
	return define(t, "const struct tc_type", "number", hint, &type);
}

static const char *bool_type(struct tables *t, const struct shape *shape, const char *hint)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX);

	if (!shape->only_true && !shape->only_false)
		return "tc_type_bool";
	tc__buffer_printf(&init, "{ .kind = TC_TYPE_BOOL, .flags = %s }",
		shape->only_true ? "TC_ONLY_TRUE" : "TC_ONLY_FALSE");
	return define(t, "const struct tc_type", "flag", hint, &init);
}

static const char *json_type(struct tables *t, const struct shape *shape, const char *hint)
{
	static const char *const names[] = { [TC_JSON_NULL] = "TC_JSON_IS(NULL)",
		[TC_JSON_BOOL] = "TC_JSON_IS(BOOL)",
		[TC_JSON_NUMBER] = "TC_JSON_IS(NUMBER)",
		[TC_JSON_STRING] = "TC_JSON_IS(STRING)",
		[TC_JSON_ARRAY] = "TC_JSON_IS(ARRAY)",
		[TC_JSON_OBJECT] = "TC_JSON_IS(OBJECT)" };
	struct tc__buffer kinds = TC__BUFFER(EMIT_FILE_MAX), init = kinds;

	if (!shape->json_kinds)
		return "tc_type_json";
	if (shape->json_kinds == 1u << TC_JSON_OBJECT)
		return "tc_type_json_object";
	if (shape->json_kinds == 1u << TC_JSON_ARRAY)
		return "tc_type_json_array";
	for (size_t i = TC_JSON_NULL; i <= TC_JSON_OBJECT; i++) {
		if (shape->json_kinds & 1u << i)
			add_flag(&kinds, names[i]);
	}
	tc__buffer_printf(&init, "TC_TYPE_OF_JSON(%s)", tc__buffer_get(&kinds));
	t->pool.no_memory |= kinds.no_memory;
	tc__buffer_clear(&kinds);
	return define(t, "const struct tc_type", "json", hint, &init);
}

/* The address of count rules, or NULL. */
static const char *counts_of(struct tables *t, const struct count_rules *counts, const char *hint)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX), address = init;

	if (!counts->minimum && !counts->has_maximum && !counts->unique)
		return "NULL";
	tc__buffer_text(&init, "{");
	if (counts->minimum)
		tc__buffer_printf(&init, " .minimum = %lu,", (unsigned long)counts->minimum);
	if (counts->has_maximum)
		tc__buffer_printf(&init, " .has_maximum = true, .maximum = %lu,",
			(unsigned long)counts->maximum);
	if (counts->unique)
		tc__buffer_text(&init, " .unique = true,");
	tc__buffer_truncate(&init, init.length ? init.length - 1 : 0);
	tc__buffer_text(&init, " }");
	tc__buffer_printf(
		&address, "&%s", define(t, "const struct tc_count_rules", "counts", hint, &init));
	return pool_keep(&t->pool, &address);
}

/* ---- objects, lists and unions ---- */

/* The name behind "tc_<service>_". */
static const char *short_name(const struct tables *t, const char *c_name)
{
	return c_name + strlen(t->service->c_name) + 1;
}

static const char *field_flags(
	struct tables *t, const struct shape *holder, const struct shape_field *field)
{
	struct tc__buffer flags = TC__BUFFER(EMIT_FILE_MAX);

	if (shape_field_is_required(holder, field))
		add_flag(&flags, "TC_REQUIRED");
	if (shape_has_indirect(field->use.shape) && !shape_field_is_direct(holder, field))
		add_flag(&flags, "TC_INDIRECT");
	return flags.length ? pool_keep(&t->pool, &flags) : "0";
}

static void add_field(struct tables *t, const struct shape *holder, const struct shape_field *field,
	const char *type)
{
	struct tc__buffer text = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_printf(&text, "%s(struct tc_%s, %s, ",
		field->null_name ? "TC_FIELD_NULLABLE" : "TC_FIELD", holder->c_name, field->c_name);
	if (field->null_name)
		tc__buffer_printf(&text, "%s, ", field->null_name);
	prose_literal(&text, field->name, strlen(field->name));
	tc__buffer_printf(&text, ", &%s, %s),", type, field_flags(t, holder, field));
	pool_write(t->out, "\t", tc__buffer_get(&text));
	t->pool.no_memory |= text.no_memory;
	tc__buffer_clear(&text);
}

static void object_init(struct tables *t, const struct shape *shape, struct tc__buffer *init)
{
	const char **types = pool_allocate(&t->pool, (shape->field_count + 1) * sizeof *types);
	const char *hint = short_name(t, shape->c_name);
	const char *counts = counts_of(t, &shape->counts, hint);

	if (!types)
		return;
	if (!shape->field_count) {
		tc__buffer_printf(init, "TC_TYPE_OF_EMPTY_OBJECT(struct tc_%s)", shape->c_name);
		return;
	}
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct shape_field *field = &shape->fields[i];
		types[i] = type_of(t, field->use.shape, field->c_name);
	}
	const char *fields = pool_name(&t->pool, "fields", hint);
	tc__buffer_printf(t->out, "static const struct tc_field %s[] = {\n", fields);
	for (size_t i = 0; i < shape->field_count; i++)
		add_field(t, shape, &shape->fields[i], types[i]);
	tc__buffer_text(t->out, "};\n");
	if (shape->others_name)
		tc__buffer_printf(init, "TC_TYPE_OF_OPEN_OBJECT(struct tc_%s, %s, %s, %s)",
			shape->c_name, shape->others_name, fields, counts);
	else
		tc__buffer_printf(init, "TC_TYPE_OF_OBJECT(struct tc_%s, %s, %s)", shape->c_name,
			fields, counts);
}

static void union_init(struct tables *t, const struct shape *shape, struct tc__buffer *init)
{
	const char **types = pool_allocate(&t->pool, (shape->arm_count + 1) * sizeof *types);
	struct tc__buffer line = TC__BUFFER(EMIT_FILE_MAX);

	if (!types)
		return;
	for (size_t i = 0; i < shape->arm_count; i++)
		types[i] = type_of(t, shape->arms[i].shape, shape->arms[i].c_name);
	const char *arms = pool_name(&t->pool, "arms", short_name(t, shape->c_name));
	tc__buffer_printf(t->out, "static const struct tc_arm %s[] = {\n", arms);
	for (size_t i = 0; i < shape->arm_count; i++) {
		const struct shape_arm *arm = &shape->arms[i];
		tc__buffer_truncate(&line, 0);
		tc__buffer_printf(&line, "{ &%s, ", types[i]);
		add_texts(&line, arm->values, arm->value_count);
		tc__buffer_printf(
			&line, "%s, %zu },", arm->value_count ? "" : "NULL", arm->value_count);
		pool_write(t->out, "\t", tc__buffer_get(&line));
	}
	tc__buffer_text(t->out, "};\n");
	tc__buffer_printf(init, "TC_TYPE_OF_UNION(struct tc_%s, %s, ", shape->c_name, arms);
	if (shape->discriminator)
		prose_literal(init, shape->discriminator, strlen(shape->discriminator));
	tc__buffer_text(init, shape->discriminator ? ")" : "NULL)");
	t->pool.no_memory |= line.no_memory;
	tc__buffer_clear(&line);
}

static void list_init(
	struct tables *t, const struct shape *shape, const char *hint, struct tc__buffer *init)
{
	struct tc__buffer held = TC__BUFFER(EMIT_FILE_MAX);
	const struct shape_use *item = &shape->item;
	const char *counts = counts_of(t, &shape->counts, hint);
	const char *type = type_of(t, item->shape, hint);
	bool indirect = item->nullable;

	if (shape->kind == SHAPE_MAP)
		tc__buffer_printf(&held, "struct tc_%s", shape->c_name);
	else
		emit_held(&held, item->shape, !item->nullable);
	tc__buffer_printf(init, "TC_TYPE_OF_%s(%s, &%s, %s, %s)",
		shape->kind == SHAPE_MAP ? "MAP" : "ARRAY", tc__buffer_get(&held), type,
		indirect ? "TC_INDIRECT" : "0", counts);
	t->pool.no_memory |= held.no_memory;
	tc__buffer_clear(&held);
}

static struct row *row_of(struct tables *t, const struct shape *shape)
{
	struct row *row = table_get(&t->by_shape, &shape, sizeof(const struct shape *));

	if (row)
		return row;
	const struct shape **key = pool_allocate(&t->pool, sizeof *key);
	row = key ? pool_allocate(&t->pool, sizeof *row) : NULL;
	if (!row)
		return &t->fallback;
	*key = shape;
	t->pool.no_memory |= !table_put(&t->by_shape, key, sizeof(const struct shape *), row);
	return row;
}

/* A name for a table that cannot wait until its text is known. */
static const char *early_name(struct tables *t, const struct shape *shape, const char *hint)
{
	struct tc__buffer name = TC__BUFFER(EMIT_FILE_MAX);

	if (shape->is_root) {
		tc__buffer_printf(&name, "tc_%s_type", shape_struct_name(shape));
		return pool_keep(&t->pool, &name);
	}
	if (shape_is_list(shape))
		return pool_name(&t->pool, shape->kind == SHAPE_MAP ? "map" : "list", hint);
	return pool_name(&t->pool, "type", short_name(t, shape->c_name));
}

/* The table of a shape whose text is known now. */
static void finish_row(struct tables *t, const struct shape *shape, struct row *row,
	const char *hint, struct tc__buffer *init)
{
	struct tc__buffer text = TC__BUFFER(EMIT_FILE_MAX);

	if (!row->name) {
		row->name = define(t, "const struct tc_type",
			shape->kind == SHAPE_MAP ? "map" : "list", hint, init);
		return;
	}
	tc__buffer_printf(&text, "%sconst struct tc_type %s = %s;", shape->is_root ? "" : "static ",
		row->name, tc__buffer_get(init));
	pool_write(t->out, "", tc__buffer_get(&text));
	t->pool.no_memory |= text.no_memory || init->no_memory;
	tc__buffer_clear(&text);
	tc__buffer_clear(init);
}

/* An object, union, map or array. */
static const char *row_type(struct tables *t, const struct shape *shape, const char *hint)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX);
	struct row *row = row_of(t, shape);

	if (row->is_done)
		return row->name;
	if (!row->name && (shape->is_root || !shape_is_list(shape) || row->is_open))
		row->name = early_name(t, shape, hint);
	if (row->is_open) {
		if (!row->is_declared && !shape->is_root)
			tc__buffer_printf(t->out, "static const struct tc_type %s;\n", row->name);
		row->is_declared = true;
		return row->name;
	}
	row->is_open = true;
	if (shape->kind == SHAPE_OBJECT)
		object_init(t, shape, &init);
	else if (shape->kind == SHAPE_UNION)
		union_init(t, shape, &init);
	else
		list_init(t, shape, hint, &init);
	finish_row(t, shape, row, hint, &init);
	row->is_done = true;
	return row->name;
}

/* The name of a shape's table, which stands above then; `hint` is where it is used. */
static const char *type_of(struct tables *t, const struct shape *shape, const char *hint)
{
	if (t->pool.no_memory)
		return "";
	switch (shape->kind) {
	case SHAPE_TEXT:
		return text_type(t, &shape->text, hint);
	case SHAPE_INT64:
		return int64_type(t, &shape->int64, hint);
	case SHAPE_DOUBLE:
		return double_type(t, &shape->number, hint);
	case SHAPE_BOOL:
		return bool_type(t, shape, hint);
	case SHAPE_JSON:
		return json_type(t, shape, hint);
	default:
		return row_type(t, shape, hint);
	}
}

void emit_types_source(struct tc__buffer *out, const struct service *service)
{
	struct tables t = { .out = out, .service = service };

	pool_open(&t.pool);
	t.by_shape.arena = &t.pool.arena;
	emit_mark(out, service);
	tc__buffer_printf(out,
		"#include <taskcluster/%s_types.h>\n\n#include <taskcluster/type_table.h>\n\n",
		service->c_name);
	for (const struct shape *root = service->roots; root; root = root->next_root) {
		if (root->kind != SHAPE_JSON)
			type_of(&t, root, short_name(&t, shape_struct_name(root)));
	}
	pool_close(&t.pool, out);
}
