/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_STACK_H
#define TC_RUNTIME_JSON_STACK_H

#include "runtime/src/base/memory.h"
#include "runtime/src/json/node.h"

/*
 * The stack on which trees grow, from the inside out, into an arena of its user. The functions
 * below take one event each and return TC__JSON_FINE or what is wrong; the order of events
 * (a name before each member, ends that match) is for the user to hold, as yajl does.
 */
enum tc__json_fault {
	TC__JSON_FINE = 0,
	TC__JSON_NO_MEMORY,
	TC__JSON_TOO_LONG, /* a text of 4 GiB, or as many items */
	TC__JSON_DUPLICATE /* a name twice in one object: stack->twice */
};

#define TC__JSON_FIRST 48

#define TC__JSON_NAMES 128
#define TC__JSON_SHAPES 64
#define TC__JSON_EXPECTED 64

/* A name that was copied already; length 0 for none. */
struct tc__json_name {
	const char *text;
	size_t length;
};

/* The last shape of an object behind a name of this look, or of a root at this place; NULL: none
 * yet. It is a guess. */
struct tc__json_expected {
	uint64_t look;
	const struct tc__json_shape *shape;
};

struct tc__json_stack {
	struct tc__arena *arena;
	struct tc_json *nodes; /* `first`, or from malloc */
	size_t count, capacity;
	size_t open;                 /* position of the innermost open object or array, */
	size_t depth;                /* and how many are open */
	uint64_t place;              /* the user may tell roots apart, see tc__json_expected */
	bool secret;                 /* wipe what is left behind */
	const struct tc_json *twice; /* the name that TC__JSON_DUPLICATE is about */
	const struct tc__json_shape *source, *copied; /* columns of a tree, and theirs here */
	struct tc__hash_key key;                      /* of indexes, */
	bool has_key;                                 /* once there was one */
	struct tc__json_name names[TC__JSON_NAMES];
	const struct tc__json_shape *shapes[TC__JSON_SHAPES];
	struct tc__json_expected expected[TC__JSON_EXPECTED];
	struct tc_json first[TC__JSON_FIRST];
};

/* The stack must not move until it is cleared. */
void tc__json_stack_init(struct tc__json_stack *stack, struct tc__arena *arena);

/* Frees the scratch, not the arena. For another value it must be initialised again. */
void tc__json_stack_clear(struct tc__json_stack *stack);

enum tc__json_fault tc__json_stack_null(struct tc__json_stack *stack);
enum tc__json_fault tc__json_stack_bool(struct tc__json_stack *stack, bool value);
/* A string, number or name, copied. */
enum tc__json_fault tc__json_stack_text(
	struct tc__json_stack *stack, enum tc_json_kind kind, const char *text, size_t length);
enum tc__json_fault tc__json_stack_name(
	struct tc__json_stack *stack, const char *text, size_t length);
enum tc__json_fault tc__json_stack_begin(struct tc__json_stack *stack, enum tc_json_kind kind);
enum tc__json_fault tc__json_stack_end(struct tc__json_stack *stack);

/* Takes the last begin back, which nothing has followed. */
void tc__json_stack_unbegin(struct tc__json_stack *stack);

/* A whole tree, copied. Columns of rows in it are copied once, as long as the tree is there; who
 * copies from another one says so with tc__json_stack_forget(). */
enum tc__json_fault tc__json_stack_copy(struct tc__json_stack *stack, const struct tc_json *json);
void tc__json_stack_forget(struct tc__json_stack *stack);

/* The shape of rows whose columns have these names, which are strings. */
enum tc__json_fault tc__json_stack_columns(struct tc__json_stack *stack,
	const struct tc_json *names, size_t count, const struct tc__json_shape **columns);

/* Ends an object that was begun and given nothing but values: their names are the first of the
 * columns, of which there must be as many. */
enum tc__json_fault tc__json_stack_end_row(
	struct tc__json_stack *stack, const struct tc__json_shape *columns);

/* Moves the finished value (nothing open, one value on the stack) into *json, which lies in the
 * arena, and empties the stack for the next one. */
void tc__json_stack_take(struct tc__json_stack *stack, struct tc_json *json);

#endif
