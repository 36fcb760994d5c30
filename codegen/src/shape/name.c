/* SPDX-License-Identifier: MPL-2.0 */
/* What structs, their members and the arms of unions are called: nothing where only rows are made
 * of them (model.for_rows), and what has a name has an empty one there. */
#include "codegen/src/shape/builder.h"

#include <stdio.h>
#include <string.h>

#define STRUCT_NAME_MAX 120
#define PATH_MAX_STEPS 64

/* ---- structs ---- */

/* Where a schema lies in its document: the names on the way. */
struct path {
	const char *steps[PATH_MAX_STEPS];
	size_t count;
};

/* The last step to a schema, and what it leads from. */
struct place {
	const tc_json *schema;
	const struct place *above; /* NULL: it is the document */
	const char *step;          /* a member's name; of an item it is empty */
	size_t depth;
};

/* Notes where a schema lies, and all below it; NULL for `above` is for the document. */
static void note_places(
	struct builder *b, const tc_json *schema, const struct place *above, const char *step)
{
	size_t depth = above ? above->depth + 1 : 0, count = tc_json_count(schema);
	bool object = tc_json_kind(schema) == TC_JSON_OBJECT;
	struct place *place = object || count ? shape_alloc(b, sizeof *place) : NULL;

	if (!place)
		return;
	*place = (struct place){ schema, above, step, depth };
	b->no_memory |= !table_put(&b->places, &place->schema, sizeof place->schema, place);
	for (size_t i = 0; i < count && depth < PATH_MAX_STEPS; i++)
		note_places(b, tc_json_item(schema, i), place,
			object ? tc_json_text(tc_json_name(schema, i)) : "");
}

static const struct place *place_of(
	struct builder *b, const struct document *document, const tc_json *schema)
{
	if (!table_get(&b->places, &document->root, sizeof document->root))
		note_places(b, document->root, NULL, "");
	return table_get(&b->places, &schema, sizeof schema);
}

/* Empty for the document as a whole. */
static struct path path_of(
	struct builder *b, const struct document *document, const tc_json *schema)
{
	struct path path = { .count = 0 };
	const struct place *place = schema == document->root ? NULL : place_of(b, document, schema);

	if (place)
		path.count = place->depth;
	for (; place && place->above; place = place->above)
		path.steps[place->depth - 1] = place->step;
	return path;
}

/* Whether the step before the last names things, so that the next step is such a name. */
static bool holds_names(const char *step)
{
	static const char *const holders[] = { "properties", "definitions", "$defs",
		"patternProperties", "dependencies" };

	for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
		if (strcmp(holders[i], step) == 0)
			return true;
	}
	return false;
}

static bool is_version(const char *folder, size_t length)
{
	return length > 1 && *folder == 'v' && strspn(folder + 1, "0123456789") >= length - 1;
}

/* "schemas/queue/v1/task.json" -> "task", and "v1"; folders that are no version count. */
static const char *plain_file_name(
	struct builder *b, const struct document *document, const char **version)
{
	size_t folder = strlen(b->service->schemas);
	const char *at = document->name, *slash;
	const char *name = NULL;

	if (strncmp(at, b->service->schemas, folder) == 0)
		at += folder;
	else if ((slash = strrchr(at, '/')))
		at = slash + 1;
	for (; (slash = strchr(at, '/')); at = slash + 1) {
		size_t length = (size_t)(slash - at);
		if (is_version(at, length))
			*version = shape_text(b, "%.*s", (int)length, at);
		else
			name = name ? shape_text(b, "%s_%.*s", name, (int)length, at)
				    : shape_text(b, "%.*s", (int)length, at);
	}
	size_t length = strlen(at);
	if (length > 5 && strcmp(at + length - 5, ".json") == 0)
		length -= 5;
	return name ? shape_text(b, "%s_%.*s", name, (int)length, at)
		    : shape_text(b, "%.*s", (int)length, at);
}

/* The same, with the version behind it when an earlier file of another version has the name. */
static const char *file_name(struct builder *b, const struct document *document)
{
	const char *version = NULL;
	const char *name = plain_file_name(b, document, &version);
	const struct document **owner = table_get(&b->files, name, strlen(name));

	if (owner)
		return *owner == document || !version ? name
						      : shape_text(b, "%s_%s", name, version);
	owner = shape_alloc(b, sizeof *owner);
	if (!owner)
		return name;
	*owner = document;
	b->no_memory |= !table_put(&b->files, name, strlen(name), owner);
	return name;
}

const char *shape_join(struct builder *b, const char *base, const char *part)
{
	if (b->model->for_rows)
		return "";
	char *snake = name_snake(&b->model->arena, part);
	b->no_memory |= !snake;
	return snake && *snake ? shape_text(b, "%s_%s", base, snake)
			       : shape_text(b, "%s_member", base);
}

const char *shape_document_name(
	struct builder *b, const struct document *document, const tc_json *schema)
{
	if (b->model->for_rows)
		return "";
	const char *name = shape_join(b, b->service->c_name, file_name(b, document));
	struct path path = path_of(b, document, schema);

	for (size_t i = 0; i < path.count; i++) {
		const char *step = path.steps[i];
		if (holds_names(step) && i + 1 < path.count)
			name = shape_join(b, name, path.steps[++i]);
		else if (strcmp(step, "additionalProperties") == 0)
			name = shape_join(b, name, "value");
	}
	return name;
}

/* Whether a function, or one of its structs, is called so: for C++ a struct of the same name would
 * be hidden by it. */
static bool is_function(struct builder *b, const char *name)
{
	return !name_is_free(&b->model->names, shape_text(b, "tc_%s", name));
}

