/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/hooks/jsone.h"

#include "runtime/src/base/buffer.h"
#include "tools/sandbox/services/hooks/expression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 60
#define TEXT_MAX ((size_t)10 << 20)

static const tc_json *render(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template);

/* The way to what failed is put together from its end. */
static void came_by(struct jsone *jsone, const char *step, size_t position)
{
	char longer[sizeof jsone->where];

	if (!*jsone->problem)
		return;
	if (step)
		snprintf(longer, sizeof longer, ".%.100s%.190s", step, jsone->where);
	else
		snprintf(longer, sizeof longer, "[%zu]%.270s", position, jsone->where);
	memcpy(jsone->where, longer, sizeof longer);
}

/* A value as a part of a text. */
static void write_value(struct jsone *jsone, struct tc__buffer *text, const tc_json *value)
{
	char *json = NULL;

	switch (tc_json_kind(value)) {
	case TC_JSON_STRING:
		tc__buffer_add(text, tc_json_text(value), tc_json_text_length(value));
		return;
	case TC_JSON_NULL:
		return;
	case TC_JSON_BOOL:
	case TC_JSON_NUMBER:
		if (tc_json_write(value, TC_JSON_COMPACT, &json, NULL, NULL) == TC_OK)
			tc__buffer_text(text, json);
		tc_release(json);
		return;
	default:
		jsone_fail(jsone, "${…} in a text must be a text, a number, a truth or null");
	}
}

/* A text with `${expression}` filled in; `$${` stands for `${`. */
static const tc_json *render_text(
	struct jsone *jsone, const struct jsone_scope *scope, const char *source)
{
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);
	const tc_json *value;

	while (*source && !*jsone->problem) {
		size_t plain = strcspn(source, "$");
		tc__buffer_add(&text, source, plain);
		source += plain;
		if (strncmp(source, "$${", 3) == 0) {
			tc__buffer_text(&text, "${");
			source += 3;
		} else if (strncmp(source, "${", 2) == 0) {
			value = jsone_evaluate(jsone, scope, source + 2, &source);
			if (value && *source != '}')
				jsone_fail(jsone, "expected `}` before `%.40s`", source);
			if (value && !*jsone->problem) {
				write_value(jsone, &text, value);
				source++;
			}
		} else if (*source) {
			tc__buffer_add(&text, source++, 1);
		}
	}
	if (tc__buffer_failed(&text))
		jsone_fail(jsone, "out of memory");
	value = *jsone->problem ? NULL : jsone_text(jsone, tc__buffer_get(&text), text.length);
	tc__buffer_clear(&text);
	return value;
}

static const tc_json *evaluate_all(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *expression)
{
	const char *text = jsone_string(expression);
	const char *rest;

	if (!text)
		return jsone_fail(jsone, "an expression must be a text");
	const tc_json *value = jsone_evaluate(jsone, scope, text, &rest);
	if (value && *rest)
		return jsone_fail(jsone, "expected the end before `%.40s`", rest);
	return value;
}

static const tc_json *op_eval(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	return evaluate_all(jsone, scope, tc_json_get(template, "$eval"));
}

static const tc_json *op_from_now(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *from = tc_json_get(template, "from");
	const tc_json *text = render(jsone, scope, tc_json_get(template, "$fromNow"));
	const tc_json *base = from && text ? render(jsone, scope, from) : NULL;

	return *jsone->problem ? NULL : jsone_from_now(jsone, scope, text, base);
}

static const tc_json *op_if(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *condition = evaluate_all(jsone, scope, tc_json_get(template, "$if"));
	const tc_json *branch = tc_json_get(template, jsone_truth(condition) ? "then" : "else");

	return condition && branch ? render(jsone, scope, branch) : NULL;
}

