/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_SHAPE_H
#define TC_CODEGEN_SHAPE_H

/*
 * What schemas become in C: shapes, each the description of one struct tc_type and, where it needs
 * one, of a struct. A construct that is not known here makes a free-form value with a note, never a
 * failure; a rule that is not known is left out, with a note. Notes end in the header's comments.
 */

#include "codegen/src/model/model.h"

enum shape_kind {
	SHAPE_JSON, /* free-form */
	SHAPE_TEXT,
	SHAPE_INT64,
	SHAPE_DOUBLE,
	SHAPE_BOOL,
	SHAPE_OBJECT,
	SHAPE_MAP, /* an object with members of any name */
	SHAPE_ARRAY,
	SHAPE_UNION
};

/* A shape where it is used: as a member, an item, a map's value or an arm. */
struct shape_use {
	struct shape *shape;
	bool nullable;
};

struct shape_field {
	const char *name; /* as the schema spells it */
	const char *c_name;
	const char *count_name; /* of the number of items; NULL for other kinds */
	const char *null_name;  /* of the bool that says null; NULL when that is not allowed */
	struct shape_use use;
	bool required, has_default;
	const char *description, *default_text; /* NULL: none */
};

struct shape_arm {
	const char *c_name;
	const char *enumerator; /* TC_QUEUE_POST_ARTIFACT_REQUEST_S3 */
	struct shape *shape;
	const char *const *values; /* of the discriminator */
	size_t value_count;
};

struct text_rules {
	const char *pattern; /* NULL: none; else one that PCRE2 takes */
	const char *const *allowed;
	size_t allowed_count;
	uint32_t min_length, max_length;
	unsigned formats; /* 1 << position in text_formats */
	bool has_max_length, allowed_or_rest;
};

struct int64_rules {
	int64_t minimum, maximum, multiple_of;
	const int64_t *allowed;
	size_t allowed_count;
	bool has_minimum, has_maximum;
};

struct double_rules {
	const char *minimum, *maximum; /* as the schema writes them; NULL: none */
	bool above_minimum, below_maximum;
};

struct count_rules {
	uint32_t minimum, maximum;
	bool has_maximum, unique;
};

struct shape {
	enum shape_kind kind;
	const char *c_name;    /* OBJECT, UNION: of its struct; MAP: of an entry's; behind "tc_". Of
				  others: what it would be */
	const char *list_name; /* ARRAY, MAP: of the struct { items; items_count } that holds it
				  where it is no member; NULL: it always is one */
	const char *description;
	const char *from;  /* of roots: "v1/task.json" */
	const char *notes; /* NULL: none */

	struct text_rules text;
	struct int64_rules int64;
	struct double_rules number;
	struct count_rules counts; /* OBJECT, ARRAY, MAP */
	bool only_true, only_false;
	unsigned json_kinds; /* JSON: 1 << enum tc_json_kind; 0: any */

	struct shape_field *fields;
	size_t field_count;
	const char *others_name; /* OBJECT: where members without a field go; NULL: closed */
	struct shape_use item;   /* ARRAY, MAP */
	struct shape_arm *arms;  /* UNION */
	size_t arm_count;
	const char *discriminator; /* NULL: none */

	bool is_root;         /* a function or an exchange names it: its table is exported */
	bool in_input;        /* part of a body that is sent */
	bool seen;            /* by the walk that goes on */
	bool listed;          /* its declaration has begun */
	bool is_open;         /* and is under way */
	struct shape *next;   /* in the order in which a header declares them */
	struct shape *queued; /* to be declared later */
	struct shape *next_root;
	struct shape *before; /* in the walk that goes on */
};

/* A format of texts, as schemas and as the runtime call it, and for people. */
struct text_format {
	const char *name, *constant, *prose;
};
extern const struct text_format text_formats[];
extern const size_t text_format_count;

/* Makes the shapes of everything that functions and exchanges use. Only after type_check. */
int shape_make(struct model *model, tc_error *err);

/* Whether a member is held directly, so that it cannot be absent. */
bool shape_field_is_direct(const struct shape *holder, const struct shape_field *field);

/* Whether it has to be there: a required member of a body that has a default need not. */
bool shape_field_is_required(const struct shape *holder, const struct shape_field *field);

/* Whether values of the shape are structs, texts and so on, as against lists of two members. */
static inline bool shape_is_list(const struct shape *shape)
{
	return shape->kind == SHAPE_ARRAY || shape->kind == SHAPE_MAP;
}

/* What the struct that holds a root is called, behind "tc_". */
static inline const char *shape_struct_name(const struct shape *root)
{
	return root->list_name ? root->list_name : root->c_name;
}

/* Whether a shape is held in two ways: directly or, where it may be absent, indirectly. */
static inline bool shape_has_indirect(const struct shape *shape)
{
	switch (shape->kind) {
	case SHAPE_INT64:
	case SHAPE_DOUBLE:
	case SHAPE_BOOL:
	case SHAPE_OBJECT:
	case SHAPE_UNION:
		return true;
	default:
		return false;
	}
}

/*
 * For the files beside this one.
 */

/* Memory that ends is told at the end, so that building needs no checks on the way: what could not
 * be made is `fallback`. */
struct builder {
	struct model *model;
	struct service *service;
	struct table shapes; /* schema -> shape */
	struct table files;  /* name of a file in C -> document */
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

/* Builds the shape of a schema. `alone`: it is no member, so that a list needs a struct. */
struct shape_use shape_build(
	struct builder *builder, const tc_json *schema, const char *name, bool alone);

/* Rules (rules.c), out of a schema's keywords */
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

/* Alternatives (union.c): `alternatives` is what oneOf or anyOf holds. The shape becomes a
 * union or, where its alternatives cannot be told apart, free-form. */
bool shape_are_texts(struct builder *builder, const tc_json *schema, const tc_json *alternatives);
void shape_merge_texts(struct builder *builder, struct shape *shape, const tc_json *alternatives);
void shape_build_union(struct builder *builder, struct shape *shape, const tc_json *alternatives);

/* Names (name.c) */

/* What the struct of a schema within a document is called: service, file and path. */
const char *shape_document_name(
	struct builder *builder, const struct document *document, const tc_json *schema);

/* `name`, or the same with a number behind it when it is taken: of a struct and its table. */
const char *shape_claim(struct builder *builder, const char *name);

/* `base`_`part`, where part is any text, in snake case. */
const char *shape_join(struct builder *builder, const char *base, const char *part);

/* Fills in the members' names of an object, and the arms' of a union. */
void shape_name_fields(struct builder *builder, struct shape *shape);
void shape_name_arms(struct builder *builder, struct shape *shape);

/* Last steps (finish.c): which shapes are part of bodies and of secrets, no struct within
 * itself, and the order of declaration. */
void shape_mark_input(struct shape *root);
void shape_finish_service(struct builder *builder);

#endif