/* Whether neither a struct, nor a table, nor a function has the name. */
static bool is_free(struct builder *b, const char *name)
{
	const struct names *names = &b->model->names;

	return name_is_free(names, shape_text(b, "struct tc_%s", name)) &&
		name_is_free(names, shape_text(b, "tc_%s_type", name)) && !is_function(b, name);
}

static void take(struct builder *b, const char *name)
{
	struct names *names = &b->model->names;

	b->no_memory |= !name_add(names, shape_text(b, "struct tc_%s", name), "a schema") ||
		!name_add(names, shape_text(b, "tc_%s_type", name), "a schema");
}

/* How many names were made of this one by a number behind it. */
static unsigned *made_of(struct builder *b, const char *name)
{
	unsigned *made = table_number(&b->made, name);

	b->no_memory |= !made;
	return made ? made : &b->uncounted;
}

const char *shape_claim(struct builder *b, const char *name, const char **stem)
{
	if (stem)
		*stem = "";
	if (b->model->for_rows)
		return "";
	const char *cut = shape_text(b, "%.*s", STRUCT_NAME_MAX, name);
	bool gives_way = is_function(b, cut);
	const char *base = gives_way ? shape_text(b, "%s_data", cut) : cut;
	const char *candidate = base;

	while (!b->no_memory && !is_free(b, candidate))
		candidate = shape_text(b, "%s%u", base, ++*made_of(b, base) + 1);
	take(b, candidate);
	if (stem)
		*stem = gives_way ? cut : candidate;
	return candidate;
}

/* ---- members ---- */

/* The names of one struct. */
struct members {
	struct builder *builder;
	struct table taken;
};

static bool is_taken(const struct members *members, const char *name)
{
	return name && table_get(&members->taken, name, strlen(name));
}

static void keep(struct members *members, const char *name)
{
	if (name)
		members->builder->no_memory |=
			!table_put(&members->taken, name, strlen(name), members->builder);
}

/* In snake case, and something that C takes. */
static const char *base_name(struct builder *b, const char *name)
{
	char *snake = name_snake(&b->model->arena, name);

	b->no_memory |= !snake;
	if (!snake || !*snake)
		return "member";
	return *snake >= '0' && *snake <= '9' ? shape_text(b, "n%s", snake) : snake;
}

static const char *escaped(struct builder *b, const char *name)
{
	char *result = name_parameter(&b->model->arena, name);

	b->no_memory |= !result;
	return result ? result : "member";
}

/* The first of name, name2, name3 … that is free together with what goes with it. */
static void name_field(struct members *members, struct shape_field *field)
{
	struct builder *b = members->builder;
	const char *base = base_name(b, field->name);
	const char *name = base;

	for (unsigned number = 2; !b->no_memory; number++) {
		field->c_name = escaped(b, name);
		if (shape_is_list(field->use.shape))
			field->count_name = shape_text(b, "%s_count", name);
		if (field->use.nullable)
			field->null_name = shape_text(b, "%s_null", name);
		if (!is_taken(members, field->c_name) && !is_taken(members, field->count_name) &&
			!is_taken(members, field->null_name))
			break;
		name = shape_text(b, "%s%u", base, number);
	}
	keep(members, field->c_name);
	keep(members, field->count_name);
	keep(members, field->null_name);
}

/* Which members may be null is told by a name. */
static void mark_nullable(struct shape *shape)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		if (shape->fields[i].use.nullable)
			shape->fields[i].null_name = "";
	}
}

void shape_name_fields(struct builder *b, struct shape *shape)
{
	struct members members = { b, { .arena = &b->model->arena } };

	if (b->model->for_rows) {
		mark_nullable(shape);
		return;
	}
	/* those with further members first, so that runs and runsCount become runs, runs_count and
	 * runs_count2, whatever their order */
	for (int plain = 0; plain <= 1; plain++) {
		for (size_t i = 0; i < shape->field_count; i++) {
			struct shape_field *field = &shape->fields[i];
			bool more = shape_is_list(field->use.shape) || field->use.nullable;
			if (more == !plain)
				name_field(&members, field);
		}
	}
	if (shape->others_name)
		shape->others_name =
			is_taken(&members, "other_members") ? "other_members_" : "other_members";
}

/* ---- arms ---- */

static const char *upper(struct builder *b, const char *name)
{
	char *text = tc__arena_text(&b->model->arena, name, strlen(name));

	b->no_memory |= !text;
	for (char *at = text; at && *at; at++) {
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
	return text ? text : "";
}

static const char *enumerator(struct builder *b, const char *shape, const char *arm)
{
	const char *base = upper(b, shape_text(b, "TC_%s_%s", shape, arm));
	const char *name = base;

	while (!b->no_memory && !name_is_free(&b->model->names, name))
		name = shape_text(b, "%s_%u", base, ++*made_of(b, base) + 1);
	b->no_memory |= !name_add(&b->model->names, name, "a schema");
	return name;
}

void shape_name_arms(struct builder *b, struct shape *shape)
{
	struct members members = { b, { .arena = &b->model->arena } };

	if (b->model->for_rows)
		return;
	keep(&members, "tag");
	keep(&members, "unknown");
	for (size_t i = 0; i < shape->arm_count; i++) {
		struct shape_arm *arm = &shape->arms[i];
		const char *base = base_name(b, arm->c_name), *name = base;
		for (unsigned number = 2; !b->no_memory; number++) {
			arm->c_name = escaped(b, name);
			if (!is_taken(&members, arm->c_name))
				break;
			name = shape_text(b, "%s%u", base, number);
		}
		keep(&members, arm->c_name);
		arm->enumerator = enumerator(b, shape->c_name, name);
	}
}
