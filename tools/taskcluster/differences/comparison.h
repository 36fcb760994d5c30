/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_COMPARISON_H
#define TC_CLI_DIFFERENCES_COMPARISON_H

/* A comparison of schemas while it goes on: what its parts (keywords.h) stand on. */

#include "tools/taskcluster/differences/schema.h"

#include <stddef.h>

/* How values that a newer schema takes relate to those of the older. */
enum effect {
	EFFECT_NONE,
	EFFECT_NARROWER, /* some are taken no more */
	EFFECT_WIDER,    /* some more are taken */
	EFFECT_OTHER     /* both, or nobody can tell */
};

/* A schema within another, and both of its sides. */
struct step {
	const char *keyword; /* "properties"; NULL: of the whole */
	const char *name;    /* behind it, or NULL */
	size_t position;     /* behind it, where there is no name and `numbered` */
	bool numbered;
	const tc_json *older, *newer;
	const struct step *outer;
};

struct comparison {
	const struct schema_side *older, *newer;
	/* Compares what the current step has on its sides, and those within by comparison_go. */
	void (*keywords)(struct comparison *comparison);
	bool is_read;
	const struct change *subject;
	struct change_sink *sink; /* NULL: only whether there is a change is asked */
	const struct step *step;  /* where it is */
	size_t found;
	size_t left;  /* steps, of which there are not more */
	size_t depth; /* of steps */
};

/* Compares two schemas within those of the current step. */
void comparison_go(struct comparison *comparison, const struct step *step);

/* Whether there is any change between two schemas; nothing is told. */
bool comparison_is_same(struct comparison *comparison, const tc_json *older, const tc_json *newer);

/* Takes so many steps; false when none are left. */
bool comparison_spend(struct comparison *comparison, size_t steps);

/* A schema, or where it leads. */
const tc_json *comparison_resolve(const struct schema_side *side, const tc_json *schema);

/* Tells a change of a keyword of the current step ("": of all of it). */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void comparison_tell(struct comparison *comparison, const char *keyword, enum effect effect,
	const char *format, ...);

#endif
