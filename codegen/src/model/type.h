/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_TYPE_H
#define TC_CODEGEN_TYPE_H

/* Schemas: found by the names that references and `$ref`s give, and checked to hold together. */

#include "codegen/src/model/model.h"
#include "runtime/src/base/buffer.h"

/* A `$ref` that was met, or a reference's use of a schema, and where it leads. */
struct schema_edge {
	struct schema_edge *next;
	const tc_json *from;             /* the schema with the $ref; NULL for a reference's use */
	const tc_json *to;               /* NULL: outside, anything goes */
	struct input *input;             /* what both lie in, */
	const struct document *document; /* and the document of `to` */
	const char *file;                /* where the name stands, */
	const char *pointer;             /* of a reference's use */
	const tc_json *root;             /* of a $ref: the document that it stands in */
	const char *name;
};

/*
 * Finds the schema that a reference names at `node`, such as "v1/task.json#", relative to the
 * service's schemas. One that is not in the input is an error, but for an absolute URL, which the
 * 2015 references have, and for a single file outside any tree: there it is free-form JSON.
 */
int type_find(struct model *model, struct input *input, const struct service *service,
	const struct node *node, struct schema *schema, tc_error *err);

/* Follows every `$ref` from these schemas on, in the order they were found: each must lead to a
 * schema, and none may lead back to itself in a way that no value and no struct can have. */
int type_check(struct model *model, tc_error *err);

/* Where a schema's `$ref` leads; NULL for a schema without one. Only after type_check. */
const struct schema_edge *type_edge(const struct model *model, const tc_json *schema);

/* Appends the name in the tree of the document that a schema's name or a `$ref` means, seen from a
 * document or a folder ("schemas/queue/") called `base`. False for what names none: it leads out of
 * the tree, stays in its document, or is a schema of schemas. */
bool type_resolve(struct tc__buffer *name, const char *base, const char *url);

#endif
