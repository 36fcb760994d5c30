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
	const char *since; /* the version that brought it; NULL: always there */
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

/* One that refers to another. */
struct shape_user {
	struct shape_user *next;
	struct shape *shape;
};

struct shape {
	enum shape_kind kind;
	const char *c_name;    /* OBJECT, UNION: of its struct; MAP: of an entry's; behind "tc_". Of
				  others: what it would be */
	const char *list_name; /* ARRAY, MAP: of the struct { items; items_count } that holds it
				  where it is no member; NULL: it always is one */
	const char *description;
	const char *since; /* the version that brought it; NULL: always there */
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
	size_t size;          /* of its struct at most, once that is declared */
	bool seen;            /* by the search for secrets */
	bool secret;          /* it, or what it refers to, has a member that holds a secret */
	bool listed;          /* its declaration has begun */
	bool is_open;         /* and is under way */
	struct shape *next;   /* in the order in which a header declares them */
	struct shape *queued; /* to be declared later */
	struct shape *next_root;
	struct shape *before;     /* in the walk that goes on */
	struct shape_user *users; /* what refers to it, as far as the search for secrets came */
	struct shape *next_secret;

	struct shape_table *table; /* at run time: rows/types.c */
};

/* A format of texts, as schemas and as the runtime call it, and for people. */
struct text_format {
	const char *name, *constant, *prose;
};
extern const struct text_format text_formats[];
extern const size_t text_format_count;

/* Makes the shapes of everything that functions and exchanges use. Only after type_check. */
int shape_make(struct model *model, tc_error *err);

/* Whether it has to be there: a required member of a body that has a default need not. */
static inline bool shape_field_is_required(
	const struct shape *holder, const struct shape_field *field)
{
	return field->required && !(field->has_default && holder->in_input);
}

/* Whether a member is held directly, so that it cannot be absent. */
static inline bool shape_field_is_direct(
	const struct shape *holder, const struct shape_field *field)
{
	return shape_field_is_required(holder, field) && !field->use.nullable;
}

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

#endif
