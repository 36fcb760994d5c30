/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/reshape.h"

bool tc__is_reshaped(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules &&
		(rules->rpc || rules->output_tuple ||
			(rules->envelope && (rules->envelope->rows || rules->envelope->single)));
}

/* ---- one item ---- */

/* Adds a row as an object, whose members are called as the columns. */
static int add_row(
	tc_json_builder *builder, const tc_json *row, const tc_json *columns, tc_error *err)
{
	size_t count = tc_json_count(row);

	if (count > tc_json_count(columns))
		return tc__fail(err, TC_ERROR_REPLY, "a row has %zu places, but %zu are named",
			count, tc_json_count(columns));
	tc_json_add_object(builder);
	for (size_t i = 0; i < count; i++) {
		tc_json_add_name(builder, tc_json_text(tc_json_item(columns, i)));
		tc_json_add_json(builder, tc_json_item(row, i));
	}
	tc_json_end(builder);
	return TC_OK;
}

static int add_rows(
	tc_json_builder *builder, const tc_json *items, const tc_json *columns, tc_error *err)
{
	int rc = TC_OK;

	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(items) && rc == TC_OK; i++) {
		const tc_json *item = tc_json_item(items, i);
		if (tc_json_kind(item) == TC_JSON_ARRAY)
			rc = add_row(builder, item, columns, err);
		else
			tc_json_add_json(builder, item);
	}
	tc_json_end(builder);
	return rc;
}

static bool has_rows(const tc_json *items)
{
	for (size_t i = 0; i < tc_json_count(items); i++)
		if (tc_json_kind(tc_json_item(items, i)) == TC_JSON_ARRAY)
			return true;
	return false;
}

static int check_columns(const struct tc_envelope *envelope, const tc_json *columns, tc_error *err)
{
	bool names = tc_json_kind(columns) == TC_JSON_ARRAY;

	for (size_t i = 0; names && i < tc_json_count(columns); i++)
		names = tc_json_kind(tc_json_item(columns, i)) == TC_JSON_STRING;
	if (names)
		return TC_OK;
	return tc__fail(err, TC_ERROR_REPLY,
		"items are rows, but %s does not list the names of their columns", envelope->rows);
}

/* ---- the whole ---- */

/* A copy of the reply whose items are objects. */
static int reshape_rows(const struct tc_envelope *envelope, const tc_json *reply,
	const tc_json **reshaped, tc_error *err)
{
	const tc_json *items = envelope->items ? tc_json_get(reply, envelope->items) : reply;
	const tc_json *columns = tc_json_get(reply, envelope->rows);

	if (!envelope->items || !has_rows(items))
		return TC_OK;
	int rc = check_columns(envelope, columns, err);
	if (rc != TC_OK)
		return rc;
	tc_json_builder *builder = tc_json_builder_new();
	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(reply) && rc == TC_OK; i++) {
		const tc_json *member = tc_json_item(reply, i);
		tc_json_add_name(builder, tc_json_text(tc_json_name(reply, i)));
		if (member == items)
			rc = add_rows(builder, items, columns, err);
		else
			tc_json_add_json(builder, member);
	}
	if (rc != TC_OK) {
		tc_json_builder_free(builder);
		return rc;
	}
	tc_json_end(builder);
	return tc_json_build(builder, reshaped, err);
}

bool tc__has_rows(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules && rules->envelope && rules->envelope->rows;
}

int tc__objects_of_rows(const struct tc_operation *operation, const char *text, size_t length,
	char **objects, size_t *objects_length, tc_error *err)
{
	const tc_json *page = NULL, *reshaped = NULL;

	*objects = NULL;
	int rc = tc_json_parse(text, length, &page, err);
	if (rc == TC_OK)
		rc = reshape_rows(tc__rules_of(operation)->envelope, page, &reshaped, err);
	if (rc == TC_OK && reshaped)
		rc = tc_json_write(reshaped, TC_JSON_COMPACT, objects, objects_length, err);
	tc_release(reshaped);
	tc_release(page);
	return rc;
}

static int check_single(const struct tc_envelope *envelope, const tc_json *reply, tc_error *err)
{
	const tc_json *items = envelope->items ? tc_json_get(reply, envelope->items) : reply;

	if (tc_json_kind(items) == TC_JSON_ARRAY && tc_json_count(items) == 1)
		return TC_OK;
	return tc__fail(err, TC_ERROR_REPLY, "%s lists %zu items; expected exactly one",
		envelope->items ? envelope->items : "the reply", tc_json_count(items));
}

/* An array as an object, whose members have these names; further places are nobody's. */
static int reshape_tuple(
	const char *const *names, const tc_json *value, const tc_json **reshaped, tc_error *err)
{
	if (tc_json_kind(value) != TC_JSON_ARRAY)
		return TC_OK;
	tc_json_builder *builder = tc_json_builder_new();
	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(value) && names[i]; i++) {
		tc_json_add_name(builder, names[i]);
		tc_json_add_json(builder, tc_json_item(value, i));
	}
	tc_json_end(builder);
	return tc_json_build(builder, reshaped, err);
}

void *tc__decode_reshaped(
	const struct tc_operation *operation, const tc_json *reply, unsigned flags, tc_error *err)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);
	const tc_json *value = rules->rpc ? tc_json_get(reply, "result") : reply;
	const tc_json *reshaped = NULL;
	tc_error reason = TC_ERROR_INIT;
	void *decoded = NULL;
	int rc = TC_OK;

	if (rules->envelope && rules->envelope->single)
		rc = check_single(rules->envelope, value, &reason);
	if (rc == TC_OK && rules->envelope && rules->envelope->rows)
		rc = reshape_rows(rules->envelope, value, &reshaped, &reason);
	if (rc == TC_OK && rules->output_tuple)
		rc = reshape_tuple(rules->output_tuple, value, &reshaped, &reason);
	if (rc == TC_OK)
		decoded = tc_decode_json(
			operation->output, reshaped ? reshaped : value, flags, &reason);
	tc_release(reshaped);
	if (decoded)
		return decoded;
	if (reason.code == TC_ERROR_INPUT)
		reason.code = TC_ERROR_REPLY;
	tc__fail_with(err, &reason);
	return NULL;
}
