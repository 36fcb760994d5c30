/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_QUERY_KEY_H
#define TC_RUNTIME_QUERY_KEY_H

/* The keys that a query may have. Nothing but tables is read here, so that a program that asks for
 * keys and sends nothing does not get what sends. */

#include "runtime/src/operation/query.h"

struct tc__query_meaning {
	const char *name;
	const struct tc_query_rule *rule;         /* NULL: a plain key */
	const struct tc_query_operator *relation; /* NULL: the key alone */
	size_t place;                             /* in the order in which keys are sent */
};

/* A key by its bare name, whether or not it may be sent without an operator. */
bool tc__query_find_key(
	const struct tc__query *query, const char *key, struct tc__query_meaning *found);

/* A key as it is sent: the longest name that begins it, with one of its operators behind. */
bool tc__query_find_sent(
	const struct tc__query *query, const char *key, struct tc__query_meaning *found);

/* An operator of a key; its place behind that of the key goes to *place. NULL: there is none. */
const struct tc_query_operator *tc__query_find_operator(
	const struct tc_query_rule *rule, const char *name, size_t *place);

/* Whether an operation has this key, with its operator where it has one. */
bool tc__query_has_key(const struct tc_operation *operation, const char *key);

#endif
