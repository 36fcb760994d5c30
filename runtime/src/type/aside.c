/* SPDX-License-Identifier: MPL-2.0 */
/* What the decoder keeps aside as trees: free-form values, other members, undecided unions. */
#include "runtime/src/type/decode.h"

#include <stdlib.h>
#include <string.h>

TC__APART static int refuse(struct tc__decoder *d, enum tc__json_fault what)
{
	if (what == TC__JSON_NO_MEMORY)
		return tc__sax_no_memory(&d->sax);
	if (what == TC__JSON_TOO_LONG)
		return tc__decoder_fail(d, NULL, 0, "is longer than 4 GiB");
	const struct tc_json *twice = d->tree->twice;
	return tc__decoder_fail(d, NULL, 0, "has the member \"%.*s\" twice",
		(int)(twice->length < 100 ? twice->length : 100), tc__json_node_text(twice));
}

static inline int fault(struct tc__decoder *d, enum tc__json_fault what)
{
	return what == TC__JSON_FINE ? 1 : refuse(d, what);
}

/*
 * The side
 */

static bool enter_side(struct tc__decoder *d)
{
	if (!d->side) {
		d->side = malloc(sizeof *d->side);
		if (!d->side)
			return false;
		d->side->arena = (struct tc__arena){ .secret = d->arena.secret };
		d->side->users = 0;
		tc__json_stack_init(&d->side->stack, &d->side->arena);
	}
	d->side->users++;
	return true;
}

/* Outer frames may still need what they keep there. */
static void leave_side(struct tc__decoder *d, size_t users)
{
	struct tc__side *side = d->side;

	side->users -= users;
	if (side->users)
		return;
	tc__arena_clear(&side->arena);
	side->arena.secret = d->arena.secret;
	/* they know texts of the arena */
	tc__json_stack_clear(&side->stack);
	tc__json_stack_init(&side->stack, &side->arena);
	if (d->has_stack)
		tc__json_stack_forget(&d->stack);
	tc__columns_clear(&d->columns);
}

void tc__side_free(struct tc__side *side)
{
	if (!side)
		return;
	tc__json_stack_clear(&side->stack);
	tc__arena_clear(&side->arena);
	free(side);
}

int tc__aside_begin(struct tc__decoder *d, enum tc__aside what, const tc_json **target)
{
	bool to_side = what == TC__ASIDE_OTHER || what == TC__ASIDE_UNION;

	if (to_side && !enter_side(d))
		return tc__sax_no_memory(&d->sax);
	d->aside = what;
	d->aside_depth = 0;
	d->aside_target = target;
	d->tree = to_side ? &d->side->stack : tc__decoder_stack(d);
	d->tree->place = (uintptr_t)d->top->field;
	return 1;
}

/*
 * Unions
 */

/* Writes the tag of the arm that the object is of; an unknown one keeps its JSON. */
static int choose(struct tc__decoder *d, struct tc__place *place, const tc_json *object)
{
	const struct tc_type *type = place->type;
	const char *discriminator = type->by.discriminator;
	const struct tc_arm *arm;

	if (discriminator) {
		const tc_json *value = tc_json_get(object, discriminator);
		if (!value && !(d->flags & TC_DECODE_LENIENT))
			return tc__decoder_fail(d, discriminator, strlen(discriminator),
				"a required member is missing");
		arm = tc__type_arm_by_text(type, tc_json_text(value), tc_json_text_length(value));
	} else {
		arm = tc__type_arm_by_shape(type, object);
	}
	int tag = arm ? (int)(arm - type->of.arms) + 1 : TC_TAG_UNKNOWN;
	memcpy(place->at, &tag, sizeof tag);
	place->at += type->offset;
	place->type = arm ? arm->type : &tc_type_json;
	return 1;
}

int tc__union_begin(struct tc__decoder *d, struct tc__place *place, const tc_json *object)
{
	if (!tc__decoder_settle(d, place))
		return tc__sax_no_memory(&d->sax);
	if (object)
		return choose(d, place, object);
	if (!tc__decoder_open(d, place))
		return tc__sax_no_memory(&d->sax);
	return tc__aside_begin(d, TC__ASIDE_UNION, NULL) && tc__aside_open(d, TC_JSON_OBJECT);
}

static int end_union(struct tc__decoder *d, const tc_json *object)
{
	struct tc__frame *frame = d->top;
	struct tc__place place = { .type = frame->type, .at = frame->at };

	if (!choose(d, &place, object))
		return 0;
	frame->arm = place.type;
	if (!tc__decoder_replay(d, object))
		return 0;
	tc__decoder_close(d);
	leave_side(d, 1);
	return 1;
}

/*
 * Other members
 */

