/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tools/sandbox/auth/roles.h"
#include "tools/sandbox/auth/scopes.h"

#include <stdlib.h>
#include <string.h>

static struct tc__arena arena;

static int tear_down(void **state)
{
	(void)state;
	tc__arena_clear(&arena);
	return 0;
}

/* The values that the expressions of these tests name. */
static bool look_up(void *data, const char *name, size_t length, struct scope_value *value)
{
	static const char *const items[] = { "x", "y" };

	(void)data;
	*value = (struct scope_value){ 0 };
	if (length == 4 && strncmp(name, "name", 4) == 0)
		value->text = "abc";
	else if (length == 4 && strncmp(name, "list", 4) == 0)
		value->list = (struct tc_scopes){ items, 2 };
	else if (length == 4 && strncmp(name, "none", 4) == 0)
		value->is_list = true;
	else if (length == 3 && strncmp(name, "yes", 3) == 0)
		value->truth = true;
	else if (length != 2 || strncmp(name, "no", 2) != 0)
		return false;
	return true;
}

static struct scope_expression *fill(const char *text, const char **missing)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	struct scope_expression *expression = scopes_fill(&arena, json, look_up, NULL, missing);
	tc_release(json);
	return expression;
}

/* What an expression becomes, as text. */
static void assert_filled(const char *source, const char *expected)
{
	struct tc__buffer text = TC__BUFFER(10000);
	const char *missing;
	struct scope_expression *expression = fill(source, &missing);

	assert_non_null(expression);
	scopes_describe(&text, expression);
	assert_string_equal(tc__buffer_get(&text), expected);
	tc__buffer_clear(&text);
}

static void expressions_are_filled_in(void **state)
{
	(void)state;
	assert_filled("\"a:<name>:b\"", "a:abc:b");
	assert_filled("\"<name>/<name>\"", "abc/abc");
	assert_filled("\"a<b\"", "a<b");
	assert_filled(
		"{\"AllOf\":[\"a\",{\"AnyOf\":[\"b\",\"<name>\"]}]}", "AllOf(a, AnyOf(b, abc))");
	assert_filled("{\"AllOf\":[\"a\",{\"for\":\"v\",\"in\":\"list\",\"each\":\"v:<v>\"}]}",
		"AllOf(a, v:x, v:y)");
	assert_filled("{\"AnyOf\":[{\"for\":\"v\",\"in\":\"list\",\"each\":\"<v>:<name>\"}]}",
		"AnyOf(x:abc, y:abc)");
	assert_filled("{\"AllOf\":[{\"for\":\"v\",\"in\":\"none\",\"each\":\"<v>\"}]}", "AllOf()");
	assert_filled("{\"if\":\"yes\",\"then\":\"a\",\"else\":\"b\"}", "a");
	assert_filled(
		"{\"if\":\"no\",\"then\":\"a\",\"else\":{\"AnyOf\":[\"b\",\"c\"]}}", "AnyOf(b, c)");
	assert_filled("{\"if\":\"no\",\"then\":\"a\"}", "AllOf()");
	assert_filled("[[\"a\",\"<name>\"],[\"c\"]]", "AnyOf(AllOf(a, abc), AllOf(c))");
}

static void missing_values_are_named(void **state)
{
	const char *missing;

	(void)state;
	assert_null(fill("{\"AllOf\":[\"a\",\"b:<what>\"]}", &missing));
	assert_string_equal(missing, "what");
	assert_null(
		fill("{\"AllOf\":[{\"for\":\"v\",\"in\":\"lists\",\"each\":\"<v>\"}]}", &missing));
	assert_string_equal(missing, "lists");
}

static bool allowed(const char *source, const char *const *scopes, size_t count)
{
	struct tc_scopes held = { scopes, count };
	const char *missing;
	struct scope_expression *expression = fill(source, &missing);

	assert_non_null(expression);
	return scopes_satisfy(&held, expression);
}