static const tc_json *op_json(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *value = render(jsone, scope, tc_json_get(template, "$json"));
	const tc_json *made;
	char *text = NULL;

	if (!value || tc_json_write(value, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		return jsone_fail(jsone, "$json expects a value");
	made = jsone_text(jsone, text, strlen(text));
	tc_release(text);
	return made;
}

/* The rendered operand, which must be an array whose items are of a kind. */
static const tc_json *render_array(struct jsone *jsone, const struct jsone_scope *scope,
	const tc_json *template, const char *operator_)
{
	const tc_json *array = render(jsone, scope, tc_json_get(template, operator_));

	if (*jsone->problem || tc_json_kind(array) == TC_JSON_ARRAY)
		return array;
	return jsone_fail(jsone, "%s expects an array", operator_);
}

/* Objects into one: of members with one name the last counts. */
static const tc_json *merge(struct jsone *jsone, const tc_json *objects, const char *operator_)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(objects); i++) {
		const tc_json *object = tc_json_item(objects, i);
		if (tc_json_kind(object) != TC_JSON_OBJECT)
			jsone_fail(jsone, "%s expects objects", operator_);
		for (size_t k = 0; k < tc_json_count(object); k++) {
			const char *name = tc_json_text(tc_json_name(object, k));
			bool later = false;
			for (size_t j = i + 1; j < tc_json_count(objects); j++)
				later = later || tc_json_get(tc_json_item(objects, j), name);
			if (later)
				continue;
			tc_json_add_name(builder, name);
			tc_json_add_json(builder, tc_json_item(object, k));
		}
	}
	tc_json_end(builder);
	if (!*jsone->problem)
		return jsone_build(jsone, builder);
	tc_json_builder_free(builder);
	return NULL;
}

static const tc_json *op_merge(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *array = render_array(jsone, scope, template, "$merge");

	return array ? merge(jsone, array, "$merge") : NULL;
}

/* One level. */
static const tc_json *op_flatten(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *array = render_array(jsone, scope, template, "$flatten");
	tc_json_builder *builder = array ? tc_json_builder_new() : NULL;

	if (!array)
		return NULL;
	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(array); i++) {
		const tc_json *item = tc_json_item(array, i);
		if (tc_json_kind(item) != TC_JSON_ARRAY)
			tc_json_add_json(builder, item);
		for (size_t k = 0; tc_json_kind(item) == TC_JSON_ARRAY && k < tc_json_count(item);
			k++)
			tc_json_add_json(builder, tc_json_item(item, k));
	}
	tc_json_end(builder);
	return jsone_build(jsone, builder);
}

/* What `each(x)` or `each(x,i)` names. */
struct each {
	const tc_json *template;
	const char *item, *index; /* names, the second or NULL */
	size_t item_length, index_length;
};

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"

static bool find_each(const tc_json *template, struct each *each)
{
	for (size_t i = 0; i < tc_json_count(template); i++) {
		const char *name = tc_json_text(tc_json_name(template, i));
		if (strncmp(name, "each(", 5) != 0)
			continue;
		*each = (struct each){ .template = tc_json_item(template, i), .item = name + 5 };
		each->item_length = strspn(each->item, WORD);
		const char *rest = each->item + each->item_length;
		if (*rest == ',') {
			each->index = rest + 1 + strspn(rest + 1, " ");
			each->index_length = strspn(each->index, WORD);
			rest = each->index + each->index_length;
		}
		return each->item_length && strcmp(rest, ")") == 0;
	}
	return false;
}

/* {key, val}, as each() sees an object's member. */
static const tc_json *make_member(struct jsone *jsone, const tc_json *object, size_t position)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	tc_json_add_name(builder, "key");
	tc_json_add_json(builder, tc_json_name(object, position));
	tc_json_add_name(builder, "val");
	tc_json_add_json(builder, tc_json_item(object, position));
	tc_json_end(builder);
	return jsone_build(jsone, builder);
}

static const tc_json *make_index(struct jsone *jsone, size_t position)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_int64(builder, (int64_t)position);
	return jsone_build(jsone, builder);
}

