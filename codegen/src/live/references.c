/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/references.h>

#include "codegen/src/live/trust.h"
#include "codegen/src/model/type.h"
#include "codegen/src/reference/reference.h"
#include "codegen/src/rows/rows.h"
#include "runtime/src/base/memory.h"
#include "runtime/src/base/options.h"
#include <string.h>
#include <taskcluster/generated.h>

#define BYTES_MAX ((size_t)64 << 20)

struct tc_references {
	struct model model; /* it must not move */
	struct rows rows;
};

/* ---- reading ---- */

static void clear(void *handle)
{
	tc_references *references = handle;

	rows_clear(&references->rows);
	model_close(&references->model);
	tc__handle_end(references);
}

static int open_empty(
	const struct tc_references_options *options, tc_references **references, tc_error *err)
{
	struct tc_references_options own;
	int rc = tc__options_read(
		options, &own, sizeof own, "options", "TC_REFERENCES_OPTIONS_INIT", err);

	if (rc != TC_OK)
		return rc;
	tc_references *made = tc__handle_alloc(sizeof *made, clear);
	if (!made)
		return tc__fail_nomem(err);
	model_open(&made->model);
	made->model.bytes_max = own.bytes_max ? own.bytes_max : BYTES_MAX;
	made->model.one_host = true;
	made->model.for_rows = true;
	*references = made;
	return TC_OK;
}

/* All that follows on the reading of files, whose path or label is `from`. */
static int make_rows(tc_references *references, const char *from, tc_error *err)
{
	struct model *model = &references->model;
	int rc = TC_OK;

	if (!model->services)
		rc = tc__fail(err, TC_ERROR_INPUT,
			"%s: has no reference of a service; expected functions or exchanges", from);
	if (rc == TC_OK)
		rc = type_check(model, err);
	if (rc == TC_OK)
		rc = shape_make(model, err);
	if (rc == TC_OK)
		rc = rows_make(model, &references->rows, err);
	if (rc == TC_OK)
		trust_own_rules(&references->rows);
	return rc;
}

/* Gives away what was read; what failed ends. */
static int hand_over(tc_references *made, int rc, tc_references **references)
{
	if (rc == TC_OK)
		*references = made;
	else
		tc_release(made);
	return rc;
}

int tc_references_read(const char *path, const struct tc_references_options *options,
	tc_references **references, tc_error *err)
{
	tc_references *made = NULL;

	tc_error_clear(err);
	if (!references)
		return tc__fail(err, TC_ERROR_ARGUMENT, "references is NULL");
	*references = NULL;
	if (!path)
		return tc__fail(err, TC_ERROR_ARGUMENT, "path is NULL");
	int rc = open_empty(options, &made, err);
	if (rc != TC_OK)
		return rc;
	rc = reference_add_path(&made->model, path, err);
	if (rc == TC_OK)
		rc = make_rows(made, path, err);
	return hand_over(made, rc, references);
}

static int add_text(
	struct model *model, const char *label, const char *text, size_t length, tc_error *err)
{
	const char *name = tc__arena_text(&model->arena, label, strlen(label));
	struct input *input = NULL;

	if (!name)
		return tc__fail_nomem(err);
	if (length > model->bytes_max)
		return tc__fail(err, TC_ERROR_INPUT, "%s: has %zu bytes; expected at most %zu",
			label, length, model->bytes_max);
	int rc = input_open_text(&model->arena, name, text, length, &input, err);
	if (rc == TC_OK)
		return reference_add_input(model, input, err);
	input_close(input);
	return rc;
}

int tc_references_read_text(const char *text, size_t length, const char *label,
	const struct tc_references_options *options, tc_references **references, tc_error *err)
{
	tc_references *made = NULL;

	tc_error_clear(err);
	if (!references)
		return tc__fail(err, TC_ERROR_ARGUMENT, "references is NULL");
	*references = NULL;
	if (!text)
		return tc__fail(err, TC_ERROR_ARGUMENT, "text is NULL");
	if (!label)
		return tc__fail(err, TC_ERROR_ARGUMENT, "label is NULL");
	int rc = open_empty(options, &made, err);
	if (rc != TC_OK)
		return rc;
	rc = add_text(&made->model, label, text, length, err);
	if (rc == TC_OK)
		rc = make_rows(made, label, err);
	return hand_over(made, rc, references);
}

