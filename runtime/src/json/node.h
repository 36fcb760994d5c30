/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_NODE_H
#define TC_RUNTIME_JSON_NODE_H

/* How a tree lies in memory. */

#include "runtime/src/base/hash.h"
#include "runtime/src/json/text.h"
#include <stdint.h>
#include <string.h>
#include <taskcluster/json.h>

struct tc_json {
	uint8_t kind;    /* enum tc_json_kind */
	uint8_t flags;   /* TC__JSON_… below */
	uint16_t unused; /* 0: nodes are compared as a whole */
	uint32_t length; /* bytes of text, items, or members; while it is open on the stack: the
			  * position of the object or array around it */
	union {
		const char *text;
		char small[8]; /* a text that is short enough, padded with NUL */
		/* An array's items, or the values of an object's members, in front of which lies
		 * one more node that holds the shape. */
		const struct tc_json *items;
		const struct tc__json_shape *shape; /* and of an open object: the one expected */
	} as;
};

#define TC__JSON_SMALL 1 /* the text lies in the node */
#define TC__JSON_TRUE 2

/* Where names lie among many: a table with open addressing. */
struct tc__json_index {
	struct tc__hash_key key;
	size_t slot_count; /* a power of two, at least twice the names */
	uint32_t slots[];  /* positions from 1; 0: free */
};

/* The names of an object's members. Objects with the same names in the same order share it, and
 * rows, which may end before their columns do: an object has the first names, as many as its length
 * says. */
struct tc__json_shape {
	const struct tc__json_index *index; /* NULL for few */
	size_t count;
	bool columns; /* of rows: they are many, and their text has these names only once */
	struct tc_json names[];
};

static inline const char *tc__json_node_text(const struct tc_json *node)
{
	return node->flags & TC__JSON_SMALL ? node->as.small : node->as.text;
}

/* Of an object with members. */
static inline const struct tc__json_shape *tc__json_node_shape(const struct tc_json *node)
{
	return node->as.items[-1].as.shape;
}

/* Whether the node, a text, is this one. */
static inline bool tc__json_is_text(const struct tc_json *node, const char *text, size_t length)
{
	return node->length == length && tc__text_same(tc__json_node_text(node), text, length);
}

/* The slot of a name, or the free one where it would be. */
static inline size_t tc__json_index_slot(const struct tc__json_shape *shape,
	const struct tc__json_index *index, const char *name, size_t length)
{
	size_t mask = index->slot_count - 1;
	size_t slot = (size_t)tc__hash(&index->key, name, length) & mask;

	while (index->slots[slot] &&
		!tc__json_is_text(&shape->names[index->slots[slot] - 1], name, length))
		slot = (slot + 1) & mask;
	return slot;
}

#endif
