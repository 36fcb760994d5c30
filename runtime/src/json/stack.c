/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/stack.h"

#include "runtime/src/json/text.h"
#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many members, names are compared one by one, which is faster than any index. */
#define LINEAR_MAX 32

/* How many slots of a table are tried */
#define PROBES 4

void tc__json_stack_init(struct tc__json_stack *stack, struct tc__arena *arena)
{
	stack->arena = arena;
	stack->nodes = stack->first;
	stack->count = stack->open = stack->depth = 0;
	stack->place = 0;
	stack->capacity = TC__JSON_FIRST;
	stack->secret = arena->secret;
	stack->twice = NULL;
	stack->source = stack->copied = NULL;
	stack->has_key = false;
	memset(stack->names, 0, sizeof stack->names);
	memset(stack->shapes, 0, sizeof stack->shapes);
	memset(stack->expected, 0, sizeof stack->expected);
}

static void drop_nodes(struct tc__json_stack *stack)
{
	if (stack->secret)
		sodium_memzero(stack->nodes, stack->capacity * sizeof *stack->nodes);
	if (stack->nodes != stack->first)
		free(stack->nodes);
}

void tc__json_stack_clear(struct tc__json_stack *stack)
{
	drop_nodes(stack);
	stack->nodes = stack->first;
	stack->capacity = TC__JSON_FIRST;
}

static bool grow(struct tc__json_stack *stack)
{
	size_t capacity = stack->capacity * 2;
	struct tc_json *nodes = NULL;

	if (capacity < UINT32_MAX && capacity <= SIZE_MAX / sizeof *nodes)
		nodes = malloc(capacity * sizeof *nodes);
	if (!nodes)
		return false;
	memcpy(nodes, stack->nodes, stack->count * sizeof *nodes);
	drop_nodes(stack);
	stack->nodes = nodes;
	stack->capacity = capacity;
	return true;
}

static inline bool is_full(const struct tc__json_stack *stack)
{
	return stack->count == stack->capacity;
}

static inline struct tc_json *push(struct tc__json_stack *stack)
{
	if (is_full(stack) && !grow(stack))
		return NULL;
	return &stack->nodes[stack->count++];
}

static enum tc__json_fault push_plain(
	struct tc__json_stack *stack, enum tc_json_kind kind, uint8_t flags)
{
	struct tc_json *node = push(stack);

	if (!node)
		return TC__JSON_NO_MEMORY;
	*node = (struct tc_json){ .kind = (uint8_t)kind, .flags = flags };
	return TC__JSON_FINE;
}

enum tc__json_fault tc__json_stack_null(struct tc__json_stack *stack)
{
	return push_plain(stack, TC_JSON_NULL, 0);
}

enum tc__json_fault tc__json_stack_bool(struct tc__json_stack *stack, bool value)
{
	return push_plain(stack, TC_JSON_BOOL, value ? TC__JSON_TRUE : 0);
}

/* A place in a table of `size` slots, a power of two */
static size_t hash(uint64_t first, uint64_t last, size_t count, size_t size)
{
	uint64_t mixed = (first ^ (last << 1) ^ count) * UINT64_C(0x9E3779B97F4A7C15);

	return (size_t)(mixed >> 40) & (size - 1);
}

/* Where the shape is kept that an object behind this look is expected to have, or would be. */
static struct tc__json_expected *expected_slot(struct tc__json_stack *stack, uint64_t look)
{
	size_t at = hash(look, 0, 0, TC__JSON_EXPECTED);
	struct tc__json_expected *slot = NULL;

	for (size_t i = 0; i < PROBES; i++) {
		slot = &stack->expected[(at + i) % TC__JSON_EXPECTED];
		if (slot->look == look || !slot->shape)
			break;
	}
	return slot;
}

/* What tells objects at one place of a text from those at others: the name in front of it, or of
 * the array that it is the first item of. */
static uint64_t look_before(const struct tc__json_stack *stack, size_t position)
{
	const struct tc_json *nodes = stack->nodes;
	uint64_t look = stack->place;

	if (position >= 2 && nodes[position - 1].kind == TC_JSON_ARRAY)
		position--;
	if (position)
		memcpy(&look, &nodes[position - 1].as, sizeof look);
	return look;
}

/* Whether one lies in front of the object at this position: they are items of an array. */
static bool follows_object(const struct tc__json_stack *stack, size_t position)
{
	return position && stack->nodes[position - 1].kind == TC_JSON_OBJECT;
}