static void satisfaction(void **state)
{
	static const char *const held[] = { "a", "b:*", "*c" };

	(void)state;
	assert_true(allowed("\"a\"", held, 3));
	assert_true(allowed("\"b:\"", held, 3));
	assert_true(allowed("\"b:x\"", held, 3));
	assert_true(allowed("\"b:*\"", held, 3));
	assert_false(allowed("\"b\"", held, 3));
	assert_false(allowed("\"a:x\"", held, 3));
	assert_false(allowed("\"xc\"", held, 3)); /* a star counts at the end only */
	assert_true(allowed("{\"AllOf\":[\"a\",\"b:1\"]}", held, 3));
	assert_false(allowed("{\"AllOf\":[\"a\",\"d\"]}", held, 3));
	assert_true(allowed("{\"AnyOf\":[\"d\",\"a\"]}", held, 3));
	assert_false(allowed("{\"AnyOf\":[]}", held, 3));
	assert_true(allowed("{\"AllOf\":[]}", held, 0));
	assert_true(allowed("[[\"a\",\"d\"],[\"b:1\"]]", held, 3));
	assert_false(allowed("[[\"a\",\"d\"],[\"e\"]]", held, 3));
}

static void lacking_scopes_are_listed(void **state)
{
	static const char *const held[] = { "a" };
	struct tc_scopes scopes = { held, 1 };
	struct tc__buffer text = TC__BUFFER(1000);
	const char *missing;

	(void)state;
	scopes_lacking(&text, &scopes, fill("{\"AllOf\":[\"a\",\"b\",\"c\"]}", &missing));
	assert_string_equal(tc__buffer_get(&text), "b\nc\n");
	tc__buffer_clear(&text);
}

struct given_role {
	const char *id, *scopes;
};

static void assert_expands(const struct given_role *given, const char *const *scopes, size_t count,
	const char *expected)
{
	struct tc__buffer text = TC__BUFFER(100000);
	struct roles roles = { 0 };
	struct tc_scopes set = { scopes, count };

	for (; given->id; given++)
		assert_true(roles_add(&roles, given->id, given->scopes));
	struct tc_scopes expanded = roles_expand(&roles, &arena, &set);
	for (size_t i = 0; i < expanded.count; i++)
		tc__buffer_printf(&text, "%s%s", i ? " " : "", expanded.scopes[i]);
	assert_string_equal(tc__buffer_get(&text), expected);
	tc__buffer_clear(&text);
	roles_clear(&roles);
}

static void roles_bring_their_scopes(void **state)
{
	static const struct given_role roles[] = {
		{ "one", "[\"a\",\"assume:two\"]" },
		{ "two", "[\"b\",\"assume:one\"]" }, /* a circle */
		{ "repo:*", "[\"push:<..>:now\",\"r\"]" },
		{ "deep:*", "[\"assume:repo:<..>\"]" },
		{ NULL, NULL },
	};
	static const char *const one[] = { "assume:one" };
	static const char *const repo[] = { "assume:repo:x/y" };
	static const char *const repos[] = { "assume:repo:x*" };
	static const char *const deep[] = { "assume:deep:z" };
	static const char *const all[] = { "assume:*" };
	static const char *const other[] = { "c", "assume:nobody", "b:*", "b:c" };
	static const char *const star[] = { "x", "*" };

	(void)state;
	assert_expands(roles, one, 1, "a assume:one assume:two b");
	assert_expands(roles, repo, 1, "assume:repo:x/y push:x/y:now r");
	assert_expands(roles, repos, 1, "assume:repo:x* push:x* r");
	assert_expands(roles, deep, 1, "assume:deep:z assume:repo:z push:z:now r");
	assert_expands(roles, all, 1, "a assume:* b push:* r");
	assert_expands(roles, other, 4, "assume:nobody b:* c");
	assert_expands(roles, star, 2, "*");
}

static void endless_roles_end(void **state)
{
	static const struct given_role roles[] = { { "a*", "[\"assume:a<..>x\"]" },
		{ NULL, NULL } };
	struct roles made = { 0 };
	static const char *const scopes[] = { "assume:a" };

	(void)state;
	assert_true(roles_add(&made, roles[0].id, roles[0].scopes));
	roles_expand(&made, &arena, &(struct tc_scopes){ scopes, 1 });
	roles_clear(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_are_filled_in),
		cmocka_unit_test(missing_values_are_named),
		cmocka_unit_test(satisfaction),
		cmocka_unit_test(lacking_scopes_are_listed),
		cmocka_unit_test(roles_bring_their_scopes),
		cmocka_unit_test(endless_roles_end),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
