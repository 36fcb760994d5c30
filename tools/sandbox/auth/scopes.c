/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/auth/scopes.h"

#include <string.h>

bool scopes_cover(const struct tc_scopes *held, const char *required)
{
	for (size_t i = 0; i < held->count; i++) {
		const char *scope = held->scopes[i];
		size_t length = strlen(scope);
		if (length && scope[length - 1] == '*' && strncmp(scope, required, length - 1) == 0)
			return true;
		if (strcmp(scope, required) == 0)
			return true;
	}
	return false;
}

static bool is_scope(const tc_json *json)
{
	const char *text = tc_json_text(json);

	if (tc_json_kind(json) != TC_JSON_STRING || strlen(text) != tc_json_text_length(json))
		return false;
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

bool scopes_read(struct tc__arena *arena, const tc_json *json, struct tc_scopes *scopes)
{
	size_t count = tc_json_count(json);
	const char **list = tc__arena_alloc(arena, count * sizeof *list);

	*scopes = (struct tc_scopes){ 0 };
	if ((json && tc_json_kind(json) != TC_JSON_ARRAY) || count > SCOPES_MAX)
		return false;
	for (size_t i = 0; list && i < count; i++) {
		const tc_json *item = tc_json_item(json, i);
		if (!is_scope(item))
			return false;
		list[i] = tc__arena_text(arena, tc_json_text(item), tc_json_text_length(item));
		if (!list[i])
			return false;
	}
	if (list)
		*scopes = (struct tc_scopes){ list, count };
	return list != NULL;
}

/* One filling of an expression: variables of the loops around are found before the caller's. */
struct filling {
	struct tc__arena *arena;
	scope_lookup *lookup;
	void *data;
	const struct variable {
		const char *name, *text;
		const struct variable *outer;
	} * variables;
	const char **missing;
};

static struct scope_expression *node(const struct filling *filling, int kind)
{
	struct scope_expression *expression = tc__arena_alloc(filling->arena, sizeof *expression);

	if (expression) {
		*expression = (struct scope_expression){ 0 };
		expression->kind = kind == SCOPE_ONE ? SCOPE_ONE
			: kind == SCOPE_ALL_OF       ? SCOPE_ALL_OF
						     : SCOPE_ANY_OF;
	}
	return expression;
}

static bool find(
	const struct filling *filling, const char *name, size_t length, struct scope_value *value)
{
	for (const struct variable *v = filling->variables; v; v = v->outer) {
		if (strlen(v->name) == length && strncmp(v->name, name, length) == 0) {
			*value = (struct scope_value){ .name = v->name, .text = v->text };
			return true;
		}
	}
	if (filling->lookup(filling->data, name, length, value))
		return true;
	if (!*filling->missing)
		*filling->missing = tc__arena_text(filling->arena, name, length);
	return false;
}

static struct scope_expression *fill_text(const struct filling *filling, const char *text)
{
	struct tc__buffer scope = TC__BUFFER(1 << 20);
	struct scope_expression *one = node(filling, SCOPE_ONE);

	while (*text) {
		size_t plain = strcspn(text, "<");
		tc__buffer_add(&scope, text, plain);
		text += plain;
		const char *end = *text ? strchr(text, '>') : NULL;
		if (!end) {
			tc__buffer_text(&scope, text);
			break;
		}
		struct scope_value value;
		if (!find(filling, text + 1, (size_t)(end - text - 1), &value) || !value.text) {
			one = NULL;
			break;
		}
		tc__buffer_text(&scope, value.text);
		text = end + 1;
	}
	if (one)
		one->scope = tc__arena_text(filling->arena, tc__buffer_get(&scope), scope.length);
	if (tc__buffer_failed(&scope))
		one = NULL;
	tc__buffer_clear(&scope);
	return one && one->scope ? one : NULL;
}

static bool append(
	const struct filling *filling, const tc_json *source, struct scope_expression ***end);

static bool append_each(
	const struct filling *filling, const tc_json *source, struct scope_expression ***end)
{
	const tc_json *in = tc_json_get(source, "in");
	struct scope_value list;

	if (!find(filling, tc_json_text(in), tc_json_text_length(in), &list))
		return false;
	for (size_t i = 0; i < list.list.count; i++) {
		struct variable variable = { tc_json_text(tc_json_get(source, "for")),
			list.list.scopes[i], filling->variables };
		struct filling inner = *filling;
		inner.variables = &variable;
		struct scope_expression *one =
			fill_text(&inner, tc_json_text(tc_json_get(source, "each")));
		if (!one)
			return false;
		**end = one;
		*end = &one->next;
	}
	return true;
}

static bool append_if(
	const struct filling *filling, const tc_json *source, struct scope_expression ***end)
{
	const tc_json *condition = tc_json_get(source, "if");
	struct scope_value value;

	if (!find(filling, tc_json_text(condition), tc_json_text_length(condition), &value))
		return false;
	const tc_json *branch = tc_json_get(source, value.truth ? "then" : "else");
	return !branch || append(filling, branch, end);
}

static struct scope_expression *fill_list(
	const struct filling *filling, int kind, const tc_json *items)
{
	struct scope_expression *list = node(filling, kind);
	struct scope_expression **end = list ? &list->first : NULL;

	for (size_t i = 0; list && i < tc_json_count(items); i++) {
		if (!append(filling, tc_json_item(items, i), &end))
			return NULL;
	}
	return list;
}

/* Appends what a source expression becomes: one expression, or several, or none. */
static bool append(
	const struct filling *filling, const tc_json *source, struct scope_expression ***end)
{
	struct scope_expression *one;

	if (tc_json_get(source, "for"))
		return append_each(filling, source, end);
	if (tc_json_get(source, "if"))
		return append_if(filling, source, end);
	if (tc_json_kind(source) == TC_JSON_STRING)
		one = fill_text(filling, tc_json_text(source));
	else if (tc_json_get(source, "AnyOf"))
		one = fill_list(filling, SCOPE_ANY_OF, tc_json_get(source, "AnyOf"));
	else if (tc_json_get(source, "AllOf"))
		one = fill_list(filling, SCOPE_ALL_OF, tc_json_get(source, "AllOf"));
	else
		one = fill_list(filling, SCOPE_ALL_OF, source);
	if (!one)
		return false;
	**end = one;
	*end = &one->next;
	return true;
}

struct scope_expression *scopes_fill(struct tc__arena *arena, const tc_json *source,
	scope_lookup *lookup, void *data, const char **missing)
{
	struct filling filling = { arena, lookup, data, NULL, missing };

	*missing = NULL;
	if (tc_json_kind(source) == TC_JSON_ARRAY)
		return fill_list(&filling, SCOPE_ANY_OF, source);
	struct scope_expression *all = node(&filling, SCOPE_ALL_OF);
	struct scope_expression **end = all ? &all->first : NULL;
	if (!all || !append(&filling, source, &end))
		return NULL;
	/* one expression stands for itself; an `if` without a branch leaves an empty AllOf */
	return all->first && !all->first->next ? all->first : all;
}

bool scopes_satisfy(const struct tc_scopes *held, const struct scope_expression *expression)
{
	if (expression->kind == SCOPE_ONE)
		return scopes_cover(held, expression->scope);
	bool any = expression->kind == SCOPE_ANY_OF;
	for (const struct scope_expression *e = expression->first; e; e = e->next) {
		if (scopes_satisfy(held, e) == any)
			return any;
	}
	return !any;
}

void scopes_describe(struct tc__buffer *text, const struct scope_expression *expression)
{
	if (expression->kind == SCOPE_ONE) {
		tc__buffer_text(text, expression->scope);
		return;
	}
	tc__buffer_text(text, expression->kind == SCOPE_ANY_OF ? "AnyOf(" : "AllOf(");
	for (const struct scope_expression *e = expression->first; e; e = e->next) {
		scopes_describe(text, e);
		if (e->next)
			tc__buffer_text(text, ", ");
	}
	tc__buffer_char(text, ')');
}

void scopes_lacking(struct tc__buffer *text, const struct tc_scopes *held,
	const struct scope_expression *expression)
{
	if (scopes_satisfy(held, expression))
		return;
	if (expression->kind == SCOPE_ONE)
		tc__buffer_printf(text, "%s\n", expression->scope);
	for (const struct scope_expression *e = expression->first; e; e = e->next)
		scopes_lacking(text, held, e);
}
