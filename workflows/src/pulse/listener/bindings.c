/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/bindings.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 8

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

struct tc__bound *tc__bindings_find(
	const struct tc__bindings *bindings, const struct tc_binding *binding)
{
	for (size_t i = 0; i < bindings->count; i++) {
		const struct tc_binding *item = &bindings->items[i].binding;
		if (strcmp(item->exchange, binding->exchange) == 0 &&
			strcmp(item->routing_key, binding->routing_key) == 0)
			return &bindings->items[i];
	}
	return NULL;
}

int tc__bindings_add(struct tc__bindings *bindings, const struct tc_binding *binding, tc_error *err)
{
	if (tc__bindings_find(bindings, binding))
		return TC_OK;
	if (bindings->count == bindings->room) {
		size_t room = bindings->room ? bindings->room * 2 : ROOM_FIRST;
		struct tc__bound *items = realloc(bindings->items, room * sizeof *items);
		if (!items)
			return tc__no_memory(err);
		bindings->items = items;
		bindings->room = room;
	}
	bindings->items[bindings->count++] = (struct tc__bound){ .binding = *binding };
	return TC_OK;
}

void tc__bindings_remove(struct tc__bindings *bindings, const struct tc_binding *binding)
{
	struct tc__bound *item = tc__bindings_find(bindings, binding);

	if (!item)
		return;
	size_t after = bindings->count - 1 - (size_t)(item - bindings->items);
	memmove(item, item + 1, after * sizeof *item);
	bindings->count--;
}

void tc__bindings_clear(struct tc__bindings *bindings)
{
	free(bindings->items);
	*bindings = (struct tc__bindings){ 0 };
}
