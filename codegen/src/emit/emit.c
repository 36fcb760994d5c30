/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/emit.h"

#include "codegen/src/emit/conventions.h"
#include "codegen/src/emit/parts.h"
#include "codegen/src/emit/refusals.h"
#include "codegen/src/input/prose.h"
#include <string.h>

/* Headers */

static void add_schema(struct tc__buffer *facts, const char *head, const struct schema *schema)
{
	size_t length = schema->name ? strlen(schema->name) : 0;

	if (length && schema->name[length - 1] == '#')
		length--;
	if (length)
		tc__buffer_printf(facts, "%s%.*s", head, (int)length, schema->name);
}

static const char *retry_text(const struct operation *operation)
{
	switch (operation->retry) {
	case TC_RETRY_ALWAYS:
		break;
	case TC_RETRY_UNSENT:
		return "Not repeated once the server may have begun";
	case TC_RETRY_NEVER:
		return "Never repeated";
	}
	return NULL;
}

/* What a client should know beyond the reference. */
static void add_conventions(struct tc__buffer *facts, const struct operation *operation)
{
	const char *retry = retry_text(operation);

	if (retry)
		tc__buffer_printf(facts, "\n%s", retry);
	if (retry && operation->unsafe_member)
		tc__buffer_printf(facts, " when the body's %s is %s", operation->unsafe_member,
			operation->unsafe_value);
	tc__buffer_text(facts, retry ? "." : "");
	if (operation->wait_ms)
		tc__buffer_printf(facts,
			"%sThe server may hold the reply back for %u s, by which each attempt's "
			"timeout is "
			"longer.",
			retry ? " " : "\n", (operation->wait_ms + 999) / 1000);
}

/* Who fills a body of several shapes sets the tag alone. */
static void add_body_tag(struct tc__buffer *facts, const struct shape *body)
{
	if (!body || body->kind != SHAPE_UNION || !body->discriminator)
		return;
	for (size_t i = 0; i < body->arm_count; i++) {
		if (body->arms[i].value_count != 1)
			return;
	}
	tc__buffer_printf(facts,
		"\nThe body's tag says which shape it has; %s is filled in from that.",
		body->discriminator);
}

static void emit_operation_comment(
	struct tc__buffer *out, const struct service *service, const struct operation *operation)
{
	static const char *const stabilities[] = { "stable", "experimental", "deprecated" };
	struct tc__buffer facts = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_printf(&facts, "%s %s; %s", operation->method, operation->route,
		stabilities[operation->stability]);
	emit_conventions_head(&facts, operation);
	if (!operation->input_shape)
		add_schema(&facts, "; body ", &operation->input);
	if (!operation->output_shape)
		add_schema(&facts, "; reply ", &operation->output);
	tc__buffer_text(&facts, operation->blob_output ? "; the reply is bytes" : "");
	if (operation->scopes)
		tc__buffer_printf(&facts, "\nScopes: %s", operation->scopes_text);
	add_body_tag(&facts, operation->input_shape);
	add_conventions(&facts, operation);
	emit_conventions_facts(&facts, operation);
	refusals_tell(&facts, service, operation);
	tc__buffer_char(out, '\n');
	emit_comment(out, "", *operation->description ? operation->description : operation->title,
		tc__buffer_get(&facts));
	out->no_memory |= facts.no_memory;
	tc__buffer_clear(&facts);
}

static void add_members(struct fill *fill, const struct parameter *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fill_add(fill, "*%s%s", members[i].c_name, i + 1 < count ? "," : ";");
}

/* On one line where it fits. */
static void emit_query_struct(
	struct tc__buffer *out, const struct service *service, const struct operation *operation)
{
	if (!operation->query_count)
		return;
	size_t begin = out->length, count = operation->query_count;
	tc__buffer_printf(out, "\nstruct tc_%s_%s_query { ", service->c_name, operation->c_name);
	struct fill fill = fill_begin(out, SIZE_MAX, "const char ", "");
	add_members(&fill, operation->query, count);
	tc__buffer_text(out, " };\n");
	if (out->length - begin <= PROSE_WIDTH + 2) /* two line feeds */
		return;
	tc__buffer_truncate(out, begin);
	tc__buffer_printf(out, "\nstruct tc_%s_%s_query {\n", service->c_name, operation->c_name);
	fill = fill_begin(out, PROSE_WIDTH, "\tconst char ", "\t\t");
	add_members(&fill, operation->query, count);
	tc__buffer_text(out, "\n};\n");
}

