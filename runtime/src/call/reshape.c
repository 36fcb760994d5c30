/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/reshape.h"

#include "runtime/src/json/json.h"

bool tc__is_reshaped(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules &&
		(rules->rpc || rules->output_tuple ||
			(rules->envelope && (rules->envelope->rows || rules->envelope->single)));
}

/* ---- rows ---- */

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
	for (size_t i = 0; i < tc_json_count(reply) && builder; i++) {
		const tc_json *member = tc_json_item(reply, i);
		const tc_json *name = tc_json_name(reply, i);
		tc__json_add_name_n(builder, tc_json_text(name), tc_json_text_length(name));
		if (member == items)
			tc__json_add_rows(builder, items, columns);
		else
			tc_json_add_json(builder, member);
	}
	tc_json_end(builder);
	return tc_json_build(builder, reshaped, err);
}

bool tc__has_rows(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules && rules->envelope && rules->envelope->rows;
}

int tc__page_of_objects(const struct tc_operation *operation, const char *text, size_t length,
	const tc_json **page, tc_error *err)
{
	const tc_json *reshaped = NULL;

	int rc = tc_json_read(text, length, TC_JSON_MEND, page, err);
	if (rc == TC_OK)
		rc = reshape_rows(tc__rules_of(operation)->envelope, *page, &reshaped, err);
	if (rc == TC_OK && !reshaped)
		return TC_OK;
	tc_release(*page);
	*page = reshaped;
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
