/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/bindings.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

int tc__binding_check(const struct tc_binding *binding, const char *name, tc_error *err)
{
	if (!memchr(binding->exchange, '\0', sizeof binding->exchange) ||
		!memchr(binding->routing_key, '\0', sizeof binding->routing_key))
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s: a text of a binding ends within 255 bytes, by NUL", name);
	if (!*binding->exchange)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s.exchange is empty: nothing can be bound to the default exchange", name);
	return TC_OK;
}

struct tc__bound *tc__bindings_next(
	const struct tc__bindings *bindings, const struct tc__bound *bound)
{
	return (struct tc__bound *)(bound ? bound->row.next : bindings->rows.first);
}

static uint64_t hash_of(const struct tc_binding *binding)
{
	return tc__rows_hash(tc__rows_hash(TC__ROWS_HASH, binding->exchange), binding->routing_key);
}

struct tc__bound *tc__bindings_find(
	const struct tc__bindings *bindings, const struct tc_binding *binding)
{
	struct tc__row *row = tc__rows_look_up(&bindings->rows, hash_of(binding));

	for (; row; row = row->chain) {
		struct tc__bound *bound = (struct tc__bound *)row;
		if (strcmp(bound->binding.exchange, binding->exchange) == 0 &&
			strcmp(bound->binding.routing_key, binding->routing_key) == 0)
			return bound;
	}
	return NULL;
}

int tc__bindings_add(struct tc__bindings *bindings, const struct tc_binding *binding, tc_error *err)
{
	if (tc__bindings_find(bindings, binding))
		return TC_OK;
	struct tc__bound *bound = calloc(1, sizeof *bound);
	if (!bound)
		return tc__no_memory(err);
	bound->binding = *binding;
	bound->row.hash = hash_of(binding);
	if (tc__rows_add(&bindings->rows, &bound->row))
		return TC_OK;
	free(bound);
	return tc__no_memory(err);
}

void tc__bindings_remove(struct tc__bindings *bindings, const struct tc_binding *binding)
{
	struct tc__bound *bound = tc__bindings_find(bindings, binding);

	if (!bound)
		return;
	tc__rows_remove(&bindings->rows, &bound->row);
	free(bound);
}

void tc__bindings_clear(struct tc__bindings *bindings)
{
	tc__rows_clear(&bindings->rows);
}
