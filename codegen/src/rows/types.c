/* SPDX-License-Identifier: MPL-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "codegen/src/rows/types.h"

#include "codegen/src/rows/layout.h"
#include "codegen/src/rows/rules.h"
#include <pcre2.h>
#include <string.h>

/* A shape's table. It has no more than this in the first of two passes, which follows the order of
 * declaration: what a struct holds directly is laid out before it. What tables point to comes in
 * the second, since shapes may lead back to each other. */
struct shape_table {
	struct tc_type row;
	struct layout layout; /* OBJECT, UNION: of its struct; MAP: of an entry's */
};

static struct layout held(const struct shape *shape, bool direct)
{
	struct layout own = shape->table ? shape->table->layout : LAYOUT_OF(const void *);

	return layout_held(shape, direct, own);
}

/* ---- the first pass ---- */

static void add_field(struct layout *layout, const struct shape *holder,
	const struct shape_field *field, struct tc_field *row)
{
	const struct shape *shape = field->use.shape;
	bool direct = shape_field_is_direct(holder, field);
	uint8_t flags = 0;

	row->name = field->name;
	row->name_length = (uint8_t)strlen(field->name);
	row->offset = (uint16_t)layout_add(layout, held(shape, direct));
	if (field->null_name) {
		flags |= TC_NULLABLE;
		row->null_offset = (uint16_t)layout_add(layout, LAYOUT_OF(bool));
	}
	if (shape_field_is_required(holder, field))
		flags |= TC_REQUIRED;
	if (shape_has_indirect(shape) && !direct)
		flags |= TC_INDIRECT;
	row->flags = flags;
}

static void lay_out_object(struct types *types, struct shape *shape)
{
	struct shape_table *table = shape->table;
	struct tc_field *fields = types_allocate(types, shape->field_count, sizeof *fields);
	struct layout layout = { 0, 1 };

	for (size_t i = 0; fields && i < shape->field_count; i++)
		add_field(&layout, shape, &shape->fields[i], &fields[i]);
	table->row.count = (uint16_t)shape->field_count;
	table->row.of.fields = shape->field_count ? fields : NULL;
	if (shape->others_name) {
		table->row.flags = TC_OPEN;
		table->row.offset = (uint16_t)layout_add(&layout, LAYOUT_OF(const tc_json *));
	} else if (!shape->field_count) {
		layout_add(&layout, LAYOUT_OF(char)); /* C has no empty struct */
	}
	table->layout = layout_end(layout);
}

static void lay_out_union(struct shape *shape)
{
	struct layout arms = LAYOUT_OF(const tc_json *), layout = { 0, 1 };

	for (size_t i = 0; i < shape->arm_count; i++) {
		struct layout arm = held(shape->arms[i].shape, true);
		arms.size = arm.size > arms.size ? arm.size : arms.size;
		arms.alignment = arm.alignment > arms.alignment ? arm.alignment : arms.alignment;
	}
	layout_add(&layout, LAYOUT_OF(int));
	shape->table->row.offset = (uint16_t)layout_add(&layout, layout_end(arms));
	shape->table->row.count = (uint16_t)shape->arm_count;
	shape->table->layout = layout_end(layout);
}

static void lay_out_entry(struct shape *shape)
{
	struct layout layout = { 0, 1 };

	layout_add(&layout, LAYOUT_OF(const char *));
	shape->table->row.offset =
		(uint16_t)layout_add(&layout, held(shape->item.shape, !shape->item.nullable));
	shape->table->layout = layout_end(layout);
}

static struct shape_table *add_table(struct types *types, struct shape *shape)
{
	static const uint8_t kinds[] = { [SHAPE_OBJECT] = TC_TYPE_OBJECT,
		[SHAPE_MAP] = TC_TYPE_MAP,
		[SHAPE_ARRAY] = TC_TYPE_ARRAY,
		[SHAPE_UNION] = TC_TYPE_UNION };

	if (shape->table)
		return shape->table;
	shape->table = types_allocate(types, 1, sizeof *shape->table);
	if (shape->table)
		shape->table->row.kind = kinds[shape->kind];
	return shape->table;
}

static void lay_out(struct types *types, struct shape *shape)
{
	if (!add_table(types, shape))
		return;
	if (shape->kind == SHAPE_OBJECT)
		lay_out_object(types, shape);
	else if (shape->kind == SHAPE_UNION)
		lay_out_union(shape);
	else if (shape->kind == SHAPE_MAP)
		lay_out_entry(shape);
	shape->table->row.size = (uint16_t)shape->table->layout.size;
}

/* ---- the second ---- */

static const struct tc_type *type_of(struct types *types, struct shape *shape);

static const struct tc_type *scalar(struct types *types, const struct tc_type *type)
{
	struct tc_type *row = types_allocate(types, 1, sizeof *row);

	if (row)
		*row = *type;
	return row;
}

