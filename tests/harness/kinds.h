/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_KINDS_H
#define TC_TESTS_KINDS_H

/* A type with a member of every kind that the codec knows, made by hand as the generator makes
 * them. */

#include <taskcluster/type_table.h>

struct kinds_point {
	int64_t x;
	struct tc_opt_int64 y;
};

struct kinds_row {
	const double *items;
	size_t items_count;
};

struct kinds_count {
	const char *key;
	int64_t value;
};

struct kinds_place {
	const char *key;
	struct kinds_point value;
};

struct kinds_answer { /* values may be null */
	const char *key;
	struct tc_opt_bool value;
};

struct kinds_open {
	const char *name;
	const tc_json *other_members;
};

/* by discriminator: "kind" */
enum kinds_shape_tag { KINDS_SHAPE_CIRCLE = 1, KINDS_SHAPE_BOX };

struct kinds_circle {
	const char *kind;
	double radius;
};

struct kinds_box { /* "box" or "crate" */
	const char *kind;
	const struct kinds_point *corners;
	size_t corners_count;
	const tc_json *label;
};

struct kinds_shape {
	int tag;
	union {
		struct kinds_circle circle;
		struct kinds_box box;
		const tc_json *unknown;
	};
};

/* by the value's own kind */
enum kinds_id_tag { KINDS_ID_TEXT = 1, KINDS_ID_NUMBER, KINDS_ID_POINT, KINDS_ID_LIST };

struct kinds_id {
	int tag;
	union {
		const char *text;
		int64_t number;
		struct kinds_point point;
		struct kinds_row list;
		const tc_json *unknown;
	};
};

/* by shape */
enum kinds_proof_tag { KINDS_PROOF_TOKEN = 1, KINDS_PROOF_SIGNED, KINDS_PROOF_DOCUMENT };

struct kinds_token {
	const char *token;
};

struct kinds_signed {
	const char *document;
	const char *signature;
};

struct kinds_document {
	const char *document;
};

struct kinds_proof {
	int tag;
	union {
		struct kinds_token token;
		struct kinds_signed signed_document;
		struct kinds_document document;
		const tc_json *unknown;
	};
};

struct kinds {
	const char *text;
	int64_t whole;
	double number;
	bool flag;
	struct kinds_point point;
	struct tc_opt_int64 maybe_whole;
	struct tc_opt_double maybe_number;
	struct tc_opt_bool maybe_flag;
	const struct kinds_point *maybe_point;
	const char *const *texts;
	size_t texts_count;
	const int64_t *wholes;
	size_t wholes_count;
	const bool *flags;
	size_t flags_count;
	const struct kinds_point *points;
	size_t points_count;
	const struct kinds_row *rows;
	size_t rows_count;
	const tc_json *any;
	const tc_json *object;
	const tc_json *const *jsons;
	size_t jsons_count;
	const struct kinds_count *counts;
	size_t counts_count;
	const struct kinds_place *places;
	size_t places_count;
	const struct kinds_answer *answers;
	size_t answers_count;
	const char *nullable_text;
	bool nullable_text_null;
	struct tc_opt_int64 nullable_whole;
	bool nullable_whole_null;
	const struct kinds_point *nullable_point;
	bool nullable_point_null;
	const struct tc_opt_int64 *holes;
	size_t holes_count;
	const char *const *text_holes;
	size_t text_holes_count;
	const struct kinds_point *const *point_holes;
	size_t point_holes_count;
	const struct kinds_shape *shape;
	const struct kinds_shape *shapes;
	size_t shapes_count;
	const struct kinds_id *id;
	const struct kinds_proof *proof;
	const struct kinds_open *open;
	const struct kinds *inner;
};

extern const struct tc_type kinds_type;
extern const struct tc_type kinds_shape_type;  /* a union as root */
extern const struct tc_type kinds_points_type; /* an array as root: struct { items; count; } */

/* A text with every member, and one with none but the required. */
extern const char kinds_full_text[];
extern const char kinds_least_text[];

#endif
