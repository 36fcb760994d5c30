/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_TYPE_TABLE_H
#define TASKCLUSTER_TYPE_TABLE_H

/*
 * The tables behind <taskcluster/type.h>, for generated sources and nobody else: they may change
 * with every version, together with the generator. One codec reads them for every type; adding a
 * type adds data, never code.
 *
 * A struct tc_type describes a schema's value and how it lies in memory. A whole example:
 *
 *	struct tc_queue_run { int64_t run_id; const char *state; struct tc_opt_bool lost; };
 *	struct tc_queue_status {
 *		const char *task_id;
 *		const struct tc_queue_run *runs;
 *		size_t runs_count;
 *	};
 *
 *	static struct tc_pattern slugid_pattern = TC_PATTERN("^[A-Za-z0-9_-]{22}$");
 *	static const struct tc_text_rules slugid_rules = { .pattern = &slugid_pattern };
 *	static const struct tc_type slugid = TC_TYPE_OF_TEXT(&slugid_rules);
 *	static const struct tc_text_rules state_rules = TC_ALLOWED(2, "running\0completed");
 *	static const struct tc_type state = TC_TYPE_OF_TEXT(&state_rules);
 *	static const struct tc_int64_rules run_id_rules = {
 *		.has_minimum = true, .minimum = 0, .has_maximum = true, .maximum = 1000 };
 *	static const struct tc_type run_id = TC_TYPE_OF_INT64(&run_id_rules);
 *	static const struct tc_field run_fields[] = {
 *		TC_FIELD(struct tc_queue_run, run_id, "runId", &run_id, TC_REQUIRED),
 *		TC_FIELD(struct tc_queue_run, state, "state", &state, TC_REQUIRED),
 *		TC_FIELD(struct tc_queue_run, lost, "lost", &tc_type_bool, TC_INDIRECT),
 *	};
 *	static const struct tc_type run = TC_TYPE_OF_OBJECT(struct tc_queue_run, run_fields, NULL);
 *	static const struct tc_type runs = TC_TYPE_OF_ARRAY(struct tc_queue_run, &run, 0, NULL);
 *	static const struct tc_field status_fields[] = {
 *		TC_FIELD(struct tc_queue_status, task_id, "taskId", &slugid, TC_REQUIRED),
 *		TC_FIELD(struct tc_queue_status, runs, "runs", &runs, TC_REQUIRED),
 *	};
 *	const struct tc_type tc_queue_status_type =
 *		TC_TYPE_OF_OBJECT(struct tc_queue_status, status_fields, NULL);
 *
 * A type that has no rules need not be made: tc_type_string, _int64, _double, _bool and _json are
 * here. Types that are equal should be one: the tables of a service need a slugid once.
 *
 * Members, items, map values and union members ("places") hold a value in one of two ways:
 *
 *	kind            direct                          indirect (TC_INDIRECT)
 *	TEXT            const char *                    the same
 *	INT64 …         int64_t, double, bool           struct tc_opt_int64, _double, _bool
 *	OBJECT, UNION   the struct itself               const struct *
 *	ARRAY, MAP      const T *x; size_t x_count;     the same (nothing may stand between the two)
 *	JSON            const tc_json *                 the same
 *
 * Direct scalars, objects and unions cannot be absent; everything else is absent as NULL or {0}.
 */

#include <stdint.h>
#include <taskcluster/type.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tc_type_kind {
	TC_TYPE_TEXT = 1, /* string; of.text are its rules or NULL */
	TC_TYPE_INT64,    /* integer; of.int64 are its rules or NULL */
	TC_TYPE_DOUBLE,   /* number; of.number are its rules or NULL */
	TC_TYPE_BOOL,     /* flags TC_ONLY_TRUE, TC_ONLY_FALSE for a const */
	TC_TYPE_JSON, /* free-form; flags are the kinds it may have: TC_JSON_IS(kind) | … ; 0: any
		       */
	TC_TYPE_OBJECT, /* of.fields, as many as count, in the order in which they are sent; flag
			   TC_OPEN: other members are kept at `offset` */
	TC_TYPE_ARRAY,  /* of.item; size is that of one item; flag TC_INDIRECT: items may be null */
	TC_TYPE_MAP,    /* of.item; size is that of one { key, value }, offset that of its value;
			   flag TC_INDIRECT: values may be null */
	TC_TYPE_UNION /* of.arms, as many as count; struct { int or enum tag; union at offset; } */
};