/* The shape that the object at this position, which begins, will have if it is like the one in
 * front of it in an array, or like the last one at such a place. */
static const struct tc__json_shape *expect(struct tc__json_stack *stack, size_t position)
{
	if (!follows_object(stack, position))
		return expected_slot(stack, look_before(stack, position))->shape;
	const struct tc_json *before = &stack->nodes[position - 1];
	if (!before->length || tc__json_node_shape(before)->columns)
		return NULL;
	return tc__json_node_shape(before);
}

enum tc__json_fault tc__json_stack_begin(struct tc__json_stack *stack, enum tc_json_kind kind)
{
	struct tc_json *node = push(stack);

	if (!node)
		return TC__JSON_NO_MEMORY;
	size_t position = stack->count - 1;
	*node = (struct tc_json){ .kind = (uint8_t)kind, .length = (uint32_t)stack->open };
	node->as.shape = kind == TC_JSON_OBJECT ? expect(stack, position) : NULL;
	stack->open = position;
	stack->depth++;
	return TC__JSON_FINE;
}

/* Room for nodes, without a call when there is any */
static inline void *keep_nodes(struct tc__arena *arena, size_t size)
{
	size_t padding = -(uintptr_t)arena->at % alignof(struct tc__json_shape);

	if ((size_t)(arena->end - arena->at) < size + padding)
		return tc__arena_alloc(arena, size);
	void *nodes = arena->at + padding;
	arena->at += padding + size;
	return nodes;
}

/* A node for a text, which is not kept yet when it is long. */
static inline struct tc_json text_node(enum tc_json_kind kind, const char *text, size_t length)
{
	struct tc_json node = { .kind = (uint8_t)kind, .length = (uint32_t)length };

	if (length >= sizeof node.as.small) {
		node.as.text = text;
		return node;
	}
	uint64_t word = tc__text_word(text, length);
	node.flags = TC__JSON_SMALL;
	memcpy(node.as.small, &word, sizeof word);
	return node;
}

/* Any text. Kept apart, so that the way of short ones calls nothing. */
TC__APART static enum tc__json_fault add_text(
	struct tc__json_stack *stack, enum tc_json_kind kind, const char *text, size_t length)
{
	struct tc_json *node = push(stack);

	if (length >= UINT32_MAX)
		return TC__JSON_TOO_LONG;
	if (!node)
		return TC__JSON_NO_MEMORY;
	*node = text_node(kind, text, length);
	if (length < sizeof node->as.small)
		return TC__JSON_FINE;
	node->as.text = tc__arena_text(stack->arena, text, length);
	return node->as.text ? TC__JSON_FINE : TC__JSON_NO_MEMORY;
}

enum tc__json_fault tc__json_stack_text(
	struct tc__json_stack *stack, enum tc_json_kind kind, const char *text, size_t length)
{
	struct tc__arena *arena = stack->arena;

	if (length > TC__TEXT_COPIED || is_full(stack) || !tc__text_has_room(arena, length))
		return add_text(stack, kind, text, length);
	struct tc_json *node = &stack->nodes[stack->count++];
	*node = text_node(kind, text, length);
	if (length >= sizeof node->as.small)
		node->as.text = tc__text_keep_short(arena, text, length);
	return TC__JSON_FINE;
}

static bool same_text(const struct tc_json *a, const struct tc_json *b)
{
	if (a->length != b->length)
		return false;
	if (a->flags & TC__JSON_SMALL)
		return memcmp(a->as.small, b->as.small, sizeof a->as.small) == 0;
	return tc__text_same(a->as.text, b->as.text, a->length);
}

/* Whether the open object has the name; more members than LINEAR_MAX are looked at when it ends. */
static bool has_name(struct tc__json_stack *stack, const struct tc_json *name)
{
	const struct tc_json *end = stack->nodes + stack->count;

	if (stack->count - stack->open > 2 * LINEAR_MAX)
		return false;
	for (const struct tc_json *other = stack->nodes + stack->open + 1; other < end; other += 2)
		if (same_text(other, name)) {
			stack->twice = other;
			return true;
		}
	return false;
}

