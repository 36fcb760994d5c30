/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_BINDING_H
#define TASKCLUSTER_BINDING_H

/* Pulse bindings: the exchange and the routing-key pattern that a listener binds its queue to. */

#include <taskcluster/operation.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Two NUL-terminated texts; AMQP allows 255 bytes each. Nothing to free. */
struct tc_binding {
	char exchange[256];
	char routing_key[256];
};

/* A name with its value, for calls and routing keys with arguments given by name. */
struct tc_pair {
	const char *name;
	const char *value;
};

/*
 * The binding for messages whose routing-key entries have these values, in any order: constants
 * are filled in, what is not named is a wildcard ("*", or "#" where an entry may have several
 * words). Refused by name with TC_ERROR_ARGUMENT: an unknown or repeated name, an empty or NULL
 * value, a dot in a value that is one word, a key over 255 bytes. The exchange may be a program's
 * own, of which `exchange` and `words` count.
 */
TC_API int tc_binding_by_name(const struct tc_exchange *exchange, const struct tc_pair *pairs,
	size_t count, struct tc_binding *binding, tc_error *err);

/* The binding with a ready-made routing-key pattern, such as "route.index.project.#". */
TC_API int tc_binding_from_pattern(const struct tc_exchange *exchange, const char *pattern,
	struct tc_binding *binding, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
