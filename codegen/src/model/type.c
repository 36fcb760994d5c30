/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/type.h"

#include "codegen/src/input/pattern.h"
#include "runtime/src/base/buffer.h"
#include <string.h>

#define DEPTH_MAX 1000
#define NAME_LENGTH_MAX 2000
#define SCHEMAS_MAX 200000   /* of all services */
#define MEMBERS_MAX 1000     /* of a schema: its properties, what it requires, */
#define ALTERNATIVES_MAX 256 /* what it may be instead */

/* Appends `path` to a name that ends in "/" or is empty, resolving "." and "..". False when it
 * leads out at the top. */
static bool append_path(struct tc__buffer *name, const char *path, size_t length)
{
	while (length) {
		const char *slash = memchr(path, '/', length);
		size_t segment = slash ? (size_t)(slash - path) : length;
		if (segment == 2 && memcmp(path, "..", 2) == 0) {
			size_t end = name->length;
			if (!end)
				return false;
			for (end--; end && name->data[end - 1] != '/'; end--)
				;
			tc__buffer_truncate(name, end);
		} else if (segment != 1 || *path != '.') {
			tc__buffer_add(name, path, segment + (slash != NULL));
		}
		length -= segment + (slash != NULL);
		path += segment + (slash != NULL);
	}
	return true;
}

/* The name in the tree that a URL without its fragment has, seen from the document `base`. False
 * when it is none. */
static bool resolve_name(struct tc__buffer *name, const char *base, const char *url, size_t length)
{
	const char *slash = strrchr(base, '/');
	const char *host = length > 4 && memcmp(url, "http", 4) == 0 ? strstr(url, "://") : NULL;

	if (host) {
		const char *path = strchr(host + 3, '/');
		if (!path || path >= url + length)
			return false;
		length -= (size_t)(path - url);
		url = path;
		/* the 2015 generation had its schemas on a host of their own, without a folder */
		if (strncmp(url, "/schemas/", 9) != 0)
			tc__buffer_text(name, "schemas/");
		return append_path(name, url + 1, length - 1);
	}
	if (*url == '/')
		return append_path(name, url + 1, length - 1);
	tc__buffer_add(name, base, slash ? (size_t)(slash - base) + 1 : 0);
	return length ? append_path(name, url, length) : true;
}

