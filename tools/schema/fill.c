/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/validate.h"

static void fill(struct schemas *schemas, struct schema schema, const tc_json *value,
	tc_json_builder *builder);

static void add_default(const tc_json *schema, const tc_json *name, tc_json_builder *builder)
{
	/* the services read it beside a $ref, where other keywords do not count, and not behind it
	 */
	const tc_json *given = tc_json_get(schema, "default");

	if (!given)
		return;
	tc_json_add_name(builder, tc_json_text(name));
	tc_json_add_json(builder, given);
}

static void fill_object(struct schemas *schemas, struct schema schema, const tc_json *value,
	tc_json_builder *builder)
{
	const tc_json *properties = tc_json_get(schema.json, "properties");

	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(value); i++) {
		const char *name = tc_json_text(tc_json_name(value, i));
		tc_json_add_name(builder, name);
		fill(schemas, schemas_inside(schema, tc_json_get(properties, name)),
			tc_json_item(value, i), builder);
	}
	for (size_t i = 0; i < tc_json_count(properties); i++) {
		const tc_json *name = tc_json_name(properties, i);
		if (!tc_json_get(value, tc_json_text(name)))
			add_default(tc_json_item(properties, i), name, builder);
	}
	tc_json_end(builder);
}

static void fill(struct schemas *schemas, struct schema schema, const tc_json *value,
	tc_json_builder *builder)
{
	enum tc_json_kind kind = tc_json_kind(value);

	schema = schemas_resolve(schemas, schema);
	const tc_json *items = tc_json_get(schema.json, "items");
	if (kind == TC_JSON_OBJECT && tc_json_get(schema.json, "properties")) {
		fill_object(schemas, schema, value, builder);
		return;
	}
	if (kind != TC_JSON_ARRAY || tc_json_kind(items) != TC_JSON_OBJECT) {
		tc_json_add_json(builder, value);
		return;
	}
	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(value); i++)
		fill(schemas, schemas_inside(schema, items), tc_json_item(value, i), builder);
	tc_json_end(builder);
}

const tc_json *validate_fill(struct schemas *schemas, struct schema schema, const tc_json *value)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *filled = NULL;

	fill(schemas, schema, value, builder);
	return tc_json_build(builder, &filled, NULL) == TC_OK ? filled : NULL;
}
