/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_open(struct model *model)
{
	*model = (struct model){ 0 };
	model->service_names.arena = &model->arena;
	model->names.table.arena = &model->arena;
	model->schema_nodes.arena = &model->arena;
	model->patterns.arena = &model->arena;
	model->last_edge = &model->schema_edges;
	model->last_warning = &model->warnings;
}

void model_close(struct model *model)
{
	for (struct input *input = model->inputs; input; input = input->next)
		input_close(input);
	tc__arena_clear(&model->arena);
}

struct service *model_service(const struct model *model, const char *name)
{
	return table_get(&model->service_names, name, strlen(name));
}

bool model_add_service(struct model *model, struct service *service)
{
	const char *name = service->name;

	if (!table_put(&model->service_names, name, strlen(name), service))
		return false;
	service->next = model->services;
	model->services = service;
	return true;
}

static int compare_services(const void *a, const void *b)
{
	const struct service *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

bool model_sort_services(struct model *model)
{
	size_t count = model->service_names.count, at = 0;
	struct service **list = tc__arena_alloc(&model->arena, count * sizeof *list);

	if (!list)
		return false;
	for (struct service *service = model->services; service; service = service->next)
		list[at++] = service;
	qsort(list, count, sizeof *list, compare_services);
	struct service **end = &model->services;
	for (size_t i = 0; i < count; i++) {
		*end = list[i];
		end = &list[i]->next;
	}
	*end = NULL;
	return true;
}

struct parameter *model_argument(const struct operation *operation, const char *name)
{
	for (size_t i = 0; i < operation->argument_count; i++) {
		if (strcmp(operation->arguments[i].name, name) == 0)
			return &operation->arguments[i];
	}
	return NULL;
}

int model_warn(struct model *model, const struct node *node, tc_error *err, const char *format, ...)
{
	struct warning *warning = tc__arena_alloc(&model->arena, sizeof *warning);
	tc_error told = TC_ERROR_INIT;
	char message[TC__MESSAGE_MAX + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	node_fail(node, &told, "%s", message);
	const char *text = tc_error_text(&told);
	if (warning)
		*warning = (struct warning){
			.text = tc__arena_text(&model->arena, text, strlen(text)),
		};
	tc_error_clear(&told);
	if (!warning || !warning->text)
		return tc__fail_nomem(err);
	*model->last_warning = warning;
	model->last_warning = &warning->next;
	return TC_OK;
}
