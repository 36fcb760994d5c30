/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_QUERY_H
#define TC_RUNTIME_QUERY_H

/* A query in the making, and its rules. Pure. */

#include "runtime/src/operation/conventions.h"

struct tc__query_entry {
	struct tc__query_entry *next;
	const char *name;                         /* the key, without an operator */
	const struct tc_query_rule *rule;         /* NULL: a plain key, as Taskcluster has them */
	const struct tc_query_operator *relation; /* NULL: the key alone */
	size_t place;                             /* in the order in which keys are sent */
	bool fixed;                               /* from the query struct: takes no more values */
	size_t count, capacity;
	const char **values;
	size_t length; /* bytes that it takes in the URL */
};

/* The last addition or replacement. */
struct tc__query_change {
	struct tc__query_entry *entry; /* NULL: there was none, or it was undone */
	struct tc__query_entry **at, *replaced;
	size_t count;           /* values that came */
	size_t offset;          /* where they stand in the query's text, */
	struct tc__buffer text; /* which is this, but for the mark in front of all */
};

struct tc__query {
	const struct tc_operation *operation;
	const struct tc_operation_conventions *rules; /* the operation's own, or NULL */
	const struct tc_query_rule *const *keys;      /* theirs; ends with NULL */
	const char *separator;                        /* between a key and its operator */
	struct tc__arena arena;
	struct tc__query_entry *entries; /* in the order in which they are sent */
	struct tc__query_change change;
};

/* An empty one. Here the operation is asked for its rules, and nowhere else. */
struct tc__query tc__query_for(const struct tc_operation *operation);

/* Adds values of a key and an operator (NULL: none), copied. On failure nothing changes. */
int tc__query_add(struct tc__query *query, const char *key, const char *comparison,
	const char *const *values, size_t count, tc_error *err);

/* The same for a key as it is sent, operator included; a list joined by commas is taken apart. */
int tc__query_add_sent(struct tc__query *query, const char *key, const char *value, tc_error *err);

/* The bare keys by position, as a query struct has them; NULL values are absent. Afterwards they
 * take no further values. */
int tc__query_add_struct(struct tc__query *query, const char *const *values, tc_error *err);

/* Replaces all values of a key as it is sent, for the next page. */
int tc__query_replace(struct tc__query *query, const char *key, const char *value, tc_error *err);

/* Takes the last addition or replacement back, whose query turned out not to fit a URL. */
void tc__query_undo(struct tc__query *query);

/* The first value of a key as it is sent, or NULL. */
const char *tc__query_value(const struct tc__query *query, const char *key);

/* Whether a member of the items will be there: nothing is selected, or it is. */
bool tc__query_selects(const struct tc__query *query, const char *member);

/* Whether replies may lack members, since some were selected. */
bool tc__query_is_selective(const struct tc__query *query);

/* What only the whole query shows. */
int tc__query_check(const struct tc__query *query, tc_error *err);

/* A copy of all entries; what `to` was before is not looked at. */
int tc__query_copy(struct tc__query *to, const struct tc__query *from, tc_error *err);

/* Appends `?key=value&…`, or nothing. */
void tc__query_render(const struct tc__query *query, struct tc__buffer *url);

/* The same for people: values that are secrets are not in it. */
void tc__query_show(const struct tc__query *query, struct tc__buffer *url);
bool tc__query_has_secret(const struct tc__query *query);

void tc__query_clear(struct tc__query *query);

#endif
