/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/scope.h"

#include "codegen/src/model/name.h"
#include "runtime/src/base/buffer.h"
#include <string.h>

/* How an expression's phrase is embedded. */
enum {
	ALONE = 0,
	INNER = 1 /* among others: brackets */,
	ANY = 2 /* one of its scopes is enough */
};

static int read_expression(const struct node *node, unsigned how, struct tc__buffer *json,
	struct tc__buffer *phrase, tc_error *err);

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

/* A JSON string of printable ASCII. */
static void add_string(struct tc__buffer *json, const char *text)
{
	tc__buffer_char(json, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			tc__buffer_char(json, '\\');
		tc__buffer_char(json, *text);
	}
	tc__buffer_char(json, '"');
}

static int read_scope(
	const struct node *node, struct tc__buffer *json, struct tc__buffer *phrase, tc_error *err)
{
	const char *scope = NULL;
	int rc = node_text(node, &scope, err);

	if (rc != TC_OK)
		return rc;
	if (!is_printable(scope))
		return node_fail(node, err, "is no scope; expected printable ASCII");
	add_string(json, scope);
	tc__buffer_text(phrase, *scope ? scope : "(the empty scope)");
	return TC_OK;
}

/* The members of an AllOf or AnyOf, or of the lists that stand for them. */
static int read_set(const struct node *list, bool all, unsigned how, struct tc__buffer *json,
	struct tc__buffer *phrase, tc_error *err)
{
	size_t count = tc_json_count(list->json);
	bool brackets = (how & INNER) && count > 1;
	int rc = node_array(list, err);

	tc__buffer_text(json, all ? "{\"AllOf\":[" : "{\"AnyOf\":[");
	tc__buffer_text(phrase, brackets ? "(" : "");
	if (rc == TC_OK && count == 0)
		tc__buffer_text(phrase, all ? "none" : "any of none");
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node item = node_item(list, i);
		tc__buffer_text(json, i ? "," : "");
		tc__buffer_text(phrase, !i ? "" : all ? " and " : " or ");
		rc = read_expression(
			&item, (count > 1 ? INNER : ALONE) | (all ? 0 : ANY), json, phrase, err);
	}
	tc__buffer_text(json, "]}");
	tc__buffer_text(phrase, brackets ? ")" : "");
	return rc;
}

static int read_name(
	const struct node *object, const char *member, const char **name, tc_error *err)
{
	struct node node = node_member(object, member);
	int rc = node_text(&node, name, err);

	if (rc == TC_OK && !name_is_identifier(*name))
		rc = node_fail(&node, err, "is \"%s\"; expected the name of a parameter", *name);
	return rc;
}

static int read_each(const struct node *node, unsigned how, struct tc__buffer *json,
	struct tc__buffer *phrase, tc_error *err)
{
	struct node each = node_member(node, "each");
	const char *variable = NULL, *list = NULL;
	int rc = read_name(node, "for", &variable, err);

	if (rc == TC_OK)
		rc = read_name(node, "in", &list, err);
	if (rc != TC_OK)
		return rc;
	tc__buffer_printf(json, "{\"for\":\"%s\",\"in\":\"%s\",\"each\":", variable, list);
	rc = read_scope(&each, json, phrase, err);
	tc__buffer_char(json, '}');
	tc__buffer_printf(phrase, " for %s %s in %s", how & ANY ? "any" : "each", variable, list);
	return rc;
}

static int read_condition(
	const struct node *node, struct tc__buffer *json, struct tc__buffer *phrase, tc_error *err)
{
	struct node yes = node_member(node, "then"), no = node_member(node, "else");
	const char *condition = NULL;
	int rc = read_name(node, "if", &condition, err);

	if (rc != TC_OK)
		return rc;
	tc__buffer_printf(json, "{\"if\":\"%s\",\"then\":", condition);
	tc__buffer_printf(phrase, "(if %s: ", condition);
	rc = read_expression(&yes, INNER, json, phrase, err);
	if (rc == TC_OK && no.json) {
		tc__buffer_text(json, ",\"else\":");
		tc__buffer_text(phrase, ", else: ");
		rc = read_expression(&no, INNER, json, phrase, err);
	}
	tc__buffer_char(json, '}');
	tc__buffer_char(phrase, ')');
	return rc;
}

