/* SPDX-License-Identifier: MPL-2.0 */
/* What a service's header has, as tables in its head: names of types cannot be guessed. */
#include "codegen/src/emit/parts.h"
#include "codegen/src/reference/dialect.h"

#include <string.h>

#define CELLS 3

struct line {
	const char *cells[CELLS]; /* "": no more of them */
};

/* A table is gone through twice: its columns are as wide as the longest name. */
struct table_out {
	struct tc__buffer *out;
	const struct service *service;
	size_t widths[CELLS];
	bool measuring;
};

/* All names of a service begin with its own, which is left out. */
static const char *struct_name(const struct service *service, const struct shape *root)
{
	return shape_struct_name(root) + strlen(service->c_name) + 1;
}

static const char *body_name(const struct service *service, const struct operation *operation)
{
	if (operation->input_shape)
		return struct_name(service, operation->input_shape);
	return operation->input.name ? "tc_json" : "-";
}

static const char *reply_name(const struct service *service, const struct operation *operation)
{
	if (operation->dialect && operation->dialect->events)
		return "tc_stream";
	if (operation->output_shape)
		return struct_name(service, operation->output_shape);
	return operation->output.name ? "tc_json" : "tc_response";
}

static void add_line(struct table_out *table, struct line line)
{
	for (int i = 0; i < CELLS && table->measuring; i++) {
		if (table->widths[i] < strlen(line.cells[i]))
			table->widths[i] = strlen(line.cells[i]);
	}
	if (table->measuring)
		return;
	tc__buffer_text(table->out, " *\t");
	for (int i = 0; i < CELLS && *line.cells[i]; i++) {
		bool last = i + 1 == CELLS || !*line.cells[i + 1];
		tc__buffer_printf(table->out, "%s%-*s", i ? "  " : "",
			last ? 0 : (int)table->widths[i], line.cells[i]);
	}
	tc__buffer_char(table->out, '\n');
}

static void add_functions(struct table_out *table)
{
	const struct service *service = table->service;

	add_line(table, (struct line){ { "function", "body", "reply" } });
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct operation *operation = &service->operations[i];
		add_line(table,
			(struct line){ { operation->c_name, body_name(service, operation),
				reply_name(service, operation) } });
	}
}

static void add_exchanges(struct table_out *table)
{
	const struct service *service = table->service;

	add_line(table, (struct line){ { "exchange", "message", "" } });
	for (size_t i = 0; i < service->exchange_count; i++) {
		const struct exchange *exchange = &service->exchanges[i];
		add_line(table,
			(struct line){ { exchange->c_name,
				exchange->message_shape
					? struct_name(service, exchange->message_shape)
					: "tc_json",
				"" } });
	}
}

typedef void add_fn(struct table_out *table);

static void write_rows(struct tc__buffer *out, const struct service *service, add_fn *add)
{
	struct table_out table = { .out = out, .service = service, .measuring = true };

	add(&table);
	table.measuring = false;
	add(&table);
}

static void emit_table(
	struct tc__buffer *out, const struct service *service, const char *head, add_fn *add)
{
	tc__buffer_text(out, "\n/*\n");
	prose_comment(out, " * ", head);
	tc__buffer_text(out, " *\n");
	write_rows(out, service, add);
	tc__buffer_text(out, " */\n");
}

void emit_contents(struct tc__buffer *out, const struct service *service)
{
	struct tc__buffer head = TC__BUFFER(EMIT_FILE_MAX);
	const char *name = service->c_name;

	tc__buffer_printf(&head,
		"Functions are tc_%s_<function>; what they send is a struct tc_%s_<body>, what "
		"comes "
		"back a struct tc_%s_<reply>. Names with tc_ in front are whole.",
		name, name, name);
	if (service->operation_count)
		emit_table(out, service, tc__buffer_get(&head), add_functions);
	tc__buffer_truncate(&head, 0);
	tc__buffer_printf(&head,
		"Bindings to exchanges are made by tc_%s_events_<exchange>; messages are a struct "
		"tc_%s_<message>.",
		name, name);
	if (service->exchange_count)
		emit_table(out, service, tc__buffer_get(&head), add_exchanges);
	out->no_memory |= head.no_memory;
	tc__buffer_clear(&head);
}