static const struct tc_type *text_type(struct types *types, const struct shape *shape)
{
	struct tc_type type = { .kind = TC_TYPE_TEXT };

	type.of.text = rules_of_text(types, &shape->text);
	return type.of.text ? scalar(types, &type) : &tc_type_string;
}

static const struct tc_type *int64_type(struct types *types, const struct shape *shape)
{
	struct tc_type type = { .kind = TC_TYPE_INT64 };

	type.of.int64 = rules_of_int64(types, &shape->int64);
	return type.of.int64 ? scalar(types, &type) : &tc_type_int64;
}

static const struct tc_type *double_type(struct types *types, const struct shape *shape)
{
	struct tc_type type = { .kind = TC_TYPE_DOUBLE };

	type.of.number = rules_of_double(types, &shape->number);
	return type.of.number ? scalar(types, &type) : &tc_type_double;
}

static const struct tc_type *bool_type(const struct shape *shape)
{
	static const struct tc_type only_true = { .kind = TC_TYPE_BOOL, .flags = TC_ONLY_TRUE };
	static const struct tc_type only_false = { .kind = TC_TYPE_BOOL, .flags = TC_ONLY_FALSE };

	if (shape->only_true)
		return &only_true;
	return shape->only_false ? &only_false : &tc_type_bool;
}

static const struct tc_type *json_type(struct types *types, const struct shape *shape)
{
	struct tc_type type = { .kind = TC_TYPE_JSON, .flags = (uint8_t)shape->json_kinds };

	if (!shape->json_kinds)
		return &tc_type_json;
	if (shape->json_kinds == TC_JSON_IS(OBJECT))
		return &tc_type_json_object;
	return shape->json_kinds == TC_JSON_IS(ARRAY) ? &tc_type_json_array : scalar(types, &type);
}

static void fill_object(struct types *types, const struct shape *shape)
{
	/* they were made as no constants */
	struct tc_field *fields = (struct tc_field *)(uintptr_t)shape->table->row.of.fields;

	for (size_t i = 0; fields && i < shape->field_count; i++)
		fields[i].type = type_of(types, shape->fields[i].use.shape);
	if (fields)
		shape->table->row.by.counts = rules_of_counts(types, &shape->counts);
}

static void fill_union(struct types *types, const struct shape *shape)
{
	struct tc_arm *arms = types_allocate(types, shape->arm_count, sizeof *arms);

	for (size_t i = 0; arms && i < shape->arm_count; i++) {
		const struct shape_arm *arm = &shape->arms[i];
		arms[i].type = type_of(types, arm->shape);
		arms[i].values = rules_join(types, arm->values, arm->value_count);
		arms[i].value_count = (uint8_t)arm->value_count;
	}
	shape->table->row.of.arms = arms;
	shape->table->row.by.discriminator = shape->discriminator;
}

static void fill_list(struct types *types, const struct shape *shape)
{
	struct tc_type *row = &shape->table->row;
	const struct shape_use *item = &shape->item;

	row->flags = item->nullable ? TC_INDIRECT : 0;
	if (shape->kind == SHAPE_ARRAY)
		row->size = (uint16_t)held(item->shape, !item->nullable).size;
	row->of.item = type_of(types, item->shape);
	row->by.counts = rules_of_counts(types, &shape->counts);
}

static void fill(struct types *types, const struct shape *shape)
{
	if (shape->kind == SHAPE_OBJECT)
		fill_object(types, shape);
	else if (shape->kind == SHAPE_UNION)
		fill_union(types, shape);
	else
		fill_list(types, shape);
}

/* An array that is nowhere more than a member is in no order of declaration; whatever its items are
 * is in it. */
static const struct tc_type *array_type(struct types *types, struct shape *shape)
{
	if (shape->table)
		return &shape->table->row;
	if (!add_table(types, shape))
		return NULL;
	fill_list(types, shape);
	return &shape->table->row;
}

static const struct tc_type *type_of(struct types *types, struct shape *shape)
{
	switch (shape->kind) {
	case SHAPE_TEXT:
		return text_type(types, shape);
	case SHAPE_INT64:
		return int64_type(types, shape);
	case SHAPE_DOUBLE:
		return double_type(types, shape);
	case SHAPE_BOOL:
		return bool_type(shape);
	case SHAPE_JSON:
		return json_type(types, shape);
	case SHAPE_ARRAY:
		return array_type(types, shape);
	default:
		return shape->table ? &shape->table->row : NULL;
	}
}

void types_make(struct types *types, const struct service *service)
{
	for (struct shape *shape = service->shapes; shape; shape = shape->next)
		lay_out(types, shape);
	for (struct shape *shape = service->shapes; shape && !types->no_memory; shape = shape->next)
		fill(types, shape);
}

const struct tc_type *types_of(const struct shape *root)
{
	return root && root->table ? &root->table->row : NULL;
}

void types_clear(struct types *types)
{
	for (struct types_pattern *row = types->patterns; row; row = row->next)
		pcre2_code_free(row->pattern.compiled);
	types->patterns = NULL;
}
