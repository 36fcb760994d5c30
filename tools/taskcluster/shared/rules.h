/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_RULES_H
#define TC_CLI_SHARED_RULES_H

/* What the tables say of a function, where a table that is absent means what Taskcluster does. */

#include <taskcluster/conventions.h>

/* The rules of its query, and of the headers that it takes, by position from 0; NULL is behind the
 * last, and not to be passed. */
const struct tc_query_rule *rules_query_at(const struct tc_operation *operation, size_t position);
const struct tc_query_rule *rules_header_at(const struct tc_operation *operation, size_t position);

/* Whether a key of the query, with its operator where it has one, takes several values. */
bool rules_take_several(const struct tc_operation *operation, const char *key);

/* What stands between a key of the query and its operator. */
const char *rules_separator(const struct tc_operation *operation);

/* How it pages, or NULL. */
const struct tc_paging *rules_paging(const struct tc_operation *operation);

/* The stream of events that it answers with, or NULL. */
const struct tc_event_stream *rules_events(const struct tc_operation *operation);

/* What an empty argument means, by position from 0; NULL: it may not be empty. */
const char *rules_empty(const struct tc_operation *operation, size_t position);

/* Whether a service belongs to a system with a server of its own: neither Taskcluster's root URL
 * nor its credentials are for that. */
bool rules_is_elsewhere(const struct tc_service *service);

/* Whether it is for everybody, and its servers do not look at who calls. Taskcluster's functions
 * are when they have no scopes, but for those that test signatures, and for what this program does
 * not know; other systems tell. */
bool rules_is_open(const struct tc_operation *operation);

/* Whether it is from this program's tables, and not from a deployment's references. */
bool rules_is_own(const struct tc_operation *operation);

#endif
