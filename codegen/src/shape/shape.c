/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/shape/builder.h"

#include "codegen/src/reference/dialect.h"
#include <string.h>

#define DEPTH_MAX 200
#define DEFAULT_TEXT_MAX 40

/* Builds the shape of a schema. `alone`: it is no member, so that a list needs a struct. */
static struct shape_use build(
	struct builder *b, const tc_json *schema, const char *name, bool alone);

/* ---- objects ---- */

static void read_default(struct builder *b, struct shape_field *field, const tc_json *schema)
{
	const tc_json *value = tc_json_get(schema, "default");
	char *text = NULL;
	size_t length = 0;

	if (!value)
		return;
	field->has_default = true;
	if (b->model->for_rows)
		return;
	if (tc_json_write(value, TC_JSON_COMPACT, &text, &length, NULL) != TC_OK)
		b->no_memory = true;
	else if (length <= DEFAULT_TEXT_MAX)
		field->default_text = shape_text(b, "%s", text);
	tc_release(text);
}

static bool is_required(const tc_json *schema, const char *name)
{
	const tc_json *required = tc_json_get(schema, "required");

	for (size_t i = 0; i < tc_json_count(required); i++) {
		const char *text = tc_json_text(tc_json_item(required, i));
		if (text && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* Whether a member can have a field: the tables hold its name, with a length of one byte. */
static bool can_be_field(const tc_json *name, const tc_json *schema)
{
	size_t length = tc_json_text_length(name);
	enum tc_json_kind kind = tc_json_kind(schema);

	return length <= UINT8_MAX && strlen(tc_json_text(name)) == length &&
		(kind == TC_JSON_OBJECT || tc_json_true(schema));
}

static void read_field(struct builder *b, struct shape *shape, const char *stem,
	const tc_json *holder, size_t position)
{
	const tc_json *properties = tc_json_get(holder, "properties");
	const tc_json *name = tc_json_name(properties, position);
	const tc_json *schema = tc_json_item(properties, position);
	struct shape_field *field = &shape->fields[shape->field_count];

	if (!can_be_field(name, schema)) {
		shape->others_name = "";
		shape_note(b, shape, "%.60s is among the other members.", tc_json_text(name));
		return;
	}
	shape->field_count++;
	field->name = tc_json_text(name);
	field->required = is_required(holder, field->name);
	read_default(b, field, schema);
	field->use = build(b, schema, shape_join(b, stem, field->name), false);
	field->description = tc_json_text(tc_json_get(schema, "description"));
	if (!field->description && !b->model->for_rows)
		field->description = shape_peel(b, schema, "").description;
	field->since = tc_json_text(tc_json_get(schema, "since"));
}

static void build_object(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const tc_json *properties = tc_json_get(schema, "properties");
	const tc_json *others = tc_json_get(schema, "additionalProperties");
	const tc_json *required = tc_json_get(schema, "required");
	size_t count = tc_json_count(properties);
	const char *stem;

	shape->c_name = shape_claim(b, shape->c_name, &stem);
	shape->others_name =
		tc_json_kind(others) == TC_JSON_BOOL && !tc_json_true(others) ? NULL : "";
	if (tc_json_kind(others) == TC_JSON_OBJECT && tc_json_count(others))
		shape_note(b, shape, "The schema of its other members is not checked.");
	shape_read_counts(b, shape, schema, "minProperties", "maxProperties");
	shape->fields = shape_alloc(b, (count + 1) * sizeof *shape->fields);
	for (size_t i = 0; shape->fields && i < count; i++)
		read_field(b, shape, stem, schema, i);
	for (size_t i = 0; i < tc_json_count(required); i++) {
		const tc_json *name = tc_json_item(required, i);
		if (!tc_json_get_n(properties, tc_json_text(name), tc_json_text_length(name)))
			shape_note(b, shape, "Not checked: a required member without a schema.");
	}
	shape_name_fields(b, shape);
	if (shape->field_count || !shape->others_name)
		return;
	shape->kind = SHAPE_JSON; /* there would be nothing but other members */
	shape->json_kinds = 1u << TC_JSON_OBJECT;
}

/* The schema of all members, when an object has members of any name: null for free-form. */
static const tc_json *map_values(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const tc_json *others = tc_json_get(schema, "additionalProperties");
	const tc_json *patterns = tc_json_get(schema, "patternProperties");
	bool closed = tc_json_kind(others) == TC_JSON_BOOL && !tc_json_true(others);

	if (tc_json_count(patterns) == 1 && closed) {
		shape_note(b, shape, "Not checked: the pattern of its members' names.");
		return tc_json_item(patterns, 0);
	}
	return tc_json_kind(others) == TC_JSON_OBJECT && !patterns ? others : NULL;
}

static void build_map(struct builder *b, struct shape *shape, const tc_json *values, bool alone,
	const tc_json *schema)
{
	const char *name = shape->c_name;

	shape->kind = SHAPE_MAP;
	if (alone)
		shape->list_name = shape_claim(b, name, NULL);
	shape->c_name = shape_claim(b, alone ? shape_join(b, name, "entry") : name, NULL);
	shape->item = build(b, values, shape_join(b, name, "value"), true);
	shape_read_counts(b, shape, schema, "minProperties", "maxProperties");
}

/* An object without properties: a map, nothing at all, or anything. */
static void build_plain_object(
	struct builder *b, struct shape *shape, const tc_json *schema, bool alone)
{
	const tc_json *others = tc_json_get(schema, "additionalProperties");
	const tc_json *values = map_values(b, shape, schema);

	if (values) {
		build_map(b, shape, values, alone, schema);
		return;
	}
	if (tc_json_kind(others) == TC_JSON_BOOL && !tc_json_true(others) &&
		!tc_json_get(schema, "patternProperties")) {
		build_object(b, shape, schema);
		return;
	}
	shape->kind = SHAPE_JSON;
	shape->json_kinds = 1u << TC_JSON_OBJECT;
	if (tc_json_get(schema, "minProperties") || tc_json_get(schema, "maxProperties") ||
		tc_json_count(tc_json_get(schema, "required")))
		shape_note(b, shape, "Not checked: which members it must have.");
}

/* ---- arrays ---- */

static void build_array(struct builder *b, struct shape *shape, const tc_json *schema, bool alone)
{
	const tc_json *items = tc_json_get(schema, "items");
	const char *name = shape->c_name;

	if (tc_json_kind(items) != TC_JSON_OBJECT || !tc_json_count(items)) {
		shape->kind = SHAPE_JSON;
		shape->json_kinds = 1u << TC_JSON_ARRAY;
		if (tc_json_kind(items) == TC_JSON_ARRAY)
			shape_note(b, shape, "Free-form: its items have a schema each.");
		if (tc_json_get(schema, "minItems") || tc_json_get(schema, "maxItems") ||
			tc_json_true(tc_json_get(schema, "uniqueItems")))
			shape_note(
				b, shape, "Not checked: how many items there are, and equal ones.");
		return;
	}
	if (alone)
		shape->list_name = shape_claim(b, name, NULL);
	shape->item = build(b, items, alone ? shape_join(b, name, "item") : name, true);
	shape_read_counts(b, shape, schema, "minItems", "maxItems");
	shape->counts.unique = tc_json_true(tc_json_get(schema, "uniqueItems"));
}

/* ---- schemas ---- */

static void build_scalar(
	struct builder *b, struct shape *shape, const tc_json *schema, unsigned kinds, bool integer)
{
	if (kinds == 1u << TC_JSON_STRING && tc_json_true(tc_json_get(schema, "anyText"))) {
		shape->kind = SHAPE_JSON; /* C text would end at a NUL */
		shape->json_kinds = kinds;
		shape_note(b, shape, "It may have any character, even NUL.");
	} else if (kinds == 1u << TC_JSON_STRING) {
		shape->kind = SHAPE_TEXT;
		shape_read_text(b, shape, schema);
	} else if (kinds == 1u << TC_JSON_NUMBER && integer) {
		shape->kind = SHAPE_INT64;
		shape_read_int64(b, shape, schema);
	} else if (kinds == 1u << TC_JSON_NUMBER) {
		shape->kind = SHAPE_DOUBLE;
		shape_read_double(b, shape, schema);
	} else if (kinds == 1u << TC_JSON_BOOL) {
		shape->kind = SHAPE_BOOL;
		shape_read_bool(b, shape, schema);
	} else {
		shape->kind = SHAPE_JSON;
		shape->json_kinds = kinds;
		if (kinds & (kinds - 1))
			shape_note(b, shape, "Free-form: it may be of several kinds.");
	}
}

static void build_by_type(struct builder *b, struct shape *shape, const tc_json *schema, bool alone)
{
	bool integer;
	unsigned kinds = shape_kinds(schema, &integer);

	if (kinds == 1u << TC_JSON_OBJECT) {
		shape->kind = SHAPE_OBJECT;
		if (tc_json_count(tc_json_get(schema, "properties")))
			build_object(b, shape, schema);
		else
			build_plain_object(b, shape, schema, alone);
	} else if (kinds == 1u << TC_JSON_ARRAY) {
		shape->kind = SHAPE_ARRAY;
		build_array(b, shape, schema, alone);
	} else {
		build_scalar(b, shape, schema, kinds, integer);
	}
}

static void build_union(struct builder *b, struct shape *shape, const tc_json *alternatives)
{
	const char *stem = NULL;
	const tc_json *const *schemas = shape_begin_union(b, shape, alternatives, &stem);

	if (!schemas)
		return;
	for (size_t i = 0; i < shape->arm_count; i++) {
		struct shape_arm *arm = &shape->arms[i];
		const char *name = shape_join(b, stem, arm->c_name);
		arm->shape = build(b, schemas[i], name, true).shape;
	}
	shape_end_union(b, shape);
}

static void build_schema(struct builder *b, struct shape *shape, const tc_json *schema, bool alone)
{
	const tc_json *alternatives = shape_alternatives(schema);

	if (shape_is_null(schema)) {
		shape->json_kinds = 1u << TC_JSON_NULL;
	} else if (!alternatives) {
		build_by_type(b, shape, schema, alone);
	} else if (shape_are_texts(b, schema, alternatives)) {
		shape->kind = SHAPE_TEXT;
		shape_read_text(b, shape, schema);
		shape_merge_texts(b, shape, alternatives);
	} else {
		build_union(b, shape, alternatives);
	}
	shape_note_others(b, shape, schema);
}

/* A list that was built as a member, and is needed as a struct now. */
static void need_list(struct builder *b, struct shape *shape, const char *name)
{
	if (shape_is_list(shape) && !shape->list_name)
		shape->list_name = shape_claim(b, shape_join(b, name, "list"), NULL);
}

static struct shape *build_peeled(
	struct builder *b, const struct peeled *peeled, bool alone, bool *nullable)
{
	const tc_json *schema = peeled->schema;
	struct shape *shape = table_get(&b->shapes, &schema, sizeof schema);

	*nullable = peeled->nullable;
	if (shape) {
		if (alone || peeled->is_root)
			need_list(b, shape, peeled->name);
		return shape;
	}
	shape = shape_new(b, SHAPE_JSON, peeled->name);
	shape->description = tc_json_text(tc_json_get(schema, "description"));
	shape->since = tc_json_text(tc_json_get(schema, "since"));
	if (b->depth >= DEPTH_MAX) {
		shape_note(b, shape, "Free-form: it is nested too deeply.");
		return shape;
	}
	const tc_json **key = shape_alloc(b, sizeof *key);
	if (!key)
		return shape;
	*key = schema;
	b->no_memory |= !table_put(&b->shapes, key, sizeof *key, shape);
	b->depth++;
	build_schema(b, shape, schema, alone || peeled->is_root);
	b->depth--;
	return shape;
}

/* Free-form values know null among their kinds. */
static struct shape *with_null(struct builder *b, struct shape *shape)
{
	if (!shape->json_kinds)
		return shape;
	struct shape *copy = shape_new(b, SHAPE_JSON, shape->c_name);
	*copy = *shape;
	copy->json_kinds |= 1u << TC_JSON_NULL;
	return copy;
}

static struct shape_use build(
	struct builder *b, const tc_json *schema, const char *name, bool alone)
{
	struct peeled peeled = shape_peel(b, schema, name);
	struct shape_use use = { 0 };

	if (!peeled.schema || tc_json_kind(peeled.schema) != TC_JSON_OBJECT) {
		use.shape = shape_new(b, SHAPE_JSON, name);
		return use;
	}
	use.shape = build_peeled(b, &peeled, alone, &use.nullable);
	if (use.nullable && use.shape->kind == SHAPE_JSON) {
		use.shape = with_null(b, use.shape);
		use.nullable = false;
	}
	return use;
}

/* ---- what functions and exchanges use ---- */

/* The root's shape; NULL for what has none: nothing, or a free-form value. */
static struct shape *build_root(struct builder *b, const struct schema *schema)
{
	if (!schema->document)
		return NULL;
	const char *name = shape_document_name(b, schema->document, schema->root);
	struct shape_use use = build(b, schema->root, name, true);
	struct shape *shape = use.shape;
	bool is_struct =
		shape->kind == SHAPE_OBJECT || shape->kind == SHAPE_UNION || shape_is_list(shape);

	if (!is_struct || use.nullable)
		return NULL;
	if (!shape->is_root) {
		size_t folder = strlen(b->service->schemas);
		const char *from = schema->document->name;
		shape->is_root = true;
		shape->from =
			strncmp(from, b->service->schemas, folder) == 0 ? from + folder : from;
		shape->next_root = b->service->roots;
		b->service->roots = shape;
	}
	return shape;
}

/* Roots were put in front of each other. */
static void reverse_roots(struct service *service)
{
	struct shape *reversed = NULL;

	for (struct shape *root = service->roots, *next; root; root = next) {
		next = root->next_root;
		root->next_root = reversed;
		reversed = root;
	}
	service->roots = reversed;
}

static void make_service(struct builder *b, struct service *service)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		struct operation *operation = &service->operations[i];
		operation->input_shape = build_root(b, &operation->input);
		operation->output_shape = build_root(b, &operation->output);
		if (operation->dialect)
			operation->event_shape = build_root(b, &operation->dialect->event_item);
	}
	for (size_t i = 0; i < service->exchange_count; i++) {
		struct exchange *exchange = &service->exchanges[i];
		exchange->message_shape = build_root(b, &exchange->message);
	}
	reverse_roots(service);
	for (size_t i = 0; i < service->operation_count && !b->no_memory; i++) {
		if (service->operations[i].input_shape)
			shape_mark_input(service->operations[i].input_shape);
	}
	if (!b->no_memory)
		shape_finish_service(b);
}

int shape_make(struct model *model, tc_error *err)
{
	bool no_memory = false;

	for (struct service *service = model->services; service && !no_memory;
		service = service->next) {
		struct builder builder = {
			.model = model,
			.service = service,
			.shapes = { .arena = &model->arena },
			.files = { .arena = &model->arena },
			.places = { .arena = &model->arena },
			.made = { .arena = &model->arena },
		};
		make_service(&builder, service);
		no_memory = builder.no_memory;
	}
	return no_memory ? tc__fail_nomem(err) : shape_check_refusals(model, err);
}