static int read_object(const struct node *node, unsigned how, struct tc__buffer *json,
	struct tc__buffer *phrase, tc_error *err)
{
	struct node all = node_member(node, "AllOf"), any = node_member(node, "AnyOf");
	size_t members = tc_json_count(node->json);
	bool has_else = tc_json_get(node->json, "else") != NULL;

	if (all.json && members == 1)
		return read_set(&all, true, how, json, phrase, err);
	if (any.json && members == 1)
		return read_set(&any, false, how, json, phrase, err);
	if (tc_json_get(node->json, "for") && members == 3)
		return read_each(node, how, json, phrase, err);
	if (tc_json_get(node->json, "if") && members == (has_else ? 3 : 2))
		return read_condition(node, json, phrase, err);
	return node_fail(node, err,
		"is no scope expression; expected AllOf, AnyOf, for-in-each or if-then-else");
}

static int read_expression(const struct node *node, unsigned how, struct tc__buffer *json,
	struct tc__buffer *phrase, tc_error *err)
{
	switch (tc_json_kind(node->json)) {
	case TC_JSON_STRING:
		return read_scope(node, json, phrase, err);
	case TC_JSON_OBJECT:
		return read_object(node, how, json, phrase, err);
	default:
		return node_fail(
			node, err, "is no scope expression; expected a string or an object");
	}
}

/* One of the lists of 2015: all of its scopes. */
static int read_all(const struct node *list, unsigned how, struct tc__buffer *json,
	struct tc__buffer *phrase, tc_error *err)
{
	struct node only = node_item(list, 0);
	int rc = node_array(list, err);

	if (rc == TC_OK && tc_json_count(list->json) == 1)
		return read_scope(&only, json, phrase, err);
	return rc == TC_OK ? read_set(list, true, how, json, phrase, err) : rc;
}

static int read_lists(
	const struct node *lists, struct tc__buffer *json, struct tc__buffer *phrase, tc_error *err)
{
	size_t count = tc_json_count(lists->json);
	int rc = TC_OK;

	tc__buffer_text(json, count > 1 ? "{\"AnyOf\":[" : "");
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node list = node_item(lists, i);
		tc__buffer_text(json, i ? "," : "");
		tc__buffer_text(phrase, i ? " or " : "");
		rc = read_all(&list, count > 1 ? INNER : ALONE, json, phrase, err);
	}
	tc__buffer_text(json, count > 1 ? "]}" : "");
	return rc;
}

static const char *keep(struct tc__arena *arena, struct tc__buffer *text)
{
	const char *copy = tc__buffer_failed(text)
		? NULL
		: tc__arena_text(arena, tc__buffer_get(text), text->length);

	tc__buffer_clear(text);
	return copy;
}

int scope_read(const struct node *node, struct tc__arena *arena, const char **json,
	const char **phrase, tc_error *err)
{
	struct tc__buffer json_text = TC__BUFFER(SIZE_MAX / 2);
	struct tc__buffer phrase_text = TC__BUFFER(SIZE_MAX / 2);
	bool lists = tc_json_kind(node->json) == TC_JSON_ARRAY;
	int rc = TC_OK;

	*json = *phrase = NULL;
	if (!node->json || (lists && tc_json_count(node->json) == 0))
		return TC_OK;
	rc = lists ? read_lists(node, &json_text, &phrase_text, err)
		   : read_expression(node, ALONE, &json_text, &phrase_text, err);
	*json = keep(arena, &json_text);
	*phrase = keep(arena, &phrase_text);
	if (rc == TC_OK && (!*json || !*phrase))
		rc = tc__fail_nomem(err);
	return rc;
}