static const tc_json *render_each(struct jsone *jsone, const struct jsone_scope *outer,
	const struct each *each, const tc_json *value, size_t position)
{
	struct jsone_scope item = { each->item, each->item_length, value, outer };
	struct jsone_scope index = { each->index, each->index_length, NULL, &item };

	if (!each->index)
		return render(jsone, &item, each->template);
	index.value = make_index(jsone, position);
	return index.value ? render(jsone, &index, each->template) : NULL;
}

static const tc_json *op_map(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *source = render(jsone, scope, tc_json_get(template, "$map"));
	bool object = tc_json_kind(source) == TC_JSON_OBJECT;
	struct each each;

	if (*jsone->problem)
		return NULL;
	if (!object && tc_json_kind(source) != TC_JSON_ARRAY)
		return jsone_fail(jsone, "$map expects an array or an object");
	if (!find_each(template, &each))
		return jsone_fail(jsone, "$map expects each(name) or each(name,index)");
	tc_json_builder *builder = tc_json_builder_new();
	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(source) && !*jsone->problem; i++) {
		const tc_json *value =
			object ? make_member(jsone, source, i) : tc_json_item(source, i);
		const tc_json *made = value ? render_each(jsone, scope, &each, value, i) : NULL;
		if (made)
			tc_json_add_json(builder, made);
	}
	tc_json_end(builder);
	if (*jsone->problem) {
		tc_json_builder_free(builder);
		return NULL;
	}
	const tc_json *items = jsone_build(jsone, builder);
	return items && object ? merge(jsone, items, "$map over an object") : items;
}

static const tc_json *op_let(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *names = render(jsone, scope, tc_json_get(template, "$let"));
	const tc_json *in = tc_json_get(template, "in");

	if (*jsone->problem)
		return NULL;
	if (tc_json_kind(names) != TC_JSON_OBJECT || !in)
		return jsone_fail(jsone, "$let expects an object of names, and `in`");
	for (size_t i = 0; i < tc_json_count(names); i++) {
		struct jsone_scope *inner = tc__arena_alloc(&jsone->arena, sizeof *inner);
		const tc_json *name = tc_json_name(names, i);
		if (!inner)
			return jsone_fail(jsone, "out of memory");
		*inner = (struct jsone_scope){ tc_json_text(name), tc_json_text_length(name),
			tc_json_item(names, i), scope };
		scope = inner;
	}
	return render(jsone, scope, in);
}

typedef const tc_json *operator_fn(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template);

static const struct operator_ {
	const char *name;
	operator_fn *render; /* NULL: JSON-e has it, the sandbox has it not */
	const char *beside;  /* names that may stand beside it, with a blank behind each */
} operators[] = {
	{ "$eval", op_eval, "" },
	{ "$fromNow", op_from_now, "from " },
	{ "$if", op_if, "then else " },
	{ "$merge", op_merge, "" },
	{ "$flatten", op_flatten, "" },
	{ "$map", op_map, "each( " },
	{ "$let", op_let, "in " },
	{ "$json", op_json, "" },
	{ "$flattenDeep", NULL, "" },
	{ "$mergeDeep", NULL, "" },
	{ "$reverse", NULL, "" },
	{ "$sort", NULL, "" },
	{ "$match", NULL, "" },
	{ "$switch", NULL, "" },
	{ "$reduce", NULL, "" },
	{ "$find", NULL, "" },
};

static bool is_beside(const struct operator_ *operator_, const char *name)
{
	size_t length = strncmp(name, "each(", 5) == 0 ? 5 : strlen(name);
	const char *found = operator_->beside;

	for (; *found; found += strcspn(found, " ") + 1) {
		if (strncmp(found, name, length) == 0 && found[length] == ' ')
			return true;
	}
	return false;
}