/* The same few names stand in most objects of a text: one copy serves them all. */
static const char *keep_name(struct tc__json_stack *stack, const char *name, size_t length)
{
	uint64_t first, last;
	struct tc__json_name *kept = NULL;

	memcpy(&first, name, sizeof first); /* short names are in their nodes */
	memcpy(&last, name + length - sizeof last, sizeof last);
	size_t at = hash(first, last, length, TC__JSON_NAMES);
	for (size_t i = 0; i < PROBES; i++) {
		kept = &stack->names[(at + i) % TC__JSON_NAMES];
		if (kept->length == length && tc__text_same(kept->text, name, length))
			return kept->text;
		if (!kept->length)
			break;
	}
	const char *text = tc__arena_text(stack->arena, name, length);
	if (text)
		*kept = (struct tc__json_name){ text, length };
	return text;
}

static enum tc__json_fault add_name(struct tc__json_stack *stack, const char *text, size_t length)
{
	if (length >= UINT32_MAX)
		return TC__JSON_TOO_LONG;
	struct tc_json name = text_node(TC_JSON_STRING, text, length);
	if (has_name(stack, &name))
		return TC__JSON_DUPLICATE;
	if (length >= sizeof name.as.small) {
		name.as.text = keep_name(stack, text, length);
		if (!name.as.text)
			return TC__JSON_NO_MEMORY;
	}
	struct tc_json *node = push(stack);
	if (!node)
		return TC__JSON_NO_MEMORY;
	*node = name;
	return TC__JSON_FINE;
}

/* The name that is expected next in the open object; NULL when none is. Since no shape has a name
 * twice, an object that has had its first names so far cannot have it either. */
static inline const struct tc_json *expected_name(const struct tc__json_stack *stack)
{
	const struct tc__json_shape *shape = stack->nodes[stack->open].as.shape;
	size_t position = (stack->count - stack->open) / 2;

	return shape && position < shape->count ? &shape->names[position] : NULL;
}

/* Any name. Kept apart, as above. */
TC__APART static enum tc__json_fault any_name(
	struct tc__json_stack *stack, const char *text, size_t length)
{
	const struct tc_json *name = expected_name(stack);

	if (!name || !tc__json_is_text(name, text, length)) {
		stack->nodes[stack->open].as.shape = NULL;
		return add_name(stack, text, length);
	}
	struct tc_json *node = push(stack);
	if (!node)
		return TC__JSON_NO_MEMORY;
	*node = *name;
	return TC__JSON_FINE;
}

enum tc__json_fault tc__json_stack_name(
	struct tc__json_stack *stack, const char *text, size_t length)
{
	const struct tc_json *name = expected_name(stack);

	if (!name || length > TC__TEXT_SHORT || name->length != length || is_full(stack) ||
		!tc__text_same_short(tc__json_node_text(name), text, length))
		return any_name(stack, text, length);
	stack->nodes[stack->count++] = *name;
	return TC__JSON_FINE;
}

/* Finds names that are there twice, too. */
static enum tc__json_fault add_index(struct tc__json_stack *stack, struct tc__json_shape *shape)
{
	size_t slots = 1, size;

	while (slots < 2 * shape->count)
		slots *= 2;
	size = slots * sizeof(uint32_t);
	struct tc__json_index *index = keep_nodes(stack->arena, sizeof *index + size);
	if (!index)
		return TC__JSON_NO_MEMORY;
	if (!stack->has_key)
		stack->key = tc__hash_key();
	stack->has_key = true;
	index->key = stack->key;
	index->slot_count = slots;
	memset(index->slots, 0, size);
	for (size_t i = 0; i < shape->count; i++) {
		const struct tc_json *name = &shape->names[i];
		size_t slot =
			tc__json_index_slot(shape, index, tc__json_node_text(name), name->length);
		stack->twice = name;
		if (index->slots[slot])
			return TC__JSON_DUPLICATE;
		index->slots[slot] = (uint32_t)i + 1;
	}
	shape->index = index;
	return TC__JSON_FINE;
}