enum tc_type_flag {
	/* of a field, an array or a map: the value is held indirectly, see above */
	TC_INDIRECT = 1,
	/* of a field: it must be there. Not set for input members that have a default. */
	TC_REQUIRED = 2,
	/* of a field: null is allowed, and told by the bool at null_offset */
	TC_NULLABLE = 4,
	/* of an OBJECT: members without a field are kept in a `const tc_json *` at type->offset;
	 * without the flag they are ignored when read */
	TC_OPEN = 8,
	/* of a BOOL: the only value a server takes */
	TC_ONLY_TRUE = 16,
	TC_ONLY_FALSE = 32
};

/* Flags of a JSON type: the kinds it may have, such as TC_JSON_IS(OBJECT). */
#define TC_JSON_IS(kind) (1u << TC_JSON_##kind)

struct tc_type {
	uint8_t kind;    /* an enum tc_type_kind */
	uint8_t flags;   /* enum tc_type_flag; of a JSON type TC_JSON_IS(…) */
	uint16_t count;  /* of fields or arms */
	uint16_t offset; /* of other_members, a map entry's value, a union's union */
	uint16_t size;   /* of an object's or union's struct, of an array's item, a map's entry */
	union {
		const struct tc_field *fields;
		const struct tc_type *item;
		const struct tc_arm *arms;
		const struct tc_text_rules *text;
		const struct tc_int64_rules *int64;
		const struct tc_double_rules *number;
	} of;
	union {
		const struct tc_count_rules *counts; /* of OBJECT, ARRAY and MAP, or NULL */
		const char *
			discriminator; /* of UNION: the member that tells the arms apart, or NULL */
	} by;
};

/* A member of an object. */
struct tc_field {
	const char *name; /* as the schema spells it */
	const struct tc_type *type;
	uint16_t offset;      /* in the struct */
	uint16_t null_offset; /* with TC_NULLABLE: of its `bool x_null` */
	uint8_t name_length;
	uint8_t flags; /* TC_INDIRECT, TC_REQUIRED, TC_NULLABLE */
};

/*
 * One of the shapes of a union; its tag is its position, from 1. The value is held directly, at the
 * union's offset; an unknown shape's `const tc_json *unknown` lies at the same offset.
 *
 * Which arm a value has is found so: by its JSON kind, when that leaves one (a JSON type's
 * kinds count); else by the text of the union's discriminator, when there is one; else, among
 * objects, by shape: of the arms whose required members are all there, the one that leaves the
 * fewest members without a field, the first of equals.
 */
struct tc_arm {
	const struct tc_type *type;
	const char *values; /* of the discriminator: texts, each with a NUL behind it */
	uint8_t value_count;
};

/* A regular expression as schemas have it (ECMA-262, found anywhere in the text). Not const: it is
 * compiled when first used, and the result kept here. */
struct tc_pattern {
	const char *source;
#ifdef __cplusplus
	void *compiled;
#else
	_Atomic(void *) compiled;
#endif
};

enum tc_text_format {
	TC_FORMAT_DATE_TIME = 1,
	TC_FORMAT_URI = 2,
	TC_FORMAT_EMAIL = 4,
	TC_FORMAT_HOSTNAME = 8,
	TC_FORMAT_IPV4 = 16,
	TC_FORMAT_IPV6 = 32
};

/* Rules are checked when sending, never when reading. {0} in any of them is no rule. */
struct tc_text_rules {
	struct tc_pattern *pattern;
	const char *allowed;    /* enum or const: texts, each with a NUL behind it */
	uint32_t min_length;    /* in Unicode characters */
	uint32_t max_length;    /* counts with has_max_length */
	uint16_t allowed_count; /* 0: any text */
	uint8_t formats;        /* enum tc_text_format; any one of several is enough */
	bool has_max_length;
	bool allowed_or_rest; /* an allowed text need not keep the other rules, and a text that
				 keeps them need not be an allowed one (a oneOf of strings) */
};

struct tc_int64_rules {
	int64_t minimum,
		maximum;        /* inclusive; an exclusive bound is the next integer's inclusive */
	int64_t multiple_of;    /* 0: any */
	const int64_t *allowed; /* enum or const */
	uint16_t allowed_count;
	bool has_minimum, has_maximum;
};

struct tc_double_rules {
	double minimum, maximum;
	bool has_minimum, has_maximum;
	bool above_minimum, below_maximum; /* the bound itself is not allowed */
};

/* How many items or members there may be. */
struct tc_count_rules {
	uint32_t minimum;
	uint32_t maximum; /* counts with has_maximum */
	bool has_maximum;
	bool unique; /* of an array: no two items are equal */
};

