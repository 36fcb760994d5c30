/* SPDX-License-Identifier: MPL-2.0 */
/* What can only be told when all shapes of a service are there. */
#include "codegen/src/shape/builder.h"

#include <string.h>
#include <strings.h>

#define STRUCT_SIZE_MAX 60000 /* tables hold sizes and offsets in 16 bits */
#define DEPTH_MAX 200         /* of structs within structs */

/* ---- walking ---- */

/* Calls `visit` for everything that a shape refers to. */
static void each_use(struct shape *shape,
	void (*visit)(void *context, struct shape *from, struct shape_use *use, bool direct),
	void *context)
{
	for (size_t i = 0; i < shape->field_count && shape->kind == SHAPE_OBJECT; i++) {
		struct shape_field *field = &shape->fields[i];
		visit(context, shape, &field->use, shape_field_is_direct(shape, field));
	}
	if (shape_is_list(shape))
		visit(context, shape, &shape->item,
			shape->kind == SHAPE_MAP && !shape->item.nullable);
	for (size_t i = 0; i < shape->arm_count && shape->kind == SHAPE_UNION; i++) {
		struct shape_use use = { .shape = shape->arms[i].shape };
		visit(context, shape, &use, true);
		shape->arms[i].shape = use.shape;
	}
}

/* Puts a shape in front of those to be looked at, a list through `before`. */
static void mark(struct shape **waiting, struct shape *shape)
{
	if (shape->in_input)
		return;
	shape->in_input = true;
	shape->before = *waiting;
	*waiting = shape;
}

static void mark_used(void *context, struct shape *from, struct shape_use *use, bool direct)
{
	(void)from, (void)direct;
	mark(context, use->shape);
}

void shape_mark_input(struct shape *root)
{
	struct shape *waiting = NULL;

	mark(&waiting, root);
	while (waiting) {
		struct shape *shape = waiting;
		waiting = shape->before;
		each_use(shape, mark_used, &waiting);
	}
}

/* ---- secrets ---- */

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), tail = strlen(end);

	return length >= tail && strcasecmp(name + length - tail, end) == 0;
}

static bool contains(const char *name, const char *word)
{
	size_t length = strlen(word);

	for (; *name; name++) {
		if (strncasecmp(name, word, length) == 0)
			return true;
	}
	return false;
}

/* Whether a member of this name holds a secret. */
static bool is_secret_name(const char *name)
{
	static const char *const whole[] = { "credentials", "certificate", "sas", "password",
		"privateKey" };

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		if (strcasecmp(name, whole[i]) == 0)
			return true;
	}
	if (ends_with(name, "continuationToken"))
		return false;
	return contains(name, "secret") || ends_with(name, "token");
}

/* What replies are made of is walked through once, for all of them: shapes are shared. A secret is
 * then passed on to whatever refers to it. */
struct search {
	struct builder *builder;
	struct shape *first, **end;    /* what was seen, a list through `before` */
	struct shape *secrets, **last; /* a list through `next_secret` */
};

static void mark_secret(struct search *search, struct shape *shape)
{
	if (shape->secret)
		return;
	shape->secret = true;
	*search->last = shape;
	search->last = &shape->next_secret;
}

static void search_shape(struct search *search, struct shape *shape)
{
	if (shape->seen)
		return;
	shape->seen = true;
	shape->before = NULL;
	*search->end = shape;
	search->end = &shape->before;
	for (size_t i = 0; shape->kind == SHAPE_OBJECT && i < shape->field_count; i++) {
		if (is_secret_name(shape->fields[i].name))
			mark_secret(search, shape);
	}
}

static void search_used(void *context, struct shape *from, struct shape_use *use, bool direct)
{
	struct search *search = context;
	struct shape_user *user = shape_alloc(search->builder, sizeof *user);

	(void)direct;
	search_shape(search, use->shape);
	if (!user)
		return;
	*user = (struct shape_user){ use->shape->users, from };
	use->shape->users = user;
}

static void search_secrets(struct builder *b)
{
	const struct service *service = b->service;
	struct search search = { b, .end = &search.first, .last = &search.secrets };

	for (size_t i = 0; i < service->operation_count; i++) {
		if (service->operations[i].output_shape)
			search_shape(&search, service->operations[i].output_shape);
	}
	for (struct shape *shape = search.first; shape; shape = shape->before)
		each_use(shape, search_used, &search);
	for (struct shape *shape = search.secrets; shape; shape = shape->next_secret) {
		for (struct shape_user *user = shape->users; user; user = user->next)
			mark_secret(&search, user->shape);
	}
}

/* ---- structs within structs ---- */

/* At least as much as a compiler takes; a struct that is held directly was declared before. */
static size_t size_of_use(const struct shape *shape, bool direct)
{
	bool is_struct = shape->kind == SHAPE_OBJECT || shape->kind == SHAPE_UNION;

	return is_struct && direct ? shape->size : 16;
}

