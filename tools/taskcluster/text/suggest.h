/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_SUGGEST_H
#define TC_CLI_TEXT_SUGGEST_H

/*
 * What somebody may have meant: the name with the fewest slips (a letter more, less, other, or two
 * swapped) from what was typed. Case, dashes and underscores do not count, so that create-task and
 * create_task find createTask.
 */

#include <stddef.h>

/* Longer names are never near. */
#define SUGGEST_MAX 64

struct suggestion {
	const char *typed;
	const char *name; /* the nearest so far; NULL: none is near. Borrowed. */
	size_t slips;
};

struct suggestion suggest_for(const char *typed);
void suggest_consider(struct suggestion *suggestion, const char *name);

#endif
