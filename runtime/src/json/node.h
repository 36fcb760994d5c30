/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_NODE_H
#define TC_RUNTIME_JSON_NODE_H

/* How a tree lies in memory. */

#include <stdint.h>
#include <string.h>
#include <taskcluster/json.h>

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
static inline int tc__json_name_order(const struct tc_json *name, const char *text, size_t length)
{
	if (name->length != length)
		return name->length < length ? -1 : 1;
	return memcmp(tc__json_node_text(name), text, length);
}

#endif