int tc__other_begin(struct tc__decoder *d, const char *name, size_t length)
{
	struct tc__other *other = (void *)tc__decoder_push(d, sizeof *other);

	if (!other)
		return tc__sax_no_memory(&d->sax);
	d->top->others++;
	if (!tc__aside_begin(d, TC__ASIDE_OTHER, NULL))
		return 0;
	struct tc_json *node = tc__arena_alloc(&d->side->arena, sizeof *node);
	if (!node)
		return tc__sax_no_memory(&d->sax);
	enum tc__json_fault wrong = tc__json_stack_text(d->tree, TC_JSON_STRING, name, length);
	if (wrong)
		return fault(d, wrong);
	tc__json_stack_take(d->tree, node);
	other->name = node;
	return 1;
}

static struct tc__other *last_other(struct tc__decoder *d)
{
	return (struct tc__other *)(void *)(d->scratch.bytes + d->scratch.used) - 1;
}

static enum tc__json_fault join_others(
	struct tc__json_stack *tree, const struct tc__other *others, size_t count)
{
	enum tc__json_fault wrong = tc__json_stack_begin(tree, TC_JSON_OBJECT);

	for (size_t i = 0; !wrong && i < count; i++) {
		const tc_json *name = others[i].name;
		wrong = tc__json_stack_name(tree, tc__json_node_text(name), name->length);
		if (!wrong)
			wrong = tc__json_stack_copy(tree, others[i].value);
	}
	return wrong ? wrong : tc__json_stack_end(tree);
}

int tc__others_end(struct tc__decoder *d)
{
	struct tc__frame *frame = d->top;

	if (!frame->others)
		return 1;
	const struct tc__other *others = (void *)(d->scratch.bytes + frame->begin);
	d->tree = tc__decoder_stack(d);
	enum tc__json_fault wrong = join_others(d->tree, others, frame->others);
	if (wrong)
		return fault(d, wrong);
	struct tc_json *json = tc__arena_alloc(&d->arena, sizeof *json);
	if (!json)
		return tc__sax_no_memory(&d->sax);
	tc__json_stack_take(d->tree, json);
	*(const tc_json **)(void *)(frame->at + frame->type->offset) = json;
	leave_side(d, frame->others);
	return 1;
}

/*
 * Events
 */

TC__APART static int end_aside(struct tc__decoder *d)
{
	enum tc__aside what = d->aside;

	d->aside = TC__ASIDE_NONE;
	if (what == TC__ASIDE_SKIP)
		return 1;
	struct tc_json *json = tc__arena_alloc(d->tree->arena, sizeof *json);
	if (!json)
		return tc__sax_no_memory(&d->sax);
	tc__json_stack_take(d->tree, json);
	if (what == TC__ASIDE_VALUE)
		*d->aside_target = json;
	if (what == TC__ASIDE_OTHER)
		last_other(d)->value = json;
	return what == TC__ASIDE_UNION ? end_union(d, json) : 1;
}

static int after_scalar(struct tc__decoder *d, enum tc__json_fault wrong)
{
	if (wrong)
		return fault(d, wrong);
	return d->aside_depth ? 1 : end_aside(d);
}

int tc__aside_null(struct tc__decoder *d)
{
	bool skip = d->aside == TC__ASIDE_SKIP;

	return after_scalar(d, skip ? TC__JSON_FINE : tc__json_stack_null(d->tree));
}

int tc__aside_bool(struct tc__decoder *d, bool value)
{
	bool skip = d->aside == TC__ASIDE_SKIP;

	return after_scalar(d, skip ? TC__JSON_FINE : tc__json_stack_bool(d->tree, value));
}

int tc__aside_text(struct tc__decoder *d, enum tc_json_kind kind, const char *text, size_t length)
{
	bool skip = d->aside == TC__ASIDE_SKIP;

	return after_scalar(
		d, skip ? TC__JSON_FINE : tc__json_stack_text(d->tree, kind, text, length));
}

int tc__aside_name(struct tc__decoder *d, const char *text, size_t length)
{
	if (d->aside == TC__ASIDE_SKIP)
		return 1;
	return fault(d, tc__json_stack_name(d->tree, text, length));
}

int tc__aside_open(struct tc__decoder *d, enum tc_json_kind kind)
{
	d->aside_depth++;
	if (d->aside == TC__ASIDE_SKIP)
		return 1;
	return fault(d, tc__json_stack_begin(d->tree, kind));
}

int tc__aside_close(struct tc__decoder *d)
{
	enum tc__json_fault wrong = TC__JSON_FINE;

	d->aside_depth--;
	if (d->aside != TC__ASIDE_SKIP)
		wrong = tc__json_stack_end(d->tree);
	return after_scalar(d, wrong);
}

/*
 * Trees in place of text
 */