static void emit_exchange_comment(struct tc__buffer *out, const struct exchange *exchange)
{
	struct tc__buffer facts = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_printf(&facts, "Exchange %s", exchange->exchange);
	if (exchange->since)
		tc__buffer_printf(&facts, "; since %s", exchange->since);
	if (exchange->message_shape)
		tc__buffer_printf(&facts, "; messages struct tc_%s",
			shape_struct_name(exchange->message_shape));
	else
		add_schema(&facts, "; messages ", &exchange->message);
	tc__buffer_text(&facts, "\nRouting key ");
	for (size_t i = 0; i < exchange->word_count; i++) {
		const struct key_word *word = &exchange->words[i];
		tc__buffer_printf(&facts, word->constant ? "%s%s" : "%s<%s>", i ? "." : "",
			word->constant ? word->constant : word->name);
	}
	if (exchange->once)
		tc__buffer_text(
			&facts, "\nA key has one message; another with it is a repetition.");
	tc__buffer_char(out, '\n');
	emit_comment(out, "", *exchange->description ? exchange->description : exchange->title,
		tc__buffer_get(&facts));
	out->no_memory |= facts.no_memory;
	tc__buffer_clear(&facts);
}

/* With its summary behind it, or above where that is too long. */
static void emit_key_member(struct tc__buffer *out, const struct key_word *word)
{
	struct tc__buffer comment = TC__BUFFER(EMIT_FILE_MAX);

	prose_comment(&comment, "\t * ", word->summary ? word->summary : "");
	bool one_line = comment.length && strcspn(comment.data, "\n") + 1 == comment.length;
	if (one_line)
		tc__buffer_truncate(&comment, comment.length - 1);
	size_t length = strlen(word->c_name) + comment.length;
	if (one_line && length < PROSE_WIDTH - 28)
		tc__buffer_printf(out, "\tconst char *%s; /* %s */\n", word->c_name,
			comment.data + strlen("\t * "));
	else if (one_line && length < PROSE_WIDTH - 8)
		tc__buffer_printf(out, "\t/* %s */\n\tconst char *%s;\n",
			comment.data + strlen("\t * "), word->c_name);
	else if (comment.length)
		tc__buffer_printf(
			out, "\t/*\n%s\t */\n\tconst char *%s;\n", comment.data, word->c_name);
	else
		tc__buffer_printf(out, "\tconst char *%s;\n", word->c_name);
	out->no_memory |= comment.no_memory;
	tc__buffer_clear(&comment);
}

static void emit_key_members(struct tc__buffer *out, const struct exchange *exchange)
{
	struct fill fill = fill_begin(out, PROSE_WIDTH, "\tconst char ", "\t\t");
	size_t last = exchange->word_count;

	while (last && exchange->words[last - 1].constant)
		last--;
	for (size_t i = 0; i < last; i++) {
		if (!exchange->words[i].constant)
			fill_add(&fill, "*%s%s", exchange->words[i].c_name,
				i + 1 < last ? "," : ";");
	}
	fill_end(&fill);
}

static bool has_choice(const struct exchange *exchange)
{
	for (size_t i = 0; i < exchange->word_count; i++) {
		if (!exchange->words[i].constant)
			return true;
	}
	return false;
}

static void emit_key_struct(
	struct tc__buffer *out, const struct service *service, const struct exchange *exchange)
{
	const struct exchange *owner = exchange->words_owner;

	tc__buffer_printf(out, "struct tc_%s_events_%s_key {", service->c_name, exchange->c_name);
	if (owner != exchange && has_choice(exchange)) {
		tc__buffer_printf(out, " /* as for %s */\n", owner->c_name);
		emit_key_members(out, exchange);
	} else {
		tc__buffer_char(out, '\n');
		for (size_t i = 0; i < exchange->word_count; i++) {
			if (!exchange->words[i].constant)
				emit_key_member(out, &exchange->words[i]);
		}
	}
	tc__buffer_text(out,
		"\tconst char *routing_key_pattern; /* ready-made, instead of the "
		"others */\n};\n");
}

static void emit_binding_signature(struct tc__buffer *out, const char *linkage,
	const struct service *service, const struct exchange *exchange, const char *end)
{
	struct fill fill = fill_begin(out, PROSE_WIDTH, "", "\t");

	fill_add(&fill, "%sint tc_%s_events_%s(", linkage, service->c_name, exchange->c_name);
	fill.glue = true;
	fill_add(
		&fill, "const struct tc_%s_events_%s_key *key,", service->c_name, exchange->c_name);
	fill_add(&fill, "struct tc_binding *binding,");
	fill_add(&fill, "tc_error *err)%s", end);
	fill_end(&fill);
}

static void begin_service_header(struct tc__buffer *out, const struct service *service)
{
	struct tc__buffer types = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_printf(&types, "call.h>\n#include <taskcluster/%s_types.h", service->c_name);
	emit_header_begin(
		out, emit_upper(service->c_name).text, service->roots ? types.data : "call.h");
	tc__buffer_char(out, '\n');
	out->no_memory |= types.no_memory;
	tc__buffer_clear(&types);
}

