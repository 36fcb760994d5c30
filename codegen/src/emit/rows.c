/* SPDX-License-Identifier: MPL-2.0 */
/* The constant rows in <service>_rows.c: operations, exchanges, the service. What is equal is there
 * once. They lie apart from the functions that call by them, so that a program that only reads them
 * takes nothing along that sends. */
#include "codegen/src/emit/conventions.h"
#include "codegen/src/emit/parts.h"
#include "codegen/src/emit/refusals.h"
#include <string.h>

#define HINT_MAX 40
#define ROW_WIDTH (PROSE_TABLE_WIDTH - 2) /* leaves room for a row's end */

/* ---- operations ---- */

struct rows {
	const struct service *service;
	struct pool pool;
	struct pool_rows names; /* lists of parameters */
	struct pool_rows types; /* lists of media types */
	struct shared_rules rules;
	struct pool_rows refusals;
	struct pool_rows whole; /* conventions of more than one operation */
	const char **own;       /* the conventions of each operation; NULL: none */
	struct table uses;      /* of conventions: how many operations have them */
	struct tc__buffer text; /* of the operations */
};

/* The name of a list of parameters, made of theirs where that is short. */
static const char *share_names(struct rows *rows, const struct operation *operation,
	const struct parameter *parameters, size_t count)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX), hint = init;

	tc__buffer_char(&init, '{');
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		tc__buffer_printf(&init, " { \"%s\" }%s", parameters[i].name, last ? " }" : ",");
		tc__buffer_printf(&hint, "%s%s", i ? "_" : "", parameters[i].c_name);
	}
	bool is_short = hint.length <= HINT_MAX;
	const char *name = pool_share(
		&rows->names, is_short ? tc__buffer_get(&hint) : operation->c_name, &init);
	rows->pool.no_memory |= hint.no_memory;
	tc__buffer_clear(&hint);
	return name;
}

static void add_parameters(struct rows *rows, struct fill *fill, const struct operation *operation,
	const char *member, const char *count_member, const struct parameter *parameters,
	size_t count)
{
	if (!count)
		return;
	fill_add(fill, ".%s = %s,", member, share_names(rows, operation, parameters, count));
	fill_add(fill, ".%s = %zu,", count_member, count);
}

static void add_bodies(struct fill *fill, const struct operation *operation)
{
	if (operation->input.name)
		fill_add(fill, ".has_input = true,");
	if (operation->input_shape)
		fill_add(fill, ".input = &tc_%s_type,", shape_struct_name(operation->input_shape));
	if (operation->output.name)
		fill_add(fill, ".has_output = true,");
	if (operation->output_shape)
		fill_add(
			fill, ".output = &tc_%s_type,", shape_struct_name(operation->output_shape));
	if (operation->blob_output)
		fill_add(fill, ".blob_output = true,");
	if (operation->pages)
		fill_add(fill, ".pages = true,");
	if (operation->secret_reply)
		fill_add(fill, ".secret_reply = true,");
}

static void add_flags(struct fill *fill, const struct operation *operation)
{
	static const char *const stabilities[] = { NULL, "TC_EXPERIMENTAL", "TC_DEPRECATED" };
	static const char *const retries[] = { NULL, "TC_RETRY_UNSENT", "TC_RETRY_NEVER" };

	if (operation->stability)
		fill_add(fill, ".stability = %s,", stabilities[operation->stability]);
	if (operation->retry)
		fill_add(fill, ".retry = %s,", retries[operation->retry]);
	if (operation->unsafe_member) {
		fill_literal(fill, "unsafe_member", operation->unsafe_member, ",");
		fill_literal(fill, "unsafe_value", operation->unsafe_value, ",");
	}
	if (operation->wait_ms)
		fill_add(fill, ".wait_ms = %u,", operation->wait_ms);
}

/* What its reply has to be, where that is not what most are. */
static void add_promise(struct rows *rows, struct fill *fill, const struct operation *operation)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX);

	if (operation->success) {
		tc__buffer_text(&init, ".success = (const uint16_t[]){");
		for (const uint16_t *status = operation->success; *status; status++)
			tc__buffer_printf(&init, " %d,", *status);
		tc__buffer_text(&init, " 0 },");
		pool_fill(fill, tc__buffer_get(&init));
	}
	if (operation->reply_types) {
		tc__buffer_truncate(&init, 0);
		tc__buffer_char(&init, '{');
		for (const char *const *type = operation->reply_types; *type; type++)
			tc__buffer_printf(&init, " \"%s\",", *type);
		tc__buffer_text(&init, " NULL }");
		fill_add(fill, ".reply_types = %s,",
			pool_share(&rows->types, operation->c_name, &init));
	}
	rows->pool.no_memory |= init.no_memory;
	tc__buffer_clear(&init);
}