static bool is_absolute(const char *url)
{
	return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* Schemas of schemas, which nobody generates code for. */
static bool is_metaschema(const char *url)
{
	return is_absolute(url) && strstr(url, "://json-schema.org/");
}

bool type_resolve(struct tc__buffer *name, const char *base, const char *url)
{
	size_t length = strcspn(url, "#");

	if (!length || is_metaschema(url) || !resolve_name(name, base, url, length))
		return false;
	return !tc__buffer_failed(name) && input_name_is_safe(tc__buffer_get(name));
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* The value at a URL's fragment; NULL when nothing is there. */
static int at_fragment(
	const tc_json *root, const char *fragment, const tc_json **value, tc_error *err)
{
	struct tc__buffer pointer = TC__BUFFER(NAME_LENGTH_MAX);

	for (const char *at = fragment; *at; at++) {
		int high = *at == '%' ? hex(at[1]) : -1;
		int low = high >= 0 ? hex(at[2]) : -1;
		tc__buffer_char(&pointer, low >= 0 ? (char)(high * 16 + low) : *at);
		at += low >= 0 ? 2 : 0;
	}
	*value = pointer.too_long ? NULL : tc_json_at(root, tc__buffer_get(&pointer));
	int rc = pointer.no_memory ? tc__fail_nomem(err) : TC_OK;
	tc__buffer_clear(&pointer);
	return rc;
}

static bool is_schema(const tc_json *json)
{
	enum tc_json_kind kind = tc_json_kind(json);

	return kind == TC_JSON_OBJECT || kind == TC_JSON_BOOL;
}

/* What a URL at `node` leads to, from the document named `base`: *document is NULL when the input
 * does not have it, and then *wanted is its name. */
static int follow(struct model *model, struct input *input, const char *base,
	const struct node *node, const char *url, struct schema *schema, const char **wanted,
	tc_error *err)
{
	struct tc__buffer name = TC__BUFFER(NAME_LENGTH_MAX);
	size_t length = strcspn(url, "#");
	bool inside = true;
	int rc = TC_OK;

	if (length)
		inside = resolve_name(&name, base, url, length);
	else
		tc__buffer_text(&name, base); /* a fragment only: the same document */
	*wanted = NULL;
	if (name.no_memory)
		rc = tc__fail_nomem(err);
	else if (!inside || name.too_long || !input_name_is_safe(tc__buffer_get(&name)))
		rc = node_fail(node, err,
			"is \"%s\"; expected a path inside the tree, such as v1/task.json#", url);
	if (rc == TC_OK && !(*wanted = tc__arena_text(&model->arena, name.data, name.length)))
		rc = tc__fail_nomem(err);
	tc__buffer_clear(&name);
	if (rc == TC_OK)
		rc = input_find(input, *wanted, &schema->document, err);
	if (rc != TC_OK || !schema->document)
		return rc;
	const char *fragment = url[length] ? url + length + 1 : "";
	rc = at_fragment(schema->document->root, fragment, &schema->root, err);
	if (rc != TC_OK)
		return rc;
	if (!schema->root)
		return node_fail(node, err,
			"is \"%s\", but %s has nothing at \"%s\"; expected a schema there", url,
			*wanted, fragment);
	if (!is_schema(schema->root))
		return node_fail(
			node, err, "is \"%s\", which is no schema; expected an object there", url);
	return TC_OK;
}

/* Keeps that a name leads to `target`: to be walked later. `place` is what the edge has of where
 * the name stands. */
static int add_edge(struct model *model, struct input *input, const struct schema_edge *place,
	const struct schema *target, tc_error *err)
{
	struct schema_edge *edge = tc__arena_alloc(&model->arena, sizeof *edge);

	if (!edge)
		return tc__fail_nomem(err);
	*edge = *place;
	edge->next = NULL;
	edge->to = target->root;
	edge->input = input;
	edge->document = target->document;
	edge->name = target->name;
	if (edge->from && !table_put(&model->schema_nodes, &edge->from, sizeof edge->from, edge))
		return tc__fail_nomem(err);
	*model->last_edge = edge;
	model->last_edge = &edge->next;
	return TC_OK;
}

/* Of a reference's use of a schema. */
static int add_use(struct model *model, struct input *input, const struct node *node,
	const struct schema *target, tc_error *err)
{
	struct tc__buffer pointer = TC__BUFFER(SIZE_MAX / 2);

	node_pointer(node, &pointer);
	struct schema_edge place = {
		.file = node->file,
		.pointer = tc__arena_text(&model->arena, tc__buffer_get(&pointer), pointer.length),
	};
	bool failed = pointer.no_memory || !place.pointer;
	tc__buffer_clear(&pointer);
	return failed ? tc__fail_nomem(err) : add_edge(model, input, &place, target, err);
}

int type_find(struct model *model, struct input *input, const struct service *service,
	const struct node *node, struct schema *schema, tc_error *err)
{
	const char *wanted = NULL, *name = NULL;
	int rc = node_text(node, &name, err);

	if (rc == TC_OK && (!*name || *name == '#'))
		rc = node_fail(node, err,
			"is \"%s\"; expected the name of a schema, such as v1/task.json#", name);
	if (rc != TC_OK)
		return rc;
	schema->name = name;
	if (!input->has_schemas)
		return TC_OK;
	rc = follow(model, input, service->schemas, node, name, schema, &wanted, err);
	if (rc != TC_OK)
		return rc;
	if (schema->document)
		return add_use(model, input, node, schema, err);
	if (is_absolute(name))
		return TC_OK;
	return node_fail(node, err, "names the schema \"%s\"; expected it in %s, which is missing",
		name, wanted);
}

/* Walking: every schema that can be reached is visited once, and every $ref becomes an edge. */

struct walk {
	struct model *model;
	struct input *input;
	const struct document *document;
	tc_error *err;
};

static int walk_schema(const struct walk *walk, const struct node *node);

static int walk_if_schema(const struct walk *walk, const struct node *node)
{
	/* a construct that nobody knows is free-form JSON, not an error */
	return tc_json_kind(node->json) == TC_JSON_OBJECT ? walk_schema(walk, node) : TC_OK;
}

/* Schemas become larger than their text. */
static int count_schemas(const struct walk *walk, const struct node *list, size_t most)
{
	size_t count = tc_json_count(list->json);

	walk->model->schema_count += count;
	if (count > most)
		return node_fail(
			list, walk->err, "has %zu items; expected at most %zu", count, most);
	if (walk->model->schema_count > SCHEMAS_MAX)
		return node_fail(list, walk->err,
			"is one of too many schemas; expected at most %d in all", SCHEMAS_MAX);
	return TC_OK;
}

static int walk_required(const struct walk *walk, const struct node *list)
{
	return count_schemas(walk, list, MEMBERS_MAX);
}

static int walk_items(const struct walk *walk, const struct node *list)
{
	int rc;

	if (tc_json_kind(list->json) != TC_JSON_ARRAY)
		return TC_OK;
	rc = count_schemas(walk, list, ALTERNATIVES_MAX);
	for (size_t i = 0; i < tc_json_count(list->json) && rc == TC_OK; i++) {
		struct node item = node_item(list, i);
		rc = walk_if_schema(walk, &item);
	}
	return rc;
}

static int walk_named(const struct walk *walk, const struct node *object, size_t most)
{
	int rc;

	if (tc_json_kind(object->json) != TC_JSON_OBJECT)
		return TC_OK;
	rc = count_schemas(walk, object, most);
	for (size_t i = 0; i < tc_json_count(object->json) && rc == TC_OK; i++) {
		struct node member = node_at(object, i);
		rc = walk_if_schema(walk, &member);
	}
	return rc;
}

static int walk_members(const struct walk *walk, const struct node *object)
{
	return walk_named(walk, object, MEMBERS_MAX);
}

static int walk_definitions(const struct walk *walk, const struct node *object)
{
	return walk_named(walk, object, SCHEMAS_MAX);
}

/* Marks a schema as seen; false when it was, or when memory ends. */
static bool first_visit(const struct walk *walk, const tc_json *json, int *rc)
{
	struct model *model = walk->model;

	if (table_get(&model->schema_nodes, &json, sizeof json))
		return false;
	const tc_json **key = tc__arena_alloc(&model->arena, sizeof *key);
	if (key)
		*key = json;
	if (key && table_put(&model->schema_nodes, key, sizeof *key, model))
		return true;
	*rc = tc__fail_nomem(walk->err);
	return false;
}

static int walk_ref(const struct walk *walk, const struct node *node, const struct node *ref)
{
	struct schema target = { 0 };
	const char *wanted = NULL;
	int rc = node_text(ref, &target.name, walk->err);

	if (rc != TC_OK)
		return rc;
	if (!is_metaschema(target.name)) {
		rc = follow(walk->model, walk->input, walk->document->name, ref, target.name,
			&target, &wanted, walk->err);
		if (rc == TC_OK && !target.document)
			rc = node_fail(ref, walk->err,
				"is \"%s\"; expected a schema in %s, which is missing", target.name,
				wanted);
	}
	if (rc != TC_OK)
		return rc;
	const struct schema_edge place = {
		.from = node->json, .file = ref->file, .root = walk->document->root
	};
	return add_edge(walk->model, walk->input, &place, &target, walk->err);
}

/* A schema is what it is: the generator can only say what of it will be read otherwise. */
static int walk_pattern(const struct walk *walk, const struct node *node)
{
	const char *pattern = tc_json_text(node->json);
	struct pattern_difference difference;

	if (walk->model->for_rows || tc_json_kind(node->json) != TC_JSON_STRING ||
		!pattern_differs(pattern, &difference))
		return TC_OK;
	return model_warn(walk->model, node, walk->err,
		"has %s in \"%.100s\", which is %s for PCRE2, but not for ECMAScript: %s",
		difference.construct, pattern, difference.meaning,
		difference.slight ? "it is checked so" : "it is not checked");
}

/* Keywords of draft-06 (and the later spelling of "definitions") by what they hold, in the order in
 * which they are walked. Of "items" one of two does nothing. */
static const struct keyword {
	const char *name;
	int (*walk)(const struct walk *walk, const struct node *node);
} keywords[] = {
	{ "pattern", walk_pattern },
	{ "required", walk_required },
	{ "additionalItems", walk_if_schema },
	{ "additionalProperties", walk_if_schema },
	{ "contains", walk_if_schema },
	{ "items", walk_if_schema },
	{ "not", walk_if_schema },
	{ "propertyNames", walk_if_schema },
	{ "allOf", walk_items },
	{ "anyOf", walk_items },
	{ "items", walk_items },
	{ "oneOf", walk_items },
	{ "$defs", walk_definitions },
	{ "definitions", walk_definitions },
	{ "dependencies", walk_members },
	{ "patternProperties", walk_members },
	{ "properties", walk_members },
};
#define KEYWORDS (sizeof keywords / sizeof *keywords)

/* The positions of the keywords that a schema has, from 1; 0: it has it not. */
static void find_keywords(const tc_json *schema, size_t positions[KEYWORDS])
{
	memset(positions, 0, KEYWORDS * sizeof *positions);
	for (size_t i = 0; i < tc_json_count(schema); i++) {
		const char *name = tc_json_text(tc_json_name(schema, i));
		for (size_t k = 0; k < KEYWORDS; k++) {
			if (*name == *keywords[k].name && strcmp(name, keywords[k].name) == 0)
				positions[k] = i + 1;
		}
	}
}

static int walk_schema(const struct walk *walk, const struct node *node)
{
	struct node ref = node_member(node, "$ref");
	size_t positions[KEYWORDS];
	int rc = TC_OK;

	if (!first_visit(walk, node->json, &rc))
		return rc;
	if (ref.json)
		rc = walk_ref(walk, node, &ref);
	find_keywords(node->json, positions);
	for (size_t i = 0; i < KEYWORDS && rc == TC_OK; i++) {
		if (!positions[i])
			continue;
		struct node member = node_at(node, positions[i] - 1);
		rc = keywords[i].walk(walk, &member);
	}
	return rc;
}

/* The document of an edge's target as a whole, then the target itself: it may lie where no keyword
 * that we know would lead. */
static int walk_edge(struct model *model, const struct schema_edge *edge, tc_error *err)
{
	const struct document *document = edge->document;

	if (!document)
		return TC_OK;
	struct walk walk = { model, edge->input, document, err };
	struct node root = node_root(document->file, document->root);
	struct node target = node_root(document->file, edge->to);
	int rc = walk_if_schema(&walk, &root);
	return rc == TC_OK ? walk_if_schema(&walk, &target) : rc;
}

const struct schema_edge *type_edge(const struct model *model, const tc_json *schema)
{
	const void *value = table_get(&model->schema_nodes, &schema, sizeof schema);

	return value == model ? NULL : value;
}

/*
 * Circles. Two kinds are refused: a schema that is itself without a step down into a value, and an
 * object that must contain itself, which would be a struct within itself. What may be absent is a
 * pointer in C, and an end in JSON.
 */

enum circle { ALWAYS_ITSELF, CONTAINS_ITSELF };

struct search {
	const struct model *model;
	enum circle circle;
	struct table seen; /* schema -> &active or &done */
	char active, done;
	const struct schema_edge *last; /* the $ref that was followed last */
	tc_error *err;
};

static int search_schema(struct search *search, const tc_json *schema, int depth);

static int search_list(struct search *search, const tc_json *list, int depth)
{
	int rc = TC_OK;

	if (tc_json_kind(list) != TC_JSON_ARRAY)
		return TC_OK;
	for (size_t i = 0; i < tc_json_count(list) && rc == TC_OK; i++)
		rc = search_schema(search, tc_json_item(list, i), depth);
	return rc;
}

/* The properties that an object of this schema cannot be without. */
static int search_required(struct search *search, const tc_json *schema, int depth)
{
	const tc_json *required = tc_json_get(schema, "required");
	const tc_json *properties = tc_json_get(schema, "properties");
	const char *type = tc_json_text(tc_json_get(schema, "type"));
	int rc = TC_OK;

	if (!type || strcmp(type, "object") != 0)
		return TC_OK;
	for (size_t i = 0; i < tc_json_count(required) && rc == TC_OK; i++) {
		const char *name = tc_json_text(tc_json_item(required, i));
		if (name)
			rc = search_schema(search, tc_json_get(properties, name), depth);
	}
	return rc;
}

static int search_below(struct search *search, const tc_json *schema, int depth)
{
	const struct schema_edge *edge = type_edge(search->model, schema);
	int rc = TC_OK;

	if (edge) {
		search->last = edge;
		return search_schema(search, edge->to, depth);
	}
	rc = search_list(search, tc_json_get(schema, "allOf"), depth);
	if (search->circle == CONTAINS_ITSELF)
		return rc == TC_OK ? search_required(search, schema, depth) : rc;
	if (rc == TC_OK)
		rc = search_list(search, tc_json_get(schema, "anyOf"), depth);
	if (rc == TC_OK)
		rc = search_list(search, tc_json_get(schema, "oneOf"), depth);
	if (rc == TC_OK)
		rc = search_schema(search, tc_json_get(schema, "not"), depth);
	return rc;
}

#define CIRCLE "is \"%s\", which %s; expected a $ref that ends somewhere"

/* Fails at the $ref, which is looked for in its document; TC_OK: it is not below the node. */
static int fail_within(const struct search *search, const struct node *node,
	const struct schema_edge *edge, const char *what)
{
	bool object = tc_json_kind(node->json) == TC_JSON_OBJECT;
	int rc = TC_OK;

	if (node->json == edge->from) {
		struct node ref = node_member(node, "$ref");
		return node_fail(&ref, search->err, CIRCLE, edge->name, what);
	}
	for (size_t i = 0; i < tc_json_count(node->json) && rc == TC_OK; i++) {
		struct node below = object ? node_at(node, i) : node_item(node, i);
		rc = fail_within(search, &below, edge, what);
	}
	return rc;
}

static int fail_circle(const struct search *search, int depth)
{
	const struct schema_edge *edge = search->last;
	const char *what = depth > DEPTH_MAX ? "is one of too many in a row"
		: search->circle == ALWAYS_ITSELF
		? "leads back to itself, so that no value can satisfy it"
		: "makes an object that must contain itself";

	struct node root = node_root(edge->file, edge->root);

	if (edge->from)
		return fail_within(search, &root, edge, what);
	tc__fail_at(search->err, TC_ERROR_INPUT, edge->pointer, CIRCLE, edge->name, what);
	tc_error_prefix(search->err, "%s", edge->file);
	return TC_ERROR_INPUT;
}

static int search_schema(struct search *search, const tc_json *schema, int depth)
{
	if (tc_json_kind(schema) != TC_JSON_OBJECT)
		return TC_OK;
	const char *state = table_get(&search->seen, &schema, sizeof schema);
	if (state == &search->done)
		return TC_OK;
	if (state == &search->active || depth > DEPTH_MAX)
		return fail_circle(search, depth);
	const tc_json **key = tc__arena_alloc(search->seen.arena, sizeof *key);
	if (!key)
		return tc__fail_nomem(search->err);
	*key = schema;
	if (!table_put(&search->seen, key, sizeof *key, &search->active))
		return tc__fail_nomem(search->err);
	int rc = search_below(search, schema, depth + 1);
	if (rc == TC_OK && !table_put(&search->seen, key, sizeof *key, &search->done))
		rc = tc__fail_nomem(search->err);
	return rc;
}

static int find_circles(struct model *model, enum circle circle, tc_error *err)
{
	struct search search = {
		.model = model,
		.circle = circle,
		.seen = { .arena = &model->arena },
		.err = err,
	};
	int rc = TC_OK;

	for (const struct schema_edge *edge = model->schema_edges; edge && rc == TC_OK;
		edge = edge->next) {
		search.last = edge;
		rc = search_schema(&search, edge->from ? edge->from : edge->to, 0);
	}
	return rc;
}

int type_check(struct model *model, tc_error *err)
{
	int rc = TC_OK;

	/* walking appends to the list */
	for (struct schema_edge *edge = model->schema_edges; edge && rc == TC_OK; edge = edge->next)
		rc = walk_edge(model, edge, err);
	if (rc == TC_OK)
		rc = find_circles(model, ALWAYS_ITSELF, err);
	return rc == TC_OK ? find_circles(model, CONTAINS_ITSELF, err) : rc;
}
