/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_BINDINGS_H
#define TC_WORKFLOWS_PULSE_BINDINGS_H

/* Bindings, each once, in the order in which they were added. */

#include "workflows/src/pulse/listener/rows.h"
#include <taskcluster/binding.h>

struct tc__bound {
	struct tc__row row;
	struct tc_binding binding;
	bool confirmed; /* a broker has taken it before, so what it is bound to did exist */
	uint64_t asked; /* the number of what was asked about it last */
};

/* Begins as {0}. */
struct tc__bindings {
	struct tc__rows rows; /* struct tc__bound */
};

/* In their order: NULL before the first, and behind the last. */
struct tc__bound *tc__bindings_next(
	const struct tc__bindings *bindings, const struct tc__bound *bound);

/* Whether one can be sent: it has an exchange, and its texts end. `name` is for the error. */
int tc__binding_check(const struct tc_binding *binding, const char *name, tc_error *err);

/* NULL: it is not among them. */
struct tc__bound *tc__bindings_find(
	const struct tc__bindings *bindings, const struct tc_binding *binding);

/* No effect when it is there, or is not. */
int tc__bindings_add(
	struct tc__bindings *bindings, const struct tc_binding *binding, tc_error *err);
void tc__bindings_remove(struct tc__bindings *bindings, const struct tc_binding *binding);

void tc__bindings_clear(struct tc__bindings *bindings);

#endif