static void count_use(struct rows *rows, const char *conventions)
{
	unsigned *uses = table_number(&rows->uses, conventions);

	rows->pool.no_memory |= !uses;
	*(uses ? uses : &rows->pool.uncounted) += 1;
}

static bool has_twin(struct rows *rows, const char *conventions)
{
	const unsigned *uses = table_number(&rows->uses, conventions);

	return uses && *uses > 1;
}

/* Its conventions: in the row, unless another operation has the same. */
static void add_conventions(struct rows *rows, struct fill *fill, size_t index)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX);
	bool shared;

	if (!rows->own[index])
		return;
	shared = has_twin(rows, rows->own[index]);
	tc__buffer_printf(
		&init, shared ? "{ %s }" : ".conventions = TC_RULES(%s),", rows->own[index]);
	if (shared)
		fill_add(fill, ".conventions = &%s,",
			pool_share(&rows->whole, rows->service->operations[index].c_name, &init));
	else
		pool_fill(fill, tc__buffer_get(&init));
	rows->pool.no_memory |= init.no_memory;
	tc__buffer_clear(&init);
}

/* The members that every row has come first, in their order. */
static void add_operation(struct rows *rows, size_t index)
{
	const struct operation *operation = &rows->service->operations[index];
	struct fill fill = fill_begin(&rows->text, ROW_WIDTH, "\t", "\t\t");

	fill_add(&fill, "[OP_%s] = { ", emit_upper(operation->c_name).text);
	fill.glue = true;
	fill_add(&fill, "&tc__service_%s,", rows->service->c_name);
	fill_add(&fill, "\"%s\", \"%s\",", operation->name, operation->method);
	fill_literal(&fill, NULL, operation->route, ",");
	fill_literal(&fill, NULL, operation->title, ",");
	fill_literal(&fill, NULL, operation->description, ",");
	size_t begin = rows->text.length;
	if (operation->scopes)
		fill_literal(&fill, "scopes", operation->scopes, ",");
	add_parameters(rows, &fill, operation, "arguments", "argument_count", operation->arguments,
		operation->argument_count);
	add_parameters(rows, &fill, operation, "query", "query_count", operation->query,
		operation->query_count);
	add_bodies(&fill, operation);
	add_flags(&fill, operation);
	add_promise(rows, &fill, operation);
	add_conventions(rows, &fill, index);
	const char *refusals = refusals_share(&rows->refusals, operation);
	if (refusals)
		fill_add(&fill, ".refusals = %s,", refusals);
	if (rows->text.length == begin)
		fill_add(
			&fill, ".scopes = NULL,"); /* a row without a name warns of what it lacks */
	fill_close(&fill, " },");
}

static void fill_rows(struct rows *rows)
{
	size_t count = rows->service->operation_count;

	rows->names = pool_rows_of(&rows->pool, "const struct tc_parameter", "names", true);
	rows->types = pool_rows_of(&rows->pool, "const char", "types", true);
	rows->types.pointers = true;
	rows->whole =
		pool_rows_of(&rows->pool, "const struct tc_operation_conventions", "rules", false);
	rows->refusals = refusals_begin(&rows->pool);
	emit_rules_begin(&rows->rules, &rows->pool);
	rows->own = pool_allocate(&rows->pool, count * sizeof *rows->own);
	rows->uses.arena = &rows->pool.arena;
	for (size_t i = 0; rows->own && i < count; i++) {
		rows->own[i] = emit_rules_of(&rows->rules, &rows->service->operations[i]);
		if (rows->own[i])
			count_use(rows, rows->own[i]);
	}
	for (size_t i = 0; rows->own && i < count; i++)
		add_operation(rows, i);
}

static void emit_operations(struct tc__buffer *out, const struct service *service)
{
	struct rows rows = { .service = service, .text = TC__BUFFER(EMIT_FILE_MAX) };

	if (!service->operation_count)
		return;
	pool_open(&rows.pool);
	fill_rows(&rows);
	pool_write_rows(&rows.names, out);
	pool_write_rows(&rows.types, out);
	emit_rules_end(&rows.rules, out);
	pool_write_rows(&rows.refusals, out);
	pool_write_rows(&rows.whole, out);
	pool_close(&rows.pool, out);
	tc__buffer_printf(
		out, "\nconst struct tc_operation tc__operations_%s[] = {\n", service->c_name);
	tc__buffer_add(out, tc__buffer_get(&rows.text), rows.text.length);
	tc__buffer_text(out, "};\n");
	out->no_memory |= rows.text.no_memory;
	tc__buffer_clear(&rows.text);
}

/* ---- exchanges ---- */

