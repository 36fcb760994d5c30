/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_REFUSAL_H
#define TC_RUNTIME_REFUSAL_H

/* What servers cannot take although their schemas allow it (struct tc_refusal): looked for before
 * anything is sent. Each error says the rule, and why it is one. Pure. */

#include "runtime/src/operation/conventions.h"
#include <taskcluster/json.h>

/* TC_ERROR_ARGUMENT for an argument that servers refuse; `arguments` by position, whole. */
int tc__refuse_arguments(
	const struct tc_operation *operation, const char *const *arguments, tc_error *err);

/* Whether there are rules for bodies, so that one must be read to know. */
bool tc__refuses_bodies(const struct tc_operation *operation);

/* TC_ERROR_INPUT for a body that lacks what one of the operation's alternatives (inputOneOf) needs;
 * NULL has nothing. */
int tc__require_members(const struct tc_operation *operation, const tc_json *body, tc_error *err);

/* The same, and TC_ERROR_INPUT, with the pointer, for a body that servers refuse. Of a body that
 * is no JSON, NULL, nobody can tell. */
int tc__refuse_body(const struct tc_operation *operation, const tc_json *body, tc_error *err);

#endif