void tc_references_free(tc_references *references)
{
	tc_release(references);
}

/* ---- what was read ---- */

const struct tc_service *const *tc_references_services(
	const tc_references *references, size_t *count)
{
	if (count)
		*count = references ? references->rows.count : 0;
	return references ? references->rows.list : NULL;
}

const struct tc_service *tc_references_find_service(
	const tc_references *references, const char *service)
{
	return references
		? tc_generated_service(references->rows.list, references->rows.count, service)
		: NULL;
}

const struct tc_operation *tc_references_find_operation(
	const tc_references *references, const char *service, const char *function)
{
	return references ? tc_generated_operation(references->rows.list, references->rows.count,
				    service, function)
			  : NULL;
}

const struct tc_exchange *tc_references_find_exchange(
	const tc_references *references, const char *service, const char *exchange)
{
	return references ? tc_generated_exchange(references->rows.list, references->rows.count,
				    service, exchange)
			  : NULL;
}

const char *tc_references_release(const tc_references *references)
{
	for (size_t i = 0; references && i < references->rows.count; i++) {
		if (references->rows.list[i]->release)
			return references->rows.list[i]->release;
	}
	return NULL;
}

/* ---- schemas ---- */

/* What a row was made from; NULL for one of others. */
static const struct operation *operation_of(
	const tc_references *references, const struct tc_operation *row)
{
	for (size_t i = 0; references && row && i < references->rows.count; i++) {
		const struct service_rows *rows = &references->rows.services[i];
		if (row->service == &rows->row)
			return &rows->service->operations[row - rows->operations];
	}
	return NULL;
}

const tc_json *tc_references_operation_schema(const tc_references *references,
	const struct tc_operation *operation, enum tc_references_schema which)
{
	const struct operation *made = operation_of(references, operation);

	if (!made || which > TC_SCHEMA_OUTPUT)
		return NULL;
	return which == TC_SCHEMA_INPUT ? made->input.root : made->output.root;
}

const tc_json *tc_references_exchange_schema(
	const tc_references *references, const struct tc_exchange *exchange)
{
	for (size_t i = 0; references && exchange && i < references->rows.count; i++) {
		const struct service_rows *rows = &references->rows.services[i];
		if (exchange->service == &rows->row)
			return rows->service->exchanges[exchange - rows->exchanges].message.root;
	}
	return NULL;
}

const tc_json *tc_references_follow(const tc_references *references, const tc_json *schema)
{
	const struct schema_edge *edge =
		references && schema ? type_edge(&references->model, schema) : NULL;

	return edge ? edge->to : NULL;
}

/* ---- bodies ---- */

static int check_body(const struct tc_type *type, const tc_json *body, tc_error *err)
{
	void *value = tc_decode_json(type, body, TC_DECODE_SECRET, err);

	if (!value)
		return err->code;
	int rc = tc_check(type, value, err);
	tc_release(value);
	return rc;
}

int tc_references_check_body(
	const struct tc_operation *operation, const tc_json *body, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	tc_error_clear(err);
	if (!operation)
		return tc__fail(err, TC_ERROR_ARGUMENT, "operation is NULL");
	if (!operation->has_input && body)
		return tc__fail(err, TC_ERROR_INPUT, "%s.%s takes no body",
			operation->service->name, operation->name);
	if (!operation->has_input)
		return TC_OK;
	if (!body)
		return tc__fail(err, TC_ERROR_INPUT, "%s.%s: the body is missing",
			operation->service->name, operation->name);
	if (!operation->input)
		return TC_OK;
	int rc = check_body(operation->input, body, &failure);
	if (rc != TC_OK)
		tc_error_prefix(&failure, "%s.%s", operation->service->name, operation->name);
	return rc == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}
