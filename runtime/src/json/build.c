/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/json.h"

#include "runtime/src/json/stack.h"
#include "runtime/src/json/utf8.h"
#include <math.h>
#include <sodium.h>
#include <string.h>
#include <taskcluster/decimal.h>

#define TOO_DEEP "objects and arrays nest too deep (TC_JSON_DEPTH_MAX)"

struct tc_json_builder {
	struct tc__json_stack stack;
	struct tc__arena arena;
	struct tc_json *root;
	bool named;   /* the last was a name, whose value must follow */
	tc_error err; /* the first thing that went wrong */
};

static void release(void *handle)
{
	tc_json_builder *builder = handle;

	tc__json_stack_clear(&builder->stack);
	tc__arena_clear(&builder->arena);
	tc_error_clear(&builder->err);
	tc__handle_end(builder);
}

static tc_json_builder *new_builder(bool secret)
{
	tc_json_builder *builder = tc__handle_alloc(sizeof *builder, release);

	if (!builder)
		return NULL;
	builder->arena = (struct tc__arena){ .secret = secret };
	builder->root = tc__arena_object(&builder->arena, sizeof *builder->root);
	builder->named = false;
	builder->err = (tc_error)TC_ERROR_INIT;
	if (!builder->root) {
		tc__arena_clear(&builder->arena);
		tc__handle_end(builder);
		return NULL;
	}
	tc__json_stack_init(&builder->stack, &builder->arena);
	return builder;
}

tc_json_builder *tc_json_builder_new(void)
{
	return new_builder(false);
}

tc_json_builder *tc__json_builder_new_secret(void)
{
	return new_builder(true);
}

void tc_json_builder_free(tc_json_builder *builder)
{
	tc_release(builder);
}

static bool failed(const tc_json_builder *builder)
{
	return !builder || builder->err.code != TC_OK;
}

static bool refuse(tc_json_builder *builder, const char *wrong)
{
	tc__fail(&builder->err, TC_ERROR_INPUT, "%s", wrong);
	return false;
}

/* A name that stands twice, or lacks its value; a secret one is not shown. */
static void refuse_name(tc_json_builder *builder, const struct tc_json *name, const char *wrong)
{
	struct tc__buffer shown = TC__BUFFER(TC__MESSAGE_MAX);

	if (!builder->stack.secret)
		tc__json_show_name(&shown, name);
	tc__fail(&builder->err, TC_ERROR_INPUT, "%s%s in an object %s",
		builder->stack.secret ? "a name" : "the name ", tc__buffer_get(&shown), wrong);
	tc__buffer_clear(&shown);
}

static void keep(tc_json_builder *builder, enum tc__json_fault fault)
{
	if (fault == TC__JSON_NO_MEMORY)
		tc__fail_nomem(&builder->err);
	if (fault == TC__JSON_TOO_LONG)
		refuse(builder, "a text, array or object is longer than 4 GiB");
	if (fault == TC__JSON_DUPLICATE)
		refuse_name(builder, builder->stack.twice, "is given twice");
}

static bool in_object(const tc_json_builder *builder)
{
	const struct tc__json_stack *stack = &builder->stack;

	return stack->depth > 0 && stack->nodes[stack->open].kind == TC_JSON_OBJECT;
}

/* Whether a value may come here; if so, it comes. */
static bool expect_value(tc_json_builder *builder)
{
	if (failed(builder))
		return false;
	if (in_object(builder) && !builder->named)
		return refuse(builder,
			"a value in an object has no name: call tc_json_add_name "
			"before it");
	if (builder->stack.depth == 0 && builder->stack.count > 0)
		return refuse(builder,
			"a second value stands beside the first: put both into an "
			"array or object");
	builder->named = false;
	return true;
}

static bool expect_text(tc_json_builder *builder, const char *text, size_t length, const char *what)
{
	if (tc__utf8_valid(text, length))
		return true;
	tc__fail(&builder->err, TC_ERROR_INPUT, "a %s is not valid UTF-8", what);
	return false;
}

static void begin(tc_json_builder *builder, enum tc_json_kind kind)
{
	if (!expect_value(builder))
		return;
	if (builder->stack.depth == TC_JSON_DEPTH_MAX)
		refuse(builder, TOO_DEEP);
	else
		keep(builder, tc__json_stack_begin(&builder->stack, kind));
}

void tc_json_add_object(tc_json_builder *builder)
{
	begin(builder, TC_JSON_OBJECT);
}

void tc_json_add_array(tc_json_builder *builder)
{
	begin(builder, TC_JSON_ARRAY);
}

void tc_json_end(tc_json_builder *builder)
{
	if (failed(builder))
		return;
	if (builder->stack.depth == 0)
		refuse(builder, "tc_json_end without an open object or array");
	else if (builder->named)
		refuse_name(
			builder, &builder->stack.nodes[builder->stack.count - 1], "has no value");
	else
		keep(builder, tc__json_stack_end(&builder->stack));
}

void tc__json_add_name_n(tc_json_builder *builder, const char *name, size_t length)
{
	if (failed(builder))
		return;
	if (!in_object(builder)) {
		refuse(builder, "a name stands outside of an object");
		return;
	}
	if (builder->named) {
		refuse_name(
			builder, &builder->stack.nodes[builder->stack.count - 1], "has no value");
		return;
	}
	if (!expect_text(builder, name, length, "name"))
		return;
	keep(builder, tc__json_stack_name(&builder->stack, name, length));
	builder->named = true;
}

void tc_json_add_name(tc_json_builder *builder, const char *name)
{
	if (failed(builder))
		return;
	if (name)
		tc__json_add_name_n(builder, name, strlen(name));
	else
		refuse(builder, "a name is NULL");
}

