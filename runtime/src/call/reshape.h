/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CALL_RESHAPE_H
#define TC_RUNTIME_CALL_RESHAPE_H

/* Replies whose values do not come as their schemas have them: rows whose columns are named apart,
 * arrays with a member at each place, the result of a remote procedure call. */

#include "runtime/src/operation/conventions.h"
#include <taskcluster/type.h>

/* Whether a reply has to be read as a whole before it can be decoded. */
bool tc__is_reshaped(const struct tc_operation *operation);

/* The struct of operation->output out of such a reply; `flags` as for tc_decode_json. */
void *tc__decode_reshaped(
	const struct tc_operation *operation, const tc_json *reply, unsigned flags, tc_error *err);

/* Whether the items of a list may come as rows. */
bool tc__has_rows(const struct tc_operation *operation);

/* A page of a list as a tree, with objects for rows; for tc_release. */
int tc__page_of_objects(const struct tc_operation *operation, const char *text, size_t length,
	const tc_json **page, tc_error *err);

#endif