/* Types without rules. */
TC_API extern const struct tc_type tc_type_string;
TC_API extern const struct tc_type tc_type_int64;
TC_API extern const struct tc_type tc_type_double;
TC_API extern const struct tc_type tc_type_bool;
TC_API extern const struct tc_type tc_type_json;        /* any kind */
TC_API extern const struct tc_type tc_type_json_object; /* any object */
TC_API extern const struct tc_type tc_type_json_array;  /* any array */

/*
 * Initialisers. `holder` is a struct tag with its keyword, `member` the C name, `json_name` a
 * string literal.
 */
#define TC_FIELD(holder, member, json_name, field_type, field_flags) \
	{ \
		.name = (json_name), .type = (field_type), .offset = offsetof(holder, member), \
		.name_length = sizeof(json_name) - 1, .flags = (field_flags) \
	}
/* The same with TC_NULLABLE and its bool, `null_member`. */
#define TC_FIELD_NULLABLE(holder, member, null_member, json_name, field_type, field_flags) \
	{ \
		.name = (json_name), .type = (field_type), .offset = offsetof(holder, member), \
		.null_offset = offsetof(holder, null_member), \
		.name_length = sizeof(json_name) - 1, .flags = (field_flags) | TC_NULLABLE \
	}

/* `count_rules` here and below: a const struct tc_count_rules *, or NULL */
#define TC_TYPE_OF_OBJECT(holder, field_table, count_rules) \
	{ \
		.kind = TC_TYPE_OBJECT, .count = sizeof(field_table) / sizeof(field_table)[0], \
		.size = sizeof(holder), .of = { .fields = (field_table) }, \
		.by = {.counts = (count_rules) } \
	}
/* with a member other_members */
#define TC_TYPE_OF_OPEN_OBJECT(holder, others, field_table, count_rules) \
	{ \
		.kind = TC_TYPE_OBJECT, .flags = TC_OPEN, \
		.count = sizeof(field_table) / sizeof(field_table)[0], \
		.offset = offsetof(holder, others), .size = sizeof(holder), \
		.of = { .fields = (field_table) }, \
		.by = {.counts = (count_rules) } \
	}
/* a closed object without members; C has no empty struct, so `holder` has some unused member */
#define TC_TYPE_OF_EMPTY_OBJECT(holder) \
	{ \
		.kind = TC_TYPE_OBJECT, .size = sizeof(holder) \
	}
/* `item` is the C type of one item as it is held: struct y, const char *, struct tc_opt_int64 … */
#define TC_TYPE_OF_ARRAY(item_held, item_type, array_flags, count_rules) \
	{ \
		.kind = TC_TYPE_ARRAY, .flags = (array_flags), .size = sizeof(item_held), \
		.of = { .item = (item_type) }, \
		.by = {.counts = (count_rules) } \
	}
/* `entry` is the struct { const char *key; T value; } */
#define TC_TYPE_OF_MAP(entry, value_type, map_flags, count_rules) \
	{ \
		.kind = TC_TYPE_MAP, .flags = (map_flags), .offset = offsetof(entry, value), \
		.size = sizeof(entry), .of = { .item = (value_type) }, \
		.by = {.counts = (count_rules) } \
	}
/* `holder` has members `tag`, and a union of which `unknown` is a member; `by_member` is the
 * discriminator or NULL */
#define TC_TYPE_OF_UNION(holder, arm_table, by_member) \
	{ \
		.kind = TC_TYPE_UNION, .count = sizeof(arm_table) / sizeof(arm_table)[0], \
		.offset = offsetof(holder, unknown), .size = sizeof(holder), \
		.of = { .arms = (arm_table) }, \
		.by = {.discriminator = (by_member) } \
	}
/* `rules` may be NULL */
#define TC_TYPE_OF_TEXT(rules) \
	{ \
		.kind = TC_TYPE_TEXT, .of = {.text = (rules) } \
	}
#define TC_TYPE_OF_INT64(rules) \
	{ \
		.kind = TC_TYPE_INT64, .of = {.int64 = (rules) } \
	}
#define TC_TYPE_OF_DOUBLE(rules) \
	{ \
		.kind = TC_TYPE_DOUBLE, .of = {.number = (rules) } \
	}
/* `json_kinds`: TC_JSON_IS(OBJECT) | … */
#define TC_TYPE_OF_JSON(json_kinds) \
	{ \
		.kind = TC_TYPE_JSON, .flags = (json_kinds) \
	}
/* a pattern, by its source as the schema has it */
#define TC_PATTERN(text) \
	{ \
		.source = (text) \
	}
/* rules of a string with `number` allowed values: TC_ALLOWED(2, "running\0completed") */
#define TC_ALLOWED(number, texts) \
	{ \
		.allowed = (texts), .allowed_count = (number) \
	}

#ifdef __cplusplus
}
#endif

#endif
