/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TYPES_SCHEMAS_H
#define TC_TESTS_TYPES_SCHEMAS_H

/*
 * The schemas of references/taskcluster as they stand in their files, read here and not by the
 * generator, and instances made from them: the other opinion on what the generated types should be.
 */

#include <taskcluster/json.h>
#include <taskcluster/type.h>

/* A schema within its file; `file` is such as "schemas/queue/v1/task.json". */
struct schema {
	const char *file;
	const tc_json *json;
};

/* A body, a reply or a message, with the table that the generator made for it. */
struct root {
	const char *name; /* "queue.createTask input" */
	struct schema schema;
	const struct tc_type *type;
	bool input;
};

/* All of them that have a table; they live until schemas_clear. */
const struct root *schemas_roots(size_t *count);
void schemas_clear(void);

/* The schema that a `$ref` leads to, as often as there is one. */
struct schema schemas_resolve(struct schema schema);

/* Pseudo-random numbers, the same each time. */
struct dice {
	uint64_t state;
};
uint32_t dice_roll(struct dice *dice, uint32_t sides); /* 0 … sides - 1 */

enum size { SMALLEST, LARGEST, ANY_SIZE };

/* Adds a value that the schema allows: with required members and as little as possible, with all
 * members, or with what the dice say. Stops the test at a schema that it does not understand. */
void instance_add(
	tc_json_builder *builder, struct schema schema, enum size size, struct dice *dice);
const tc_json *instance_make(struct schema schema, enum size size, struct dice *dice);

/* A text that a pattern of the schemas matches; at most 255 bytes. */
void pattern_sample(const char *pattern, enum size size, struct dice *dice, char text[256]);

#endif
