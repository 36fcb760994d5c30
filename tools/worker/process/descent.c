/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/process/descent.h"

#include <stdlib.h>

struct descent {
	struct kin *all;
	size_t count;
	pid_t self;
	uint64_t self_start;
};

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct kin *)a)->pid;
	pid_t y = ((const struct kin *)b)->pid;

	return (x > y) - (x < y);
}

/* Whose child it says it is; NULL: nobody that was counted, or one that has the number only since,
 * as a parent is never younger than its child. */
static struct kin *parent_of(const struct descent *descent, const struct kin *kin)
{
	const struct kin key = { .pid = kin->parent };
	struct kin *parent =
		bsearch(&key, descent->all, descent->count, sizeof(struct kin), by_pid);

	return parent && parent->start <= kin->start ? parent : NULL;
}

/* What can be said of one without asking its parent. Who is older than this process is none of its
 * descendants, whatever numbers say that were used again while they were counted. */
static enum relation known(const struct descent *descent, const struct kin *kin)
{
	if (kin->pid == descent->self || kin->start < descent->self_start || kin->parent <= 1)
		return FOREIGN;
	if (kin->relation != UNKNOWN)
		return kin->relation;
	return kin->parent == descent->self ? OURS : UNKNOWN;
}

/* Goes up until something is known, and tells it to those on the way and to nobody else: above a
 * child of this process there are this process and its own ancestors. */
static void relate(const struct descent *descent, struct kin *kin)
{
	struct kin *top = kin, *parent;
	enum relation relation = known(descent, top);

	for (size_t steps = 0; relation == UNKNOWN; steps++) {
		parent = steps < descent->count ? parent_of(descent, top) : NULL; /* a ring */
		relation = parent ? known(descent, parent) : FOREIGN;
		top = parent ? parent : top;
	}
	for (struct kin *at = kin; at != top; at = parent_of(descent, at))
		at->relation = relation;
	top->relation = relation;
}

void descent_relate(struct kin *all, size_t count, pid_t self, uint64_t self_start)
{
	const struct descent descent = { all, count, self, self_start };

	for (size_t i = 0; i < count; i++)
		relate(&descent, &all[i]);
}
