/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_BINDING_H
#define TC_RUNTIME_BINDING_H

/* Routing keys from values by position, and the matching of names that calls and keys share. */

#include <taskcluster/binding.h>

/* The most words a routing key, and arguments and query values an operation, may have: their
 * counts are uint8_t. */
#define TC__NAMES_MAX 255

/* The binding for the values of an exchange's words; `values` has exchange->word_count texts, of
 * which those of constants are ignored and NULL is a wildcard. */
int tc__binding(const struct tc_exchange *exchange, const char *const *values,
	struct tc_binding *binding, tc_error *err);

/*
 * Stores the values of `pairs` in `values` by the position of their names, of which there are
 * `count`; name(table, i) gives the i-th. Refused: an unknown name, one given twice, a NULL value.
 * `what` says what has these names, such as "queue.status".
 */
struct tc__names {
	const char *(*name)(const void *table, size_t position); /* NULL: not to be given */
	const void *table;
	size_t count;
	const char *service, *what; /* for messages */
};
int tc__names_match(const struct tc__names *names, const struct tc_pair *pairs, size_t pair_count,
	const char **values, tc_error *err);

#endif
