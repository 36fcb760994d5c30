/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_NODE_H
#define TC_CODEGEN_NODE_H

/*
 * A value of an input file together with where it stands, so that whatever is wrong with it is told
 * as `file: /json/pointer: what is wrong and what was expected`.
 *
 * Nodes are small and passed by value; one points to the node it was taken from, which must live as
 * long.
 */

#include "runtime/src/base/error.h"
#include <taskcluster/json.h>

struct node {
	const struct node *up; /* what it is a member or an item of; NULL for a file's root */
	const char *file;      /* how errors call the file */
	const char *key;       /* its name in the object; NULL for an item */
	size_t index;          /* its place in the array */
	const tc_json *json;   /* NULL when absent */
};

struct node node_root(const char *file, const tc_json *json);
struct node node_member(const struct node *object, const char *name);
struct node node_item(const struct node *array, size_t index);

/* The member at a position, for objects whose names are data. */
struct node node_at(const struct node *object, size_t position);

/* Fails with TC_ERROR_INPUT at a node. What the message quotes of the input is made printable. */
TC_PRINTF(3, 4) int node_fail(const struct node *node, tc_error *err, const char *format, ...);

/* Appends the node's JSON pointer. */
struct tc__buffer;
void node_pointer(const struct node *node, struct tc__buffer *pointer);

/* Refuses members that are not among `known` (NULL-ended; "expected" names them), and what is no
 * object. */
int node_refuse_others(
	const struct node *object, const char *const *known, const char *expected, tc_error *err);

/* Each fails unless the value is there and of that kind. */
int node_object(const struct node *node, tc_error *err);
int node_array(const struct node *node, tc_error *err);
/* The text is NUL-terminated and holds no other NUL; it belongs to the JSON tree. */
int node_text(const struct node *node, const char **text, tc_error *err);

/* The same for a member, which may be absent: then *text is NULL. */
int node_optional_text(
	const struct node *object, const char *name, const char **text, tc_error *err);

/* A member that is true or false; absent is false. */
int node_flag(const struct node *object, const char *name, bool *flag, tc_error *err);

/* A member that lists things; absent is an empty list. */
int node_list(const struct node *object, const char *name, struct node *list, tc_error *err);

#endif