void tc_json_add_null(tc_json_builder *builder)
{
	if (expect_value(builder))
		keep(builder, tc__json_stack_null(&builder->stack));
}

void tc_json_add_bool(tc_json_builder *builder, bool value)
{
	if (expect_value(builder))
		keep(builder, tc__json_stack_bool(&builder->stack, value));
}

static void add_number(tc_json_builder *builder, const char *text, size_t length)
{
	keep(builder, tc__json_stack_text(&builder->stack, TC_JSON_NUMBER, text, length));
}

void tc_json_add_int64(tc_json_builder *builder, int64_t value)
{
	char text[TC_DECIMAL_SIZE];

	if (!expect_value(builder))
		return;
	tc_decimal(text, value);
	add_number(builder, text, strlen(text));
}

void tc_json_add_double(tc_json_builder *builder, double value)
{
	char text[TC__NUMBER_MAX];

	if (!expect_value(builder))
		return;
	if (isfinite(value))
		add_number(builder, text, tc__number_write(text, value));
	else
		refuse(builder, "JSON has no number for infinity or NaN");
}

void tc_json_add_string(tc_json_builder *builder, const char *text)
{
	if (text)
		tc_json_add_string_n(builder, text, strlen(text));
	else
		tc_json_add_null(builder);
}

void tc_json_add_string_n(tc_json_builder *builder, const char *text, size_t length)
{
	if (!expect_value(builder))
		return;
	if (!text && length)
		refuse(builder, "a string is NULL, but has a length");
	else if (expect_text(builder, text, length, "string"))
		keep(builder, tc__json_stack_text(&builder->stack, TC_JSON_STRING, text, length));
}

static size_t depth_of(const tc_json *json)
{
	size_t deepest = 0;

	for (size_t i = 0; i < tc_json_count(json); i++) {
		size_t depth = depth_of(tc_json_item(json, i));
		if (depth > deepest)
			deepest = depth;
	}
	return json->kind >= TC_JSON_ARRAY ? deepest + 1 : 0;
}

void tc_json_add_json(tc_json_builder *builder, const tc_json *json)
{
	if (!expect_value(builder))
		return;
	if (!json)
		refuse(builder, "tc_json_add_json was given NULL: there is no value to add");
	else if (builder->stack.depth + depth_of(json) > TC_JSON_DEPTH_MAX)
		refuse(builder, TOO_DEEP);
	else
		keep(builder, tc__json_stack_copy(&builder->stack, json));
	tc__json_stack_forget(&builder->stack); /* the next tree may lie where this one did */
}

static enum tc__json_fault add_row(struct tc__json_stack *stack, const struct tc_json *row,
	const struct tc__json_shape *columns)
{
	enum tc__json_fault fault = tc__json_stack_begin(stack, TC_JSON_OBJECT);

	for (size_t i = 0; i < row->length && !fault; i++)
		fault = tc__json_stack_copy(stack, &row->as.items[i]);
	return fault ? fault : tc__json_stack_end_row(stack, columns);
}

static enum tc__json_fault add_rows(struct tc__json_stack *stack, const struct tc_json *items,
	const struct tc__json_shape *columns)
{
	enum tc__json_fault fault = tc__json_stack_begin(stack, TC_JSON_ARRAY);

	for (size_t i = 0; i < items->length && !fault; i++) {
		const struct tc_json *item = &items->as.items[i];
		fault = item->kind == TC_JSON_ARRAY ? add_row(stack, item, columns)
						    : tc__json_stack_copy(stack, item);
	}
	return fault ? fault : tc__json_stack_end(stack);
}

static bool expect_rows(tc_json_builder *builder, const tc_json *items, const tc_json *columns)
{
	if (!expect_value(builder))
		return false;
	for (size_t i = 0; i < items->length; i++) {
		const struct tc_json *item = &items->as.items[i];
		if (item->kind != TC_JSON_ARRAY || item->length <= columns->length)
			continue;
		tc__fail(&builder->err, TC_ERROR_INPUT, "a row has %lu places, but %lu are named",
			(unsigned long)item->length, (unsigned long)columns->length);
		return false;
	}
	if (builder->stack.depth + depth_of(items) <= TC_JSON_DEPTH_MAX)
		return true;
	return refuse(builder, TOO_DEEP);
}

void tc__json_add_rows(tc_json_builder *builder, const tc_json *items, const tc_json *columns)
{
	const struct tc__json_shape *shape = NULL;

	if (!expect_rows(builder, items, columns))
		return;
	enum tc__json_fault fault =
		tc__json_stack_columns(&builder->stack, columns->as.items, columns->length, &shape);
	if (!fault)
		fault = add_rows(&builder->stack, items, shape);
	keep(builder, fault);
	tc__json_stack_forget(&builder->stack);
}

static int finish(tc_json_builder *builder, tc_error *err)
{
	struct tc__json_stack *stack = &builder->stack;

	if (builder->err.code)
		return tc__fail_with(err, &builder->err);
	if (stack->depth)
		return tc__fail(
			err, TC_ERROR_INPUT, "%zu objects or arrays are not ended", stack->depth);
	if (!stack->count)
		return tc__fail(err, TC_ERROR_INPUT, "the builder was given no value");
	tc__json_stack_take(stack, builder->root);
	tc__arena_seal(&builder->arena, builder->root);
	return TC_OK;
}

int tc_json_build(tc_json_builder *builder, const tc_json **json, tc_error *err)
{
	tc_error_clear(err);
	if (json)
		*json = NULL;
	if (!builder)
		return tc__fail_nomem(err);
	int rc = json ? finish(builder, err) : tc__fail(err, TC_ERROR_ARGUMENT, "json is NULL");
	if (rc == TC_OK)
		*json = builder->root;
	tc_json_builder_free(builder);
	return rc;
}
