/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_H
#define TC_RUNTIME_JSON_H

/*
 * What other rooms need of JSON beyond <taskcluster/json.h>: numbers as text, writing into a
 * buffer, and building a tree in someone else's arena.
 */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"
#include <taskcluster/json.h>

/* A builder whose tree is wiped by tc_release(), and which wipes its own scratch. */
tc_json_builder *tc__json_builder_new_secret(void);

/* The text of a string that only its end ends: NULL for one with \u0000 in it, and for all that is
 * no string. */
const char *tc__json_plain_text(const tc_json *json);

/* Writes a string with its quotes, escaping what JSON demands. `text` must be UTF-8. */
void tc__json_write_string(struct tc__buffer *buffer, const char *text, size_t length);

/* Writes a name as a message shows it: as JSON, and cut when it is long. */
void tc__json_show_name(struct tc__buffer *buffer, const tc_json *name);

/* Writes a value. TC_ERROR_ARGUMENT for NULL, TC_ERROR_NOMEM when the buffer failed. */
int tc__json_append(struct tc__buffer *buffer, const tc_json *json, enum tc_json_style style);

/*
 * Numbers, by the text of a JSON number (which is not checked again). None depends on the locale.
 */

/* false when it has a fraction or does not fit; "1e3" and "1.0" are integers. */
bool tc__number_int64(const char *text, size_t length, int64_t *value);

/* The nearest double; infinite beyond the largest. */
double tc__number_double(const char *text, size_t length);

/* Whether the exact decimal values are equal. */
bool tc__number_equal(const char *a, size_t a_length, const char *b, size_t b_length);

/* What tc__number_write needs at most, with a NUL. */
#define TC__NUMBER_MAX 32

/* Writes a finite double so that reading gives it again, in as few digits as that takes. Returns
 * the length; a NUL stands behind it. */
size_t tc__number_write(char text[TC__NUMBER_MAX], double value);

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

struct tc_json {
	uint8_t kind;    /* enum tc_json_kind */
	uint8_t flags;   /* TC__JSON_… below */
	uint16_t unused; /* 0: nodes are compared as a whole */
	uint32_t length; /* bytes of text, items, or members */
	union {
		const char *text;
		char small[8]; /* a text that is short enough, padded with NUL */
		/* An array's items, or the values of an object's members, in front of which lies
		 * one more node that holds the shape. */
		const struct tc_json *items;
		const struct tc__json_shape *shape;
		size_t outer; /* on the stack: the object or array around it */
	} as;
};

#define TC__JSON_SMALL 1 /* the text lies in the node */
#define TC__JSON_TRUE 2

/* The names of an object's members. Objects with the same names in the same order share it. */
struct tc__json_shape {
	const uint32_t *index; /* the members' positions in order of their names; NULL for few */
	size_t count;
	struct tc_json names[];
};

#define TC__JSON_FIRST 48

#define TC__JSON_NAMES 128
#define TC__JSON_SHAPES 64

/* A name that was copied already; length 0 for none. */
struct tc__json_name {
	const char *text;
	size_t length;
};

struct tc__json_stack {
	struct tc__arena *arena;
	struct tc_json *nodes; /* `first`, or from malloc */
	size_t count, capacity;
	size_t open;                 /* position of the innermost open object or array, */
	size_t depth;                /* and how many are open */
	bool secret;                 /* wipe what is left behind */
	const struct tc_json *twice; /* the name that TC__JSON_DUPLICATE is about */
	struct tc__json_name names[TC__JSON_NAMES];
	const struct tc__json_shape *shapes[TC__JSON_SHAPES];
	struct tc_json first[TC__JSON_FIRST];
};

/* The stack must not move until it is cleared. */
void tc__json_stack_init(struct tc__json_stack *stack, struct tc__arena *arena);

/* Frees the scratch, not the arena. */
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

/* A whole tree, copied. */
enum tc__json_fault tc__json_stack_copy(struct tc__json_stack *stack, const tc_json *json);

/* Moves the finished value (nothing open, one value on the stack) into *json, which lies in the
 * arena, and empties the stack for the next one. */
void tc__json_stack_take(struct tc__json_stack *stack, struct tc_json *json);

static inline const char *tc__json_node_text(const struct tc_json *node)
{
	return node->flags & TC__JSON_SMALL ? node->as.small : node->as.text;
}

/* Of an object with members. */
static inline const struct tc__json_shape *tc__json_node_shape(const struct tc_json *node)
{
	return node->as.items[-1].as.shape;
}

/* The order of the index: shorter names first, equal lengths by their bytes. */
int tc__json_name_order(const struct tc_json *name, const char *text, size_t length);

#endif