/* A word between braces; `summary` is what holds its own, or NULL. */
static void add_word(struct tc__buffer *init, const struct key_word *word, const char *summary)
{
	tc__buffer_printf(init, "{ \"%s\", ", word->name);
	if (word->constant)
		prose_literal(init, word->constant, strlen(word->constant));
	else
		tc__buffer_text(init, "NULL");
	tc__buffer_text(init, ", ");
	if (summary)
		tc__buffer_text(init, summary);
	else
		prose_text_literal(init, word->summary ? word->summary : "");
	tc__buffer_printf(init, ", %s, %s }", word->required ? "true" : "false",
		word->multiple_words ? "true" : "false");
}

/* A summary that makes its word too long for a line. */
static const char *define_summary(
	struct tc__buffer *out, struct pool *pool, const struct key_word *word)
{
	struct tc__buffer text = TC__BUFFER(EMIT_FILE_MAX);
	const char *name = pool_name(pool, "summary", word->c_name);

	tc__buffer_printf(&text, "static const char %s[] = ", name);
	prose_text_literal(&text, word->summary ? word->summary : "");
	tc__buffer_char(&text, ';');
	pool_write(out, "", tc__buffer_get(&text));
	pool->no_memory |= text.no_memory;
	tc__buffer_clear(&text);
	return name;
}

/* Lists share most of their words, and a list cannot hold what stands elsewhere: so each word has
 * a macro. */
static const char *define_word(
	struct tc__buffer *out, struct pool *pool, const struct key_word *word)
{
	struct tc__buffer init = TC__BUFFER(EMIT_FILE_MAX);
	const char *key;

	add_word(&init, word, NULL);
	size_t length = init.length;
	const char *name = pool_find(pool, "", &init, &key);
	if (name)
		return name;
	name = pool_name(pool, "WORD", emit_upper(word->c_name).text);
	pool_add(pool, key, name);
	bool is_long = strlen("#define  ") + strlen(name) + length > PROSE_TABLE_WIDTH;
	add_word(&init, word, is_long ? define_summary(out, pool, word) : NULL);
	tc__buffer_printf(out, "#define %s %s\n", name, tc__buffer_get(&init));
	pool->no_memory |= init.no_memory;
	tc__buffer_clear(&init);
	return name;
}

static void emit_words(struct tc__buffer *out, struct pool *pool, const struct exchange *exchange)
{
	struct tc__buffer macros = TC__BUFFER(EMIT_FILE_MAX), text = macros;

	tc__buffer_printf(
		&text, "static const struct tc_key_word words_%s[] = {", exchange->c_name);
	for (size_t i = 0; i < exchange->word_count; i++)
		tc__buffer_printf(&text, " %s%s", define_word(&macros, pool, &exchange->words[i]),
			i + 1 < exchange->word_count ? "," : " };");
	tc__buffer_add(out, tc__buffer_get(&macros), macros.length);
	pool_write(out, "", tc__buffer_get(&text));
	pool->no_memory |= macros.no_memory || text.no_memory;
	tc__buffer_clear(&macros);
	tc__buffer_clear(&text);
}

static void emit_exchange_row(
	struct tc__buffer *out, const struct service *service, const struct exchange *exchange)
{
	struct fill fill = fill_begin(out, ROW_WIDTH, "\t", "\t\t");

	fill_add(&fill, "[EX_%s] = { ", emit_upper(exchange->c_name).text);
	fill.glue = true;
	fill_add(&fill, "&tc__service_%s,", service->c_name);
	fill_add(&fill, "\"%s\",", exchange->name);
	fill_literal(&fill, NULL, exchange->exchange, ",");
	fill_literal(&fill, NULL, exchange->title, ",");
	fill_literal(&fill, NULL, exchange->description, ",");
	fill_add(&fill, ".words = words_%s,", exchange->words_owner->c_name);
	fill_add(&fill, ".word_count = %zu,", exchange->word_count);
	if (exchange->message_shape)
		fill_add(&fill, ".message = &tc_%s_type,",
			shape_struct_name(exchange->message_shape));
	if (exchange->once)
		fill_add(&fill, ".once = true,");
	if (exchange->since)
		fill_literal(&fill, "since", exchange->since, ",");
	fill_close(&fill, " },");
}

static void emit_exchanges(struct tc__buffer *out, const struct service *service)
{
	struct pool pool;

	if (!service->exchange_count)
		return;
	pool_open(&pool);
	tc__buffer_char(out, '\n');
	for (size_t i = 0; i < service->exchange_count; i++) {
		const struct exchange *exchange = &service->exchanges[i];
		if (exchange->words_owner == exchange)
			emit_words(out, &pool, exchange);
	}
	pool_close(&pool, out);
	tc__buffer_printf(
		out, "\nconst struct tc_exchange tc__exchanges_%s[] = {\n", service->c_name);
	for (size_t i = 0; i < service->exchange_count; i++)
		emit_exchange_row(out, service, &service->exchanges[i]);
	tc__buffer_text(out, "};\n");
}