/* A tree that is kept aside with what is around it. */
static int aside_tree(struct tc__decoder *d, const tc_json *json)
{
	bool skip = d->aside == TC__ASIDE_SKIP;

	return after_scalar(d, skip ? TC__JSON_FINE : tc__json_stack_copy(d->tree, json));
}

/* One that was begun, and turned out to be kept aside. */
static int aside_begun(struct tc__decoder *d, const tc_json *json)
{
	d->aside_depth--;
	if (d->aside != TC__ASIDE_SKIP)
		tc__json_stack_unbegin(d->tree);
	return aside_tree(d, json);
}

static int replay_members(struct tc__decoder *d, const tc_json *json)
{
	for (size_t i = 0; i < tc_json_count(json); i++) {
		const tc_json *name = tc_json_name(json, i);
		const unsigned char *text = (const unsigned char *)tc_json_text(name);
		if (!d->events->name(d, text, tc_json_text_length(name)) ||
			!tc__decoder_replay(d, tc_json_item(json, i)))
			return 0;
	}
	return 1;
}

/* The values of a row that have no field, as the object of other members. */
static int keep_row_others(
	struct tc__decoder *d, const tc_json *row, const struct tc__columns *columns)
{
	struct tc__frame *frame = d->top;
	struct tc__json_stack *tree = tc__decoder_stack(d);
	enum tc__json_fault wrong = tc__json_stack_begin(tree, TC_JSON_OBJECT);
	bool some = false;

	for (size_t i = 0; i < row->length && !wrong; i++) {
		if (columns->fields[i])
			continue;
		wrong = tc__json_stack_copy(tree, &row->as.items[i]);
		some = true;
	}
	d->tree = tree;
	if (!wrong)
		wrong = tc__json_stack_end_row(tree, columns->others);
	struct tc_json *json = wrong ? NULL : tc__arena_alloc(&d->arena, sizeof *json);
	if (!json)
		return fault(d, wrong ? wrong : TC__JSON_NO_MEMORY);
	tc__json_stack_take(tree, json);
	if (some)
		*(const tc_json **)(void *)(frame->at + frame->type->offset) = json;
	return 1;
}

static int replay_row(struct tc__decoder *d, const tc_json *row, const struct tc__json_shape *shape)
{
	const struct tc_type *type = d->top->type;

	for (size_t i = 0; i < row->length; i++) {
		/* what lies in a row may have had rows of its own */
		const struct tc__columns *columns = tc__columns_of(d, shape, type);
		if (!columns)
			return tc__sax_no_memory(&d->sax);
		const struct tc_field *field = columns->fields[i];
		if (field &&
			(!tc__field_begin(d, (size_t)(field - type->of.fields)) ||
				!tc__decoder_replay(d, &row->as.items[i])))
			return 0;
	}
	const struct tc__columns *columns = tc__columns_of(d, shape, type);
	if (!columns)
		return tc__sax_no_memory(&d->sax);
	return type->flags & TC_OPEN ? keep_row_others(d, row, columns) : 1;
}

static int replay_object(struct tc__decoder *d, const tc_json *json)
{
	const struct tc__json_shape *shape = json->length ? tc__json_node_shape(json) : NULL;

	d->node = json;
	if (!d->events->start_object(d))
		return 0;
	if (d->aside)
		return aside_begun(d, json);
	int go_on = shape && shape->columns && d->top->type->kind == TC_TYPE_OBJECT
		? replay_row(d, json, shape)
		: replay_members(d, json);
	return go_on && d->events->end_object(d);
}

static int replay_array(struct tc__decoder *d, const tc_json *json)
{
	if (!d->events->start_array(d))
		return 0;
	if (d->aside)
		return aside_begun(d, json);
	for (size_t i = 0; i < tc_json_count(json); i++) {
		if (!tc__decoder_replay(d, tc_json_item(json, i)))
			return 0;
	}
	return d->events->end_array(d);
}

int tc__decoder_replay(struct tc__decoder *d, const tc_json *json)
{
	const struct tc__sax_events *events = d->events;
	const char *text = tc_json_text(json);

	if (d->aside)
		return aside_tree(d, json);
	switch (tc_json_kind(json)) {
	case TC_JSON_ABSENT:
	case TC_JSON_NULL:
		return events->null(d);
	case TC_JSON_BOOL:
		return events->boolean(d, tc_json_true(json));
	case TC_JSON_NUMBER:
		return events->number(d, text, tc_json_text_length(json));
	case TC_JSON_STRING:
		return events->string(d, (const unsigned char *)text, tc_json_text_length(json));
	case TC_JSON_ARRAY:
		return replay_array(d, json);
	case TC_JSON_OBJECT:
		return replay_object(d, json);
	}
	return 1;
}