static size_t size_of(const struct shape *shape)
{
	size_t size = 16, largest = 0;

	for (size_t i = 0; shape->kind == SHAPE_OBJECT && i < shape->field_count; i++) {
		const struct shape_field *field = &shape->fields[i];
		size += size_of_use(field->use.shape, shape_field_is_direct(shape, field));
		size += field->use.nullable ? 8 : 0;
		if (size > STRUCT_SIZE_MAX)
			return size;
	}
	for (size_t i = 0; shape->kind == SHAPE_UNION && i < shape->arm_count; i++) {
		size_t arm = size_of_use(shape->arms[i].shape, true);
		largest = arm > largest ? arm : largest;
	}
	return size + largest;
}

/* What a struct cannot hold is free-form. */
static void replace(struct builder *b, struct shape_use *use, const char *why)
{
	struct shape *json = shape_new(b, SHAPE_JSON, use->shape->c_name);

	json->json_kinds = use->shape->kind == SHAPE_OBJECT ? 1u << TC_JSON_OBJECT : 0;
	json->description = use->shape->description;
	shape_note(b, json, "Free-form: %s.", why);
	use->shape = json;
}

/* ---- the order of declaration ---- */

struct order {
	struct builder *builder;
	struct shape **end;     /* of the service's list */
	struct shape **waiting; /* what was only pointed to so far */
	size_t depth;           /* of what is being declared */
};

static bool needs_struct(const struct shape *shape)
{
	return shape->kind == SHAPE_OBJECT || shape->kind == SHAPE_UNION ||
		shape->kind == SHAPE_MAP || shape->list_name;
}

/* Whether the declaration of `from` needs that of a shape before it. */
static bool embeds(const struct shape *from, const struct shape *shape, bool direct)
{
	if (shape_is_list(shape))
		return from->kind == SHAPE_UNION || from->kind == SHAPE_MAP;
	return direct && needs_struct(shape);
}

static void declare(struct order *order, struct shape *shape);

static void declare_first(void *context, struct shape *from, struct shape_use *use, bool direct)
{
	struct order *order = context;

	if (!embeds(from, use->shape, direct))
		return;
	if (use->shape->is_open)
		replace(order->builder, use, "it would contain itself");
	else if (order->depth == DEPTH_MAX && !use->shape->listed)
		replace(order->builder, use, "it is nested too deeply");
	else
		declare(order, use->shape);
}

static void declare_later(void *context, struct shape *from, struct shape_use *use, bool direct)
{
	struct order *order = context;
	struct shape *shape = use->shape;

	(void)from, (void)direct;
	if (shape->listed || shape->queued || order->waiting == &shape->queued)
		return;
	*order->waiting = shape;
	order->waiting = &shape->queued;
}

static void declare(struct order *order, struct shape *shape)
{
	if (shape->listed)
		return;
	shape->listed = shape->is_open = true;
	order->depth++;
	each_use(shape, declare_first, order);
	order->depth--;
	shape->is_open = false;
	shape->size = size_of(shape);
	if (shape->size > STRUCT_SIZE_MAX) {
		shape->json_kinds = shape->kind == SHAPE_OBJECT ? 1u << TC_JSON_OBJECT : 0;
		shape->kind = SHAPE_JSON;
		shape_note(order->builder, shape, "Free-form: it is too large.");
	}
	if (needs_struct(shape)) {
		*order->end = shape;
		order->end = &shape->next;
	}
	each_use(shape, declare_later, order);
}

static void order_shapes(struct builder *b)
{
	struct shape *first = NULL;
	struct order order = { b, &b->service->shapes, &first, 0 };

	for (struct shape *root = b->service->roots; root; root = root->next_root) {
		declare(&order, root);
		for (struct shape *shape = first; shape; shape = shape->queued)
			declare(&order, shape);
		first = NULL;
		order.waiting = &first;
	}
}

/* Roots that turned out too large are free-form. */
static struct shape *still_a_struct(struct shape *shape)
{
	return shape && shape->kind != SHAPE_JSON ? shape : NULL;
}

void shape_finish_service(struct builder *b)
{
	struct service *service = b->service;

	order_shapes(b);
	if (!b->model->for_rows)
		search_secrets(b);
	for (size_t i = 0; i < service->operation_count; i++) {
		struct operation *operation = &service->operations[i];
		operation->input_shape = still_a_struct(operation->input_shape);
		operation->output_shape = still_a_struct(operation->output_shape);
		operation->event_shape = still_a_struct(operation->event_shape);
		operation->secret_reply =
			operation->output_shape && operation->output_shape->secret;
	}
	for (size_t i = 0; i < service->exchange_count; i++)
		service->exchanges[i].message_shape =
			still_a_struct(service->exchanges[i].message_shape);
}