static void emit_header(struct tc__buffer *out, const struct service *service)
{
	emit_mark(out, service);
	begin_service_header(out, service);
	emit_comment(out, "", *service->description ? service->description : service->title, "");
	emit_contents(out, service);
	emit_glossary(out, service);
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct operation *operation = &service->operations[i];
		emit_query_struct(out, service, operation);
		emit_operation_comment(out, service, operation);
		emit_faces_declare(out, service, operation);
	}
	for (size_t i = 0; i < service->exchange_count; i++) {
		const struct exchange *exchange = &service->exchanges[i];
		emit_exchange_comment(out, exchange);
		emit_key_struct(out, service, exchange);
		emit_binding_signature(out, "TC_API ", service, exchange, ";");
	}
	emit_header_end(out);
}

/* Sources */

static void emit_binding(
	struct tc__buffer *out, const struct service *service, const struct exchange *exchange)
{
	tc__buffer_char(out, '\n');
	emit_binding_signature(out, "", service, exchange, "");
	tc__buffer_printf(out, "{\n\treturn tc_generated_binding(EX(%s), key, binding, err);\n}\n",
		emit_upper(exchange->c_name).text);
}

static void emit_source(struct tc__buffer *out, const struct service *service)
{
	emit_mark(out, service);
	tc__buffer_printf(out, "#include <taskcluster/%s.h>\n\n", service->c_name);
	tc__buffer_printf(out, "#include \"%s_rows.h\"\n#include <taskcluster/generated.h>\n",
		service->c_name);
	for (size_t i = 0; i < service->operation_count; i++)
		emit_faces_define(out, service, &service->operations[i]);
	for (size_t i = 0; i < service->exchange_count; i++)
		emit_binding(out, service, &service->exchanges[i]);
}

/* What all services share */

static void emit_services_header(struct tc__buffer *out, const struct model *model)
{
	emit_mark(out, NULL);
	tc__buffer_text(out,
		"#ifndef TC_GENERATED_SERVICES_H\n#define TC_GENERATED_SERVICES_H\n\n"
		"/* The table of each service. */\n\n"
		"#include <taskcluster/operation.h>\n\n");
	for (const struct service *service = model->services; service; service = service->next)
		tc__buffer_printf(
			out, "extern const struct tc_service tc__service_%s;\n", service->c_name);
	tc__buffer_text(out, "\n#endif\n");
}

static void emit_registry_header(struct tc__buffer *out)
{
	emit_mark(out, NULL);
	emit_header_begin(out, "REGISTRY", "operation.h");
	tc__buffer_text(out,
		"\n/*\n"
		" * What there is, by name, for programs that know only at run time what they "
		"call: NULL for what\n"
		" * there is not. Names are those of the references: \"purge-cache\", "
		"\"createTask\", \"taskCompleted\".\n"
		" */\n"
		"TC_API const struct tc_service *tc_find_service(const char *service);\n"
		"TC_API const struct tc_operation *tc_find_operation(const char *service, const "
		"char *name);\n"
		"TC_API const struct tc_exchange *tc_find_exchange(const char *service, const "
		"char *name);\n"
		"\n/* All services, in alphabetical order; their number goes to *count. */\n"
		"TC_API const struct tc_service *const *tc_services(size_t *count);\n");
	emit_header_end(out);
}

static void emit_finder(
	struct tc__buffer *out, const char *kind, const char *parameters, const char *arguments)
{
	tc__buffer_printf(out,
		"\nconst struct tc_%s *tc_find_%s(%s)\n{\n"
		"\treturn tc_generated_%s(services, COUNT, %s);\n}\n",
		kind, kind, parameters, kind, arguments);
}

static void emit_registry_source(struct tc__buffer *out, const struct model *model)
{
	emit_mark(out, NULL);
	tc__buffer_text(out,
		"#include <taskcluster/registry.h>\n\n"
		"#include \"services.h\"\n#include <taskcluster/generated.h>\n\n"
		"static const struct tc_service *const services[] = {\n");
	for (const struct service *service = model->services; service; service = service->next)
		tc__buffer_printf(out, "\t&tc__service_%s,\n", service->c_name);
	tc__buffer_text(out, "};\n\n#define COUNT (sizeof services / sizeof *services)\n");
	emit_finder(out, "service", "const char *service", "service");
	emit_finder(out, "operation", "const char *service, const char *name", "service, name");
	emit_finder(out, "exchange", "const char *service, const char *name", "service, name");
	tc__buffer_text(out,
		"\nconst struct tc_service *const *tc_services(size_t *count)\n{\n"
		"\t*count = COUNT;\n\treturn services;\n}\n");
}

