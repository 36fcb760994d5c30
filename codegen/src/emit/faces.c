/* SPDX-License-Identifier: MPL-2.0 */
/* The functions with structs: performing a call, its body, its reply. */
#include "codegen/src/emit/parts.h"
#include "codegen/src/reference/dialect.h"

static void add_arguments(
	struct fill *fill, const struct service *service, const struct operation *operation)
{
	for (size_t i = 0; i < operation->argument_count; i++)
		fill_add(fill, "const char *%s,", operation->arguments[i].c_name);
	if (operation->query_count)
		fill_add(fill, "const struct tc_%s_%s_query *query,", service->c_name,
			operation->c_name);
}

/* How a body comes in: a struct, or JSON. */
static void add_body(struct fill *fill, const struct operation *operation)
{
	if (operation->input_shape)
		fill_add(fill, "const struct tc_%s *body,",
			shape_struct_name(operation->input_shape));
	else if (operation->input.name)
		fill_add(fill, "const tc_json *body,");
}

/* And how what came is handed over: a struct, JSON, or the whole response. */
static void add_reply(struct fill *fill, const struct operation *operation)
{
	if (operation->output_shape)
		fill_add(fill, "struct tc_%s **reply,", shape_struct_name(operation->output_shape));
	else if (operation->output.name)
		fill_add(fill, "const tc_json **reply,");
	else
		fill_add(fill, "tc_response **response,");
}

static const char *reply_name(const struct operation *operation)
{
	return operation->output.name ? "reply" : "response";
}

static void add_face(struct tc__buffer *out, size_t width, const char *linkage,
	const struct service *service, const struct operation *operation, const char *end)
{
	struct fill fill = fill_begin(out, width, "", "\t");

	fill_add(&fill, "%sint tc_%s_%s(", linkage, service->c_name, operation->c_name);
	fill.glue = true;
	fill_add(&fill, "tc_client *client,");
	add_arguments(&fill, service, operation);
	add_body(&fill, operation);
	add_reply(&fill, operation);
	fill_add(&fill, "tc_error *err)%s", end);
	fill_end(&fill);
}

static void add_call(struct tc__buffer *out, size_t width, const char *linkage,
	const struct service *service, const struct operation *operation, const char *end)
{
	struct fill fill = fill_begin(out, width, "", "\t");

	fill_add(&fill, "%stc_call *tc_%s_%s_call(", linkage, service->c_name, operation->c_name);
	fill.glue = true;
	fill_add(&fill, "tc_client *client,");
	add_arguments(&fill, service, operation);
	fill_add(&fill, "tc_error *err)%s", end);
	fill_end(&fill);
}

static void add_body_function(struct tc__buffer *out, size_t width, const char *linkage,
	const struct service *service, const struct operation *operation, const char *end)
{
	struct fill fill = fill_begin(out, width, "", "\t");

	fill_add(&fill, "%sint tc_%s_%s_body(", linkage, service->c_name, operation->c_name);
	fill.glue = true;
	fill_add(&fill, "tc_call *call,");
	add_body(&fill, operation);
	fill_add(&fill, "tc_error *err)%s", end);
	fill_end(&fill);
}

static void add_reply_function(struct tc__buffer *out, size_t width, const char *linkage,
	const struct service *service, const struct operation *operation, const char *end)
{
	struct fill fill = fill_begin(out, width, "", "\t");

	fill_add(&fill, "%sstruct tc_%s *tc_%s_%s_reply(", linkage,
		shape_struct_name(operation->output_shape), service->c_name, operation->c_name);
	fill.glue = true;
	fill_add(&fill, "const tc_response *response,");
	fill_add(&fill, "tc_error *err)%s", end);
	fill_end(&fill);
}

/* A stream of events has no end that a synchronous function could wait for. */
static bool has_face(const struct operation *operation)
{
	return !operation->dialect || !operation->dialect->events;
}

void emit_faces_declare(
	struct tc__buffer *out, const struct service *service, const struct operation *operation)
{
	if (has_face(operation))
		add_face(out, PROSE_WIDTH, "TC_API ", service, operation, ";");
	add_call(out, PROSE_WIDTH, "TC_API ", service, operation, ";");
	if (operation->input_shape)
		add_body_function(out, PROSE_WIDTH, "TC_API ", service, operation, ";");
	if (operation->output_shape)
		add_reply_function(out, PROSE_WIDTH, "TC_API ", service, operation, ";");
}

/* The begin of a statement over the operation's row; `first` is what comes before the row. */
static struct fill begin_statement(struct tc__buffer *out, const struct operation *operation,
	const char *call, const char *first)
{
	struct fill fill = fill_begin(out, PROSE_TABLE_WIDTH, "{ ", "\t");

	fill_add(&fill, "return tc_generated_%s(%s", call, first);
	fill.glue = !*first;
	fill_add(&fill, "OP(%s),", emit_upper(operation->c_name).text);
	return fill;
}

static void add_values(struct fill *fill, const struct operation *operation)
{
	for (size_t i = 0; i < operation->argument_count; i++)
		fill_add(fill, "%s%s%s", i ? "" : "TC_VALUES(", operation->arguments[i].c_name,
			i + 1 < operation->argument_count ? "," : "),");
	if (!operation->argument_count)
		fill_add(fill, "NULL,");
	fill_add(fill, operation->query_count ? "query," : "NULL,");
}

static void end_statement(struct fill *fill)
{
	fill_add(fill, "err); }");
	fill_end(fill);
}

static void define_face(
	struct tc__buffer *out, const struct service *service, const struct operation *operation)
{
	add_face(out, PROSE_TABLE_WIDTH, "", service, operation, "");
	struct fill fill = begin_statement(out, operation, "perform", "client,");
	add_values(&fill, operation);
	fill_add(&fill, operation->input.name ? "body," : "NULL,");
	fill_add(&fill, "%s,", reply_name(operation));
	end_statement(&fill);
}

void emit_faces_define(
	struct tc__buffer *out, const struct service *service, const struct operation *operation)
{
	struct fill fill;

	tc__buffer_char(out, '\n');
	if (has_face(operation))
		define_face(out, service, operation);
	add_call(out, PROSE_TABLE_WIDTH, "", service, operation, "");
	fill = begin_statement(out, operation, "call", "client,");
	add_values(&fill, operation);
	end_statement(&fill);
	if (operation->input_shape) {
		add_body_function(out, PROSE_TABLE_WIDTH, "", service, operation, "");
		fill = begin_statement(out, operation, "body", "call,");
		fill_add(&fill, "body,");
		end_statement(&fill);
	}
	if (operation->output_shape) {
		add_reply_function(out, PROSE_TABLE_WIDTH, "", service, operation, "");
		fill = begin_statement(out, operation, "reply", "");
		fill_add(&fill, "response,");
		end_statement(&fill);
	}
}