/* ---- the service ---- */

static void emit_service_row(struct tc__buffer *out, const struct service *service)
{
	tc__buffer_printf(out, "\nconst struct tc_service tc__service_%s = {\n", service->c_name);
	struct fill fill = fill_begin(out, PROSE_TABLE_WIDTH, "\t", "\t");
	fill_add(&fill, ".name = \"%s\",", service->name);
	fill_literal(&fill, "version", service->version, ",");
	fill_literal(&fill, "title", service->title, ",");
	fill_literal(&fill, "description", service->description, ",");
	if (service->base_url)
		fill_literal(&fill, "base_url", service->base_url, ",");
	if (service->short_name)
		fill_literal(&fill, "short_name", service->short_name, ",");
	if (service->release)
		fill_literal(&fill, "release", service->release, ",");
	if (service->conventions)
		fill_add(&fill, ".conventions = &conventions,");
	if (service->operation_count)
		fill_add(&fill, ".operations = tc__operations_%s, .operation_count = %zu,",
			service->c_name, service->operation_count);
	if (service->exchange_count)
		fill_add(&fill, ".exchanges = tc__exchanges_%s, .exchange_count = %zu,",
			service->c_name, service->exchange_count);
	fill_end(&fill);
	tc__buffer_text(out, "};\n");
}

/* ---- the files ---- */

static void add_place(
	struct fill *fill, const char *kind, const char *c_name, size_t index, size_t count)
{
	fill_add(fill, "%s_%s%s", kind, emit_upper(c_name).text, index + 1 < count ? "," : " };");
}

/* The table, and what names a row of it. */
static void declare_table(
	struct tc__buffer *out, const struct service *service, const char *type, const char *kind)
{
	tc__buffer_printf(out,
		"extern const struct tc_%s tc__%ss_%s[];\n"
		"#define %s(name) &tc__%ss_%s[%s_##name]\n",
		type, type, service->c_name, kind, type, service->c_name, kind);
}

static struct fill begin_enum(struct tc__buffer *out)
{
	return fill_begin(out, PROSE_TABLE_WIDTH, "\nenum { ", "\t");
}

static void declare_operations(struct tc__buffer *out, const struct service *service)
{
	size_t count = service->operation_count;

	if (!count)
		return;
	struct fill fill = begin_enum(out);
	for (size_t i = 0; i < count; i++)
		add_place(&fill, "OP", service->operations[i].c_name, i, count);
	fill_end(&fill);
	declare_table(out, service, "operation", "OP");
}

static void declare_exchanges(struct tc__buffer *out, const struct service *service)
{
	size_t count = service->exchange_count;

	if (!count)
		return;
	struct fill fill = begin_enum(out);
	for (size_t i = 0; i < count; i++)
		add_place(&fill, "EX", service->exchanges[i].c_name, i, count);
	fill_end(&fill);
	declare_table(out, service, "exchange", "EX");
}

void emit_rows_header(struct tc__buffer *out, const struct service *service)
{
	struct upper guard = emit_upper(service->c_name);

	emit_mark(out, service);
	tc__buffer_printf(out,
		"#ifndef TC_GENERATED_%s_ROWS_H\n#define TC_GENERATED_%s_ROWS_H\n\n"
		"/* The rows' places in their tables, by name. */\n\n"
		"#include <taskcluster/operation.h>\n\n"
		"#pragma GCC visibility push(hidden) /* addresses without a look-up */\n",
		guard.text, guard.text);
	declare_operations(out, service);
	declare_exchanges(out, service);
	tc__buffer_text(out, "\n#pragma GCC visibility pop\n\n#endif\n");
}

static bool has_rules(const struct service *service)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct operation *operation = &service->operations[i];
		if (operation->refusal_count || operation->since || operation->removed_in ||
			emit_has_argument_rules(operation))
			return true;
	}
	return false;
}

void emit_rows(struct tc__buffer *out, const struct service *service)
{
	emit_mark(out, service);
	tc__buffer_printf(
		out, "#include \"%s_rows.h\"\n\n#include \"services.h\"\n", service->c_name);
	if (service->conventions || has_rules(service))
		tc__buffer_text(out, "#include <taskcluster/conventions.h>\n");
	if (service->roots)
		tc__buffer_printf(out, "#include <taskcluster/%s_types.h>\n", service->c_name);
	emit_system(out, service);
	emit_operations(out, service);
	emit_exchanges(out, service);
	emit_service_row(out, service);
}
