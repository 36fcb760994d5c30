/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_SCOPES_H
#define TC_CLI_DIFFERENCES_SCOPES_H

/* Two scope expressions of the references: whether one asks for more than the other. */

#include <taskcluster/json.h>

enum scopes_relation {
	SCOPES_SAME,
	SCOPES_LESS,   /* who was let in still is, and others may be */
	SCOPES_MORE,   /* only some of those who were let in still are */
	SCOPES_UNKNOWN /* neither can be shown */
};

/* NULL: none are asked for. Conditions (`if`) are anything, each the same on both sides; so are
 * placeholders of scopes. */
enum scopes_relation scopes_compare(const tc_json *older, const tc_json *newer);

#endif
