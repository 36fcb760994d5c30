/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/rows/rows.h"

#include "codegen/src/input/prose.h"
#include "codegen/src/rows/rules.h"
#include <string.h>

/* Whether text for people is as prose_clean makes it. */
static bool is_clean(const char *text)
{
	size_t length = 0;

	for (; text[length]; length++) {
		if ((text[length] < ' ' || text[length] > '~') && text[length] != '\n')
			return false;
	}
	return length <= PROSE_LITERAL_MAX / 2 && !(length && strchr(" \n", text[length - 1]));
}

/* As it stands in generated rows. */
static const char *prose(struct types *types, const char *text)
{
	struct tc__buffer flat = TC__BUFFER(SIZE_MAX / 2);

	if (is_clean(text))
		return text;
	prose_clean(&flat, text);
	const char *copy = flat.no_memory
		? NULL
		: tc__arena_text(types->arena, tc__buffer_get(&flat), flat.length);
	tc__buffer_clear(&flat);
	types->no_memory |= !copy;
	return copy;
}

static const struct tc_parameter *parameters_of(
	struct types *types, const struct parameter *parameters, size_t count)
{
	struct tc_parameter *rows = count ? types_allocate(types, count, sizeof *rows) : NULL;

	for (size_t i = 0; rows && i < count; i++)
		rows[i].name = parameters[i].name;
	return rows;
}

static void fill_operation(
	struct types *types, const struct operation *operation, struct tc_operation *row)
{
	row->name = operation->name;
	row->method = operation->method;
	row->route = operation->route;
	row->title = prose(types, operation->title);
	row->description = prose(types, operation->description);
	row->scopes = operation->scopes;
	row->arguments = parameters_of(types, operation->arguments, operation->argument_count);
	row->argument_count = (uint8_t)operation->argument_count;
	row->query = parameters_of(types, operation->query, operation->query_count);
	row->query_count = (uint8_t)operation->query_count;
	row->input = types_of(operation->input_shape);
	row->output = types_of(operation->output_shape);
	row->has_input = operation->input.name != NULL;
	row->has_output = operation->output.name != NULL;
	row->blob_output = operation->blob_output;
	row->pages = operation->pages;
	row->stability = (uint8_t)operation->stability;
}

static const struct tc_key_word *words_of(struct types *types, const struct exchange *exchange)
{
	struct tc_key_word *rows = types_allocate(types, exchange->word_count, sizeof *rows);

	for (size_t i = 0; rows && i < exchange->word_count; i++) {
		const struct key_word *word = &exchange->words[i];
		rows[i] = (struct tc_key_word){
			.name = word->name,
			.constant = word->constant,
			.summary = prose(types, word->summary ? word->summary : ""),
			.required = word->required,
			.multiple_words = word->multiple_words,
		};
	}
	return rows;
}

static void fill_exchange(
	struct types *types, const struct exchange *exchange, struct tc_exchange *row)
{
	row->name = exchange->name;
	row->exchange = exchange->exchange;
	row->title = prose(types, exchange->title);
	row->description = prose(types, exchange->description);
	row->words = words_of(types, exchange);
	row->word_count = (uint8_t)exchange->word_count;
	row->message = types_of(exchange->message_shape);
}

static void fill_entries(
	struct types *types, const struct service *service, struct service_rows *rows)
{
	rows->operations =
		types_allocate(types, service->operation_count, sizeof *rows->operations);
	rows->exchanges = types_allocate(types, service->exchange_count, sizeof *rows->exchanges);
	for (size_t i = 0; rows->operations && i < service->operation_count; i++) {
		rows->operations[i].service = &rows->row;
		fill_operation(types, &service->operations[i], &rows->operations[i]);
	}
	for (size_t i = 0; rows->exchanges && i < service->exchange_count; i++) {
		rows->exchanges[i].service = &rows->row;
		fill_exchange(types, &service->exchanges[i], &rows->exchanges[i]);
	}
}

static void fill_service(
	struct types *types, const struct service *service, struct service_rows *rows)
{
	types_make(types, service);
	rows->service = service;
	fill_entries(types, service, rows);
	rows->row = (struct tc_service){
		.name = service->name,
		.version = service->version,
		.title = prose(types, service->title),
		.description = prose(types, service->description),
		.operations = service->operation_count ? rows->operations : NULL,
		.operation_count = (uint16_t)service->operation_count,
		.exchanges = service->exchange_count ? rows->exchanges : NULL,
		.exchange_count = (uint16_t)service->exchange_count,
		.release = service->release,
	};
}

int rows_make(struct model *model, struct rows *rows, tc_error *err)
{
	size_t count = 0;

	*rows = (struct rows){ .types = { .arena = &model->arena,
				       .by_source = { .arena = &model->arena } } };
	for (const struct service *service = model->services; service; service = service->next)
		count++;
	rows->services = types_allocate(&rows->types, count, sizeof *rows->services);
	rows->list = types_allocate(&rows->types, count, sizeof *rows->list);
	if (!rows->services || !rows->list)
		return tc__fail_nomem(err);
	for (const struct service *service = model->services; service; service = service->next) {
		rows->list[rows->count] = &rows->services[rows->count].row;
		fill_service(&rows->types, service, &rows->services[rows->count++]);
	}
	return rows->types.no_memory ? tc__fail_nomem(err) : TC_OK;
}

void rows_clear(struct rows *rows)
{
	types_clear(&rows->types);
}
