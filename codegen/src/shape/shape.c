/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/shape/shape.h"

#include "codegen/src/model/type.h"
#include "codegen/src/reference/dialect.h"
#include "runtime/src/base/buffer.h"
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 200
#define DEFAULT_TEXT_MAX 40

static struct shape *build_peeled(
	struct builder *b, const struct peeled *peeled, bool alone, bool *nullable);

void *shape_alloc(struct builder *b, size_t size)
{
	void *memory = tc__arena_alloc(&b->model->arena, size);

	b->no_memory |= !memory;
	return memory ? memset(memory, 0, size) : NULL;
}

const char *shape_text(struct builder *b, const char *format, ...)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);
	char line[4096];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (length < 0)
		length = 0;
	tc__buffer_add(
		&text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
	const char *copy = tc__buffer_failed(&text)
		? NULL
		: tc__arena_text(&b->model->arena, tc__buffer_get(&text), text.length);
	tc__buffer_clear(&text);
	b->no_memory |= !copy;
	return copy ? copy : "";
}

struct shape *shape_new(struct builder *b, enum shape_kind kind, const char *name)
{
	struct shape *shape = shape_alloc(b, sizeof *shape);

	if (!shape) {
		shape = &b->fallback;
		*shape = (struct shape){ 0 };
	}
	shape->kind = kind;
	shape->c_name = name;
	return shape;
}

void shape_note(struct builder *b, struct shape *shape, const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (shape->notes && strstr(shape->notes, line))
		return;
	shape->notes = shape->notes ? shape_text(b, "%s %s", shape->notes, line)
				    : shape_text(b, "%s", line);
}

/* ---- what a schema says of its values ---- */

static unsigned kind_of_type(const char *type, bool *integer)
{
	static const struct {
		const char *type;
		unsigned kinds;
	} types[] = { { "null", 1 << TC_JSON_NULL }, { "boolean", 1 << TC_JSON_BOOL },
		{ "integer", 1 << TC_JSON_NUMBER }, { "number", 1 << TC_JSON_NUMBER },
		{ "string", 1 << TC_JSON_STRING }, { "array", 1 << TC_JSON_ARRAY },
		{ "object", 1 << TC_JSON_OBJECT } };

	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].type, type) != 0)
			continue;
		if (types[i].kinds == 1 << TC_JSON_NUMBER)
			*integer = *integer && strcmp(type, "integer") == 0;
		return types[i].kinds;
	}
	return 0;
}

static unsigned kind_of_value(const tc_json *value, bool *integer)
{
	enum tc_json_kind kind = tc_json_kind(value);
	int64_t whole;

	if (kind == TC_JSON_NUMBER)
		*integer = *integer && tc_json_int64(value, &whole);
	return kind == TC_JSON_ABSENT ? 0 : 1u << kind;
}

/* What type, const or enum say, null included. */
static unsigned all_kinds(const tc_json *schema, bool *integer)
{
	const tc_json *type = tc_json_get(schema, "type");
	const tc_json *values = tc_json_get(schema, "enum");
	const tc_json *value = tc_json_get(schema, "const");
	unsigned kinds = 0;

	*integer = true;
	if (tc_json_kind(type) == TC_JSON_STRING)
		return kind_of_type(tc_json_text(type), integer);
	for (size_t i = 0; i < tc_json_count(type); i++)
		kinds |= kind_of_type(tc_json_text(tc_json_item(type, i)), integer);
	if (type)
		return kinds;
	if (value)
		return kind_of_value(value, integer);
	for (size_t i = 0; i < tc_json_count(values); i++)
		kinds |= kind_of_value(tc_json_item(values, i), integer);
	if (kinds)
		return kinds;
	if (tc_json_kind(tc_json_get(schema, "properties")) == TC_JSON_OBJECT)
		return 1 << TC_JSON_OBJECT;
	if (tc_json_kind(tc_json_get(schema, "items")) == TC_JSON_OBJECT)
		return 1 << TC_JSON_ARRAY;
	return 0;
}

unsigned shape_kinds(const tc_json *schema, bool *integer)
{
	return all_kinds(schema, integer) & ~(1u << TC_JSON_NULL);
}

bool shape_is_null(const tc_json *schema)
{
	bool integer;

	return all_kinds(schema, &integer) == 1u << TC_JSON_NULL;
}

static const tc_json *alternatives_of(const tc_json *schema)
{
	const tc_json *one_of = tc_json_get(schema, "oneOf"),
		      *any_of = tc_json_get(schema, "anyOf");

	if (tc_json_get(schema, "allOf") || (one_of && any_of) || tc_json_get(schema, "properties"))
		return NULL;
	return one_of ? one_of : any_of;
}

/* Whether null is a value of it, and not the only one. */
static bool allows_null(const tc_json *schema)
{
	const tc_json *alternatives = alternatives_of(schema);
	bool integer, null = false;
	unsigned kinds = all_kinds(schema, &integer);

	for (size_t i = 0; !kinds && i < tc_json_count(alternatives); i++)
		null |= shape_is_null(tc_json_item(alternatives, i));
	return null || (kinds & 1u << TC_JSON_NULL && kinds != 1u << TC_JSON_NULL);
}

/* ---- peeling ---- */

/* The list of alternatives that is all a schema consists of; NULL when there is more to it. */
static const tc_json *sole_alternatives(const tc_json *schema)
{
	static const char *const others[] = { "type", "properties", "enum", "const", "items",
		"additionalProperties", "pattern", "format", "minLength", "maxLength" };
	static const char *const lists[] = { "oneOf", "anyOf", "allOf" };
	const tc_json *found = NULL;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (tc_json_get(schema, others[i]))
			return NULL;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const tc_json *list = tc_json_get(schema, lists[i]);
		if (!list)
			continue;
		if (found || tc_json_kind(list) != TC_JSON_ARRAY)
			return NULL;
		found = list;
	}
	return found;
}