/* `members`: name, value, name, value … as they lie on the stack */
static bool has_shape(
	const struct tc__json_shape *shape, const struct tc_json *members, size_t count)
{
	if (shape->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (memcmp(&shape->names[i], &members[2 * i], sizeof *members) != 0)
			return false;
	return true;
}

static enum tc__json_fault make_shape(struct tc__json_stack *stack, const struct tc_json *members,
	size_t count, struct tc__json_shape **made)
{
	struct tc__json_shape *shape =
		keep_nodes(stack->arena, sizeof *shape + count * sizeof *members);

	if (!shape)
		return TC__JSON_NO_MEMORY;
	shape->index = NULL;
	shape->count = count;
	shape->columns = false;
	for (size_t i = 0; i < count; i++)
		shape->names[i] = members[2 * i];
	*made = shape;
	return count > LINEAR_MAX ? add_index(stack, shape) : TC__JSON_FINE;
}

TC__APART static enum tc__json_fault find_shape(struct tc__json_stack *stack,
	const struct tc_json *members, size_t count, const struct tc__json_shape **found)
{
	uint64_t first, last;
	const struct tc__json_shape **slot = NULL;

	memcpy(&first, &members[0].as, sizeof first);
	memcpy(&last, &members[2 * (count - 1)].as, sizeof last);
	size_t at = hash(first, last, count, TC__JSON_SHAPES);
	for (size_t i = 0; i < PROBES; i++) {
		slot = &stack->shapes[(at + i) % TC__JSON_SHAPES];
		if (!*slot)
			break;
		if (has_shape(*slot, members, count)) {
			*found = *slot;
			return TC__JSON_FINE;
		}
	}
	struct tc__json_shape *made = NULL;
	enum tc__json_fault fault = make_shape(stack, members, count, &made);
	if (fault == TC__JSON_FINE)
		*slot = made;
	*found = made;
	return fault;
}

/* `stride`: how far apart the values lie on the stack */
static enum tc__json_fault keep_members(struct tc__json_stack *stack, struct tc_json *object,
	const struct tc__json_shape *shape, const struct tc_json *values, size_t stride)
{
	size_t count = object->length;
	struct tc_json *items = keep_nodes(stack->arena, (count + 1) * sizeof *items);

	if (!items)
		return TC__JSON_NO_MEMORY;
	*items++ = (struct tc_json){ .as.shape = shape };
	for (size_t i = 0; i < count; i++)
		items[i] = values[stride * i];
	object->as.items = items;
	return TC__JSON_FINE;
}

/* The shape that another object at this place is expected to have. */
static void note_shape(struct tc__json_stack *stack, const struct tc_json *object,
	const struct tc__json_shape *shape)
{
	size_t position = (size_t)(object - stack->nodes);

	if (follows_object(stack, position))
		return; /* the next one will have it in front */
	uint64_t look = look_before(stack, position);
	*expected_slot(stack, look) = (struct tc__json_expected){ look, shape };
}

static enum tc__json_fault end_object(
	struct tc__json_stack *stack, struct tc_json *object, size_t count)
{
	const struct tc__json_shape *shape = object->as.shape;
	const struct tc_json *members = object + 1;

	if (!shape || shape->count != count) {
		enum tc__json_fault fault = find_shape(stack, members, count, &shape);
		if (fault)
			return fault;
		note_shape(stack, object, shape);
	}
	return keep_members(stack, object, shape, members + 1, 2);
}

static enum tc__json_fault end_array(
	struct tc__json_stack *stack, struct tc_json *array, size_t count)
{
	struct tc_json *items = keep_nodes(stack->arena, count * sizeof *items);

	if (!items)
		return TC__JSON_NO_MEMORY;
	memcpy(items, array + 1, count * sizeof *items);
	array->as.items = items;
	return TC__JSON_FINE;
}

/* With columns, the stack has no names. */
static enum tc__json_fault end(struct tc__json_stack *stack, const struct tc__json_shape *columns)
{
	struct tc_json *node = &stack->nodes[stack->open];
	size_t outer = node->length, count = stack->count - stack->open - 1;
	enum tc__json_fault fault = TC__JSON_FINE;

	if (node->kind == TC_JSON_OBJECT && !columns)
		count /= 2;
	if (count > UINT32_MAX)
		return TC__JSON_TOO_LONG;
	node->length = (uint32_t)count;
	if (!count)
		node->as.items = NULL;
	else if (columns)
		fault = keep_members(stack, node, columns, node + 1, 1);
	else
		fault = node->kind == TC_JSON_OBJECT ? end_object(stack, node, count)
						     : end_array(stack, node, count);
	stack->count = stack->open + 1;
	stack->open = outer;
	stack->depth--;
	return fault;
}

enum tc__json_fault tc__json_stack_end(struct tc__json_stack *stack)
{
	return end(stack, NULL);
}

enum tc__json_fault tc__json_stack_end_row(
	struct tc__json_stack *stack, const struct tc__json_shape *columns)
{
	return end(stack, columns);
}

void tc__json_stack_unbegin(struct tc__json_stack *stack)
{
	stack->open = stack->nodes[stack->open].length;
	stack->depth--;
	stack->count--;
}

enum tc__json_fault tc__json_stack_columns(struct tc__json_stack *stack,
	const struct tc_json *names, size_t count, const struct tc__json_shape **columns)
{
	struct tc__json_shape *shape = NULL;
	enum tc__json_fault fault = tc__json_stack_begin(stack, TC_JSON_OBJECT);

	for (size_t i = 0; i < count && !fault; i++) {
		fault = tc__json_stack_name(stack, tc__json_node_text(&names[i]), names[i].length);
		if (!fault)
			fault = tc__json_stack_null(stack);
	}
	if (!fault)
		fault = make_shape(stack, stack->nodes + stack->open + 1, count, &shape);
	if (fault)
		return fault;
	shape->columns = true;
	*columns = shape;
	stack->count = stack->open + 1;
	tc__json_stack_unbegin(stack);
	return TC__JSON_FINE;
}

void tc__json_stack_take(struct tc__json_stack *stack, struct tc_json *json)
{
	*json = stack->nodes[0];
	stack->count = 0;
}

void tc__json_stack_forget(struct tc__json_stack *stack)
{
	stack->source = stack->copied = NULL;
}

static enum tc__json_fault copy_values(struct tc__json_stack *stack, const struct tc_json *json)
{
	enum tc__json_fault fault = TC__JSON_FINE;

	for (size_t i = 0; i < json->length && !fault; i++)
		fault = tc__json_stack_copy(stack, &json->as.items[i]);
	return fault;
}

static enum tc__json_fault copy_object(struct tc__json_stack *stack, const struct tc_json *json)
{
	enum tc__json_fault fault = tc__json_stack_begin(stack, TC_JSON_OBJECT);

	for (size_t i = 0; i < json->length && !fault; i++) {
		const struct tc_json *name = &tc__json_node_shape(json)->names[i];
		fault = tc__json_stack_name(stack, tc__json_node_text(name), name->length);
		if (!fault)
			fault = tc__json_stack_copy(stack, &json->as.items[i]);
	}
	return fault ? fault : tc__json_stack_end(stack);
}

/* A row: the first one of a tree as any object, in case that it stays alone; with the second one
 * the names are copied for all. */
static enum tc__json_fault copy_row(struct tc__json_stack *stack, const struct tc_json *json,
	const struct tc__json_shape *columns)
{
	enum tc__json_fault fault = TC__JSON_FINE;

	if (stack->source != columns) {
		stack->source = columns;
		stack->copied = NULL;
		return copy_object(stack, json);
	}
	if (!stack->copied)
		fault = tc__json_stack_columns(
			stack, columns->names, columns->count, &stack->copied);
	const struct tc__json_shape *copied = stack->copied;
	if (!fault)
		fault = tc__json_stack_begin(stack, TC_JSON_OBJECT);
	if (!fault)
		fault = copy_values(stack, json);
	return fault ? fault : tc__json_stack_end_row(stack, copied);
}

static enum tc__json_fault copy_array(struct tc__json_stack *stack, const struct tc_json *json)
{
	enum tc__json_fault fault = tc__json_stack_begin(stack, TC_JSON_ARRAY);

	if (!fault)
		fault = copy_values(stack, json);
	return fault ? fault : tc__json_stack_end(stack);
}

/* Recursion ends at TC_JSON_DEPTH_MAX, as every tree does. */
enum tc__json_fault tc__json_stack_copy(struct tc__json_stack *stack, const struct tc_json *json)
{
	enum tc_json_kind kind = (enum tc_json_kind)json->kind;

	if (kind == TC_JSON_ARRAY)
		return copy_array(stack, json);
	if (kind == TC_JSON_OBJECT)
		return json->length && tc__json_node_shape(json)->columns
			? copy_row(stack, json, tc__json_node_shape(json))
			: copy_object(stack, json);
	if (kind == TC_JSON_STRING || kind == TC_JSON_NUMBER)
		return tc__json_stack_text(stack, kind, tc__json_node_text(json), json->length);
	return push_plain(stack, kind, json->flags);
}
