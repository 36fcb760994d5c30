/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CONVENTIONS_H
#define TC_RUNTIME_CONVENTIONS_H

/* The tables of taskcluster/conventions.h as questions; each takes operations and systems that have
 * none, and answers as for Taskcluster. */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"
#include <taskcluster/conventions.h>

/* Of the operation's system, and its own; NULL: Taskcluster's. */
static inline const struct tc_conventions *tc__system_of(const struct tc_operation *operation)
{
	return operation->service->conventions;
}

static inline const struct tc_operation_conventions *tc__rules_of(
	const struct tc_operation *operation)
{
	return operation->conventions;
}

/* Those that are about keys and headers: Taskcluster's have none, whatever else the operation's
 * say. */
static inline const struct tc_operation_conventions *tc__parameter_rules_of(
	const struct tc_operation *operation)
{
	return tc__system_of(operation) ? tc__rules_of(operation) : NULL;
}

/* Of the argument at a position; NULL: there are none. */
const struct tc_argument_rule *tc__argument_rule_of(
	const struct tc_operation *operation, size_t position);

/* Whether its system has a server of its own, apart from Taskcluster's. */
bool tc__is_realm(const struct tc_operation *operation);

const char *tc__accept_of(const struct tc_operation *operation); /* NULL: none sent */
bool tc__is_final_status(const struct tc_operation *operation, int status);
enum tc_authentication tc__authentication_of(const struct tc_operation *operation);
const struct tc_rpc *tc__rpc_of(const struct tc_operation *operation);             /* NULL: none */
const struct tc_event_stream *tc__events_of(const struct tc_operation *operation); /* NULL: none */

/* Whether a reply of this status is a success; NULL: of an operation that nothing is known of. */
bool tc__is_success(const struct tc_operation *operation, int status);

/* The media types that the content of a success from 200 to 299 may have, or NULL: any. */
const char *const *tc__reply_types_of(const struct tc_operation *operation);

/* Whether a Content-Type (NULL: there is none) is one that such content may have. */
bool tc__has_reply_type(const struct tc_operation *operation, int status, const char *type);

/* Whether a success of this status cannot be without content. */
bool tc__needs_content(const struct tc_operation *operation, int status);

/* The most bytes of a body; SIZE_MAX: no limit. */
size_t tc__body_max_of(const struct tc_operation *operation);

/* Whether a status is in a list that ends with 0; NULL is empty. */
bool tc__has_status(const uint16_t *statuses, int status);

/* Whether a text is in a list that ends with NULL. */
bool tc__has_text(const char *const *texts, const char *text);

/* Appends the alternatives of a list whose end is NULL: "a and b, or c". */
void tc__add_alternatives(struct tc__buffer *text, const char *const *const *alternatives);

/* Appends a URL template: {root} is `root` without its trailing slashes. */
void tc__expand_template(struct tc__buffer *url, const char *text, const char *root,
	const struct tc_service *service);

/* Whether a pattern, as schemas have them, is found anywhere in the text: 1, 0, or an error's code
 * (which is only that memory ended, or that the pattern is none). */
int tc__pattern_found(const char *pattern, const char *text);

/* Whether a text is a value of that type. */
bool tc__is_value(enum tc_value_type type, const char *text);

#endif