/* The alternative that is left when null is taken off, if it is one only. */
static const tc_json *sole_alternative(const tc_json *schema, bool *nullable)
{
	const tc_json *list = sole_alternatives(schema), *left = NULL;
	bool null = false, all_of = list && list == tc_json_get(schema, "allOf");

	for (size_t i = 0; i < tc_json_count(list); i++) {
		const tc_json *alternative = tc_json_item(list, i);
		if (shape_is_null(alternative) && !all_of) {
			null = true;
			continue;
		}
		if (left)
			return NULL;
		left = alternative;
	}
	*nullable |= left && null;
	return left;
}

struct peeled shape_peel(struct builder *b, const tc_json *schema, const char *name)
{
	struct peeled peeled = { .schema = schema, .name = name };

	for (size_t steps = 0; peeled.schema; steps++) {
		const char *description = tc_json_text(tc_json_get(peeled.schema, "description"));
		if (!peeled.description)
			peeled.description = description;
		const struct schema_edge *edge = type_edge(b->model, peeled.schema);
		const tc_json *next;
		if (steps > DEPTH_MAX) {
			peeled.schema = NULL;
		} else if (edge) {
			peeled.schema = edge->to;
			peeled.name =
				edge->to ? shape_document_name(b, edge->document, edge->to) : name;
			peeled.is_root = edge->to && edge->document->root == edge->to;
		} else if ((next = sole_alternative(peeled.schema, &peeled.nullable))) {
			peeled.schema = next;
		} else {
			break;
		}
	}
	peeled.nullable |= peeled.schema && allows_null(peeled.schema);
	return peeled;
}

/* ---- objects ---- */

static void read_default(struct builder *b, struct shape_field *field, const tc_json *schema)
{
	const tc_json *value = tc_json_get(schema, "default");
	char *text = NULL;
	size_t length = 0;

	if (!value)
		return;
	field->has_default = true;
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

static void read_field(
	struct builder *b, struct shape *shape, const tc_json *holder, size_t position)
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
	field->use = shape_build(b, schema, shape_join(b, shape->c_name, field->name), false);
	field->description = tc_json_text(tc_json_get(schema, "description"));
	if (!field->description)
		field->description = shape_peel(b, schema, "").description;
}

static void build_object(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const tc_json *properties = tc_json_get(schema, "properties");
	const tc_json *others = tc_json_get(schema, "additionalProperties");
	const tc_json *required = tc_json_get(schema, "required");
	size_t count = tc_json_count(properties);

	shape->c_name = shape_claim(b, shape->c_name);
	shape->others_name =
		tc_json_kind(others) == TC_JSON_BOOL && !tc_json_true(others) ? NULL : "";
	if (tc_json_kind(others) == TC_JSON_OBJECT && tc_json_count(others))
		shape_note(b, shape, "The schema of its other members is not checked.");
	shape_read_counts(b, shape, schema, "minProperties", "maxProperties");
	shape->fields = shape_alloc(b, (count + 1) * sizeof *shape->fields);
	for (size_t i = 0; shape->fields && i < count; i++)
		read_field(b, shape, schema, i);
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
		shape->list_name = shape_claim(b, name);
	shape->c_name = shape_claim(b, alone ? shape_join(b, name, "entry") : name);
	shape->item = shape_build(b, values, shape_join(b, name, "value"), true);
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
		shape->list_name = shape_claim(b, name);
	shape->item = shape_build(b, items, alone ? shape_join(b, name, "item") : name, true);
	shape_read_counts(b, shape, schema, "minItems", "maxItems");
	shape->counts.unique = tc_json_true(tc_json_get(schema, "uniqueItems"));
}

/* ---- schemas ---- */

static void build_scalar(
	struct builder *b, struct shape *shape, const tc_json *schema, unsigned kinds, bool integer)
{
	if (kinds == 1u << TC_JSON_STRING) {
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

static void build_schema(struct builder *b, struct shape *shape, const tc_json *schema, bool alone)
{
	const tc_json *alternatives = alternatives_of(schema);

	if (shape_is_null(schema)) {
		shape->json_kinds = 1u << TC_JSON_NULL;
	} else if (!alternatives) {
		build_by_type(b, shape, schema, alone);
	} else if (shape_are_texts(b, schema, alternatives)) {
		shape->kind = SHAPE_TEXT;
		shape_read_text(b, shape, schema);
		shape_merge_texts(b, shape, alternatives);
	} else {
		shape_build_union(b, shape, alternatives);
	}
	shape_note_others(b, shape, schema);
}

/* A list that was built as a member, and is needed as a struct now. */
static void need_list(struct builder *b, struct shape *shape, const char *name)
{
	if (shape_is_list(shape) && !shape->list_name)
		shape->list_name = shape_claim(b, shape_join(b, name, "list"));
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

struct shape_use shape_build(struct builder *b, const tc_json *schema, const char *name, bool alone)
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
	struct shape_use use = shape_build(b, schema->root, name, true);
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
		};
		make_service(&builder, service);
		no_memory = builder.no_memory;
	}
	return no_memory ? tc__fail_nomem(err) : TC_OK;
}

bool shape_field_is_required(const struct shape *holder, const struct shape_field *field)
{
	return field->required && !(field->has_default && holder->in_input);
}

bool shape_field_is_direct(const struct shape *holder, const struct shape_field *field)
{
	return shape_field_is_required(holder, field) && !field->use.nullable;
}