static const tc_json *run_operator(struct jsone *jsone, const struct jsone_scope *scope,
	const tc_json *template, const struct operator_ *operator_)
{
	if (!operator_->render)
		return jsone_fail(jsone, "the sandbox does not render the JSON-e operator %s",
			operator_->name);
	for (size_t i = 0; i < tc_json_count(template); i++) {
		const char *name = tc_json_text(tc_json_name(template, i));
		if (strcmp(name, operator_->name) != 0 && !is_beside(operator_, name))
			return jsone_fail(
				jsone, "`%s` must not stand beside %s", name, operator_->name);
	}
	return operator_->render(jsone, scope, template);
}

/* The member that makes an object an operator: `$` and a letter. NULL when there is none. */
static const char *find_operator(const tc_json *template)
{
	for (size_t i = 0; i < tc_json_count(template); i++) {
		const char *name = tc_json_text(tc_json_name(template, i));
		if (name[0] == '$' && name[1] && strchr(WORD, name[1]))
			return name;
	}
	return NULL;
}

static void add_member(struct jsone *jsone, const struct jsone_scope *scope,
	tc_json_builder *builder, const tc_json *template, size_t position)
{
	const char *name = tc_json_text(tc_json_name(template, position));
	const tc_json *value = render(jsone, scope, tc_json_item(template, position));
	const tc_json *key =
		value ? render_text(jsone, scope, name + (strncmp(name, "$$", 2) == 0)) : NULL;

	came_by(jsone, name, 0);
	if (!key)
		return;
	tc_json_add_name(builder, tc_json_text(key));
	tc_json_add_json(builder, value);
}

static const tc_json *render_object(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const char *name = find_operator(template);

	for (size_t i = 0; name && i < sizeof operators / sizeof *operators; i++) {
		if (strcmp(name, operators[i].name) == 0)
			return run_operator(jsone, scope, template, &operators[i]);
	}
	if (name)
		return jsone_fail(jsone, "%s is no operator; a name is written $%s", name, name);
	tc_json_builder *builder = tc_json_builder_new();
	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(template) && !*jsone->problem; i++)
		add_member(jsone, scope, builder, template, i);
	tc_json_end(builder);
	if (!*jsone->problem)
		return jsone_build(jsone, builder);
	tc_json_builder_free(builder);
	return NULL;
}

static const tc_json *render_items(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(template) && !*jsone->problem; i++) {
		const tc_json *value = render(jsone, scope, tc_json_item(template, i));
		came_by(jsone, NULL, i);
		if (value)
			tc_json_add_json(builder, value);
	}
	tc_json_end(builder);
	if (!*jsone->problem)
		return jsone_build(jsone, builder);
	tc_json_builder_free(builder);
	return NULL;
}

static const tc_json *render(
	struct jsone *jsone, const struct jsone_scope *scope, const tc_json *template)
{
	const tc_json *value = template;

	if (++jsone->depth > DEPTH_MAX)
		return jsone_fail(jsone, "nested too deep");
	if (tc_json_kind(template) == TC_JSON_STRING)
		value = render_text(jsone, scope, tc_json_text(template));
	else if (tc_json_kind(template) == TC_JSON_ARRAY)
		value = render_items(jsone, scope, template);
	else if (tc_json_kind(template) == TC_JSON_OBJECT)
		value = render_object(jsone, scope, template);
	jsone->depth--;
	return value;
}

const tc_json *jsone_render(struct jsone *jsone, const tc_json *template, const tc_json *context)
{
	const struct jsone_scope *scope = NULL;

	for (size_t i = 0; i < tc_json_count(context); i++) {
		struct jsone_scope *inner = tc__arena_alloc(&jsone->arena, sizeof *inner);
		const tc_json *name = tc_json_name(context, i);
		if (!inner)
			return jsone_fail(jsone, "out of memory");
		*inner = (struct jsone_scope){ tc_json_text(name), tc_json_text_length(name),
			tc_json_item(context, i), scope };
		scope = inner;
	}
	return render(jsone, scope, template);
}
