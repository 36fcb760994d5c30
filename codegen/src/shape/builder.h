/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_BUILDER_H
#define TC_CODEGEN_BUILDER_H

/* What the files of this folder do for each other, the lowest first. */

#include "codegen/src/shape/shape.h"

/* ---- builder.c ---- */

/* Memory that ends is told at the end, so that building needs no checks on the way: what could not
 * be made is `fallback`. */
struct builder {
	struct model *model;
	struct service *service;
	struct table shapes; /* schema -> shape */
	struct table files;  /* name of a file in C -> document */
	struct table places; /* schema -> where it lies in its document */
	struct table made;   /* name of a struct -> how many were made of it */
	unsigned uncounted;  /* such a number, when memory has ended */
	struct shape fallback;
	size_t depth;
	bool no_memory;
};

void *shape_alloc(struct builder *builder, size_t size); /* zeroed; NULL when memory ends */
TC_PRINTF(2, 3) const char *shape_text(struct builder *builder, const char *format, ...);

/* A new shape; never NULL. */
struct shape *shape_new(struct builder *builder, enum shape_kind kind, const char *name);

/* Adds to the shape's notes. */
TC_PRINTF(3, 4)
void shape_note(struct builder *builder, struct shape *shape, const char *format, ...);

/* ---- name.c ---- */

/* What the struct of a schema within a document is called: service, file and path. */
const char *shape_document_name(
	struct builder *builder, const struct document *document, const tc_json *schema);

/* The name of a struct and its table: `name`, with _data behind it when a function has it, and a
 * number when that is taken. *stem (or NULL) is what the names of structs within it begin with. */
const char *shape_claim(struct builder *builder, const char *name, const char **stem);

/* `base`_`part`, where part is any text, in snake case. */
const char *shape_join(struct builder *builder, const char *base, const char *part);

/* Fills in the members' names of an object, and the arms' of a union. */
void shape_name_fields(struct builder *builder, struct shape *shape);
void shape_name_arms(struct builder *builder, struct shape *shape);

/* ---- schema.c ---- */

/* A schema without what only says where it is: $refs followed, null and single alternatives taken
 * off. */
struct peeled {
	const tc_json *schema; /* NULL: outside */
	bool nullable;
	const char *name;        /* what a struct for it is to be called */
	const char *description; /* the outermost */
	bool is_root;            /* it is a whole document */
};
struct peeled shape_peel(struct builder *builder, const tc_json *schema, const char *name);

/* The kinds of values that a peeled schema's type or values name, as a set of 1 << enum
 * tc_json_kind, without null, and in *integer whether its numbers are integers; 0 when it names
 * none. */
unsigned shape_kinds(const tc_json *schema, bool *integer);

/* Whether null is its only value. */
bool shape_is_null(const tc_json *schema);

/* What its oneOf or anyOf holds, where that is all there is to choose; NULL: nothing. */
const tc_json *shape_alternatives(const tc_json *schema);

/* ---- rules.c: out of a schema's keywords ---- */

void shape_read_text(struct builder *builder, struct shape *shape, const tc_json *schema);
void shape_read_int64(struct builder *builder, struct shape *shape, const tc_json *schema);
void shape_read_double(struct builder *builder, struct shape *shape, const tc_json *schema);
void shape_read_bool(struct builder *builder, struct shape *shape, const tc_json *schema);
void shape_read_counts(struct builder *builder, struct shape *shape, const tc_json *schema,
	const char *minimum, const char *maximum);

/* The texts of an enum or a const; 0 unless it has nothing but texts. */
size_t shape_read_allowed(
	struct builder *builder, const tc_json *schema, const char *const **texts);

/* Notes what of a schema is not checked. */
void shape_note_others(struct builder *builder, struct shape *shape, const tc_json *schema);

/* ---- union.c: alternatives ---- */

bool shape_are_texts(struct builder *builder, const tc_json *schema, const tc_json *alternatives);
void shape_merge_texts(struct builder *builder, struct shape *shape, const tc_json *alternatives);

/* Makes the shape a union whose arms have names and no shapes yet; those of structs within it begin
 * with *stem. Gives the schema of each arm; NULL when memory ends, and then there are no arms. */
const tc_json *const *shape_begin_union(struct builder *builder, struct shape *shape,
	const tc_json *alternatives, const char **stem);

/* When its arms have shapes: where they cannot be told apart, the shape becomes free-form. */
void shape_end_union(struct builder *builder, struct shape *shape);

/* ---- finish.c: last steps ---- */

/* Which shapes are part of bodies. */
void shape_mark_input(struct shape *root);

/* Which replies hold secrets, no struct within itself, and the order of declaration. */
void shape_finish_service(struct builder *builder);

/* ---- refusal.c: rules that servers have beyond their schemas ---- */

/* Each must be about something that a body may have. */
int shape_check_refusals(const struct model *model, tc_error *err);

#endif