static void emit_cmake(struct tc__buffer *out, const struct model *model)
{
	tc__buffer_text(out,
		"# " EMIT_MARK "; do not edit. SPDX-License-Identifier: MPL-2.0\n"
		"set(TC_GENERATED_SOURCES\n");
	for (const struct service *service = model->services; service; service = service->next)
		tc__buffer_printf(out,
			service->roots ? "  src/%s.c\n  src/%s_rows.c\n  src/%s_types.c\n"
				       : "  src/%s.c\n  src/%s_rows.c\n",
			service->c_name, service->c_name, service->c_name);
	tc__buffer_text(out, "  src/registry.c)\n");
}

/* Files */

static struct tc__buffer *add_file(struct model *model, struct emit_output *output,
	const char *folder, const char *name, const char *extension)
{
	struct emit_file *file = &output->files[output->count];
	struct tc__buffer path = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_printf(&path, "%s%s%s", folder, name, extension);
	file->path = tc__buffer_failed(&path)
		? NULL
		: tc__arena_text(&model->arena, path.data, path.length);
	tc__buffer_clear(&path);
	file->text = TC__BUFFER(EMIT_FILE_MAX);
	if (!file->path)
		return NULL;
	output->count++;
	return &file->text;
}

static size_t count_lines(const struct tc__buffer *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->data[i] == '\n';
	return lines;
}

static bool emit_types(
	struct model *model, const struct service *service, struct emit_output *output)
{
	struct tc__buffer *header =
		add_file(model, output, "include/taskcluster/", service->c_name, "_types.h");
	struct tc__buffer *source =
		header ? add_file(model, output, "src/", service->c_name, "_types.c") : NULL;

	if (!source)
		return false;
	emit_types_header(header, service);
	emit_types_source(source, service);
	output->type_lines += count_lines(header) + count_lines(source);
	return true;
}

static bool emit_service_rows(
	struct model *model, const struct service *service, struct emit_output *output)
{
	struct tc__buffer *header = add_file(model, output, "src/", service->c_name, "_rows.h");
	struct tc__buffer *source =
		header ? add_file(model, output, "src/", service->c_name, "_rows.c") : NULL;

	if (!source)
		return false;
	emit_rows_header(header, service);
	emit_rows(source, service);
	output->lines += count_lines(header) + count_lines(source);
	return true;
}

static bool emit_service(
	struct model *model, const struct service *service, struct emit_output *output)
{
	struct tc__buffer *header =
		add_file(model, output, "include/taskcluster/", service->c_name, ".h");
	struct tc__buffer *source =
		header ? add_file(model, output, "src/", service->c_name, ".c") : NULL;

	if (!source)
		return false;
	emit_header(header, service);
	emit_source(source, service);
	if (!emit_service_rows(model, service, output))
		return false;
	if (service->roots && !emit_types(model, service, output))
		return false;
	output->services++;
	output->operations += service->operation_count;
	output->exchanges += service->exchange_count;
	output->lines += count_lines(header) + count_lines(source);
	return true;
}

static bool emit_shared(struct model *model, struct emit_output *output)
{
	struct tc__buffer *out = add_file(model, output, "src/", "services", ".h");

	if (!out)
		return false;
	emit_services_header(out, model);
	if (!(out = add_file(model, output, "include/taskcluster/", "registry", ".h")))
		return false;
	emit_registry_header(out);
	if (!(out = add_file(model, output, "src/", "registry", ".c")))
		return false;
	emit_registry_source(out, model);
	if (!(out = add_file(model, output, "", "sources", ".cmake")))
		return false;
	emit_cmake(out, model);
	return true;
}

int emit_model(struct model *model, struct emit_output *output, tc_error *err)
{
	size_t services = 0;
	bool done = true;

	*output = (struct emit_output){ 0 };
	int rc = shape_make(model, err);
	if (rc != TC_OK)
		return rc;
	for (const struct service *service = model->services; service; service = service->next)
		services++;
	output->files = tc__arena_alloc(&model->arena, (6 * services + 4) * sizeof *output->files);
	if (!output->files)
		return tc__fail_nomem(err);
	for (const struct service *service = model->services; service && done;
		service = service->next)
		done = emit_service(model, service, output);
	done = done && emit_shared(model, output);
	for (size_t i = 0; i < output->count; i++)
		done = done && !tc__buffer_failed(&output->files[i].text);
	return done ? TC_OK : tc__fail_nomem(err);
}

void emit_clear(struct emit_output *output)
{
	for (size_t i = 0; i < output->count; i++)
		tc__buffer_clear(&output->files[i].text);
	output->count = 0;
}
