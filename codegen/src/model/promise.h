/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_PROMISE_H
#define TC_CODEGEN_PROMISE_H

/* What a reply has to be to be a success, as conventions and references in x1 say it alike:
 * { "statuses": [303], "types": ["image/svg+xml"] }. */

#include "codegen/src/input/node.h"
#include "codegen/src/model/model.h"

/* An operation's; what is absent stays as it was. */
int promise_read(
	struct model *model, const struct node *node, struct operation *operation, tc_error *err);

/* The types that a whole reference may name, { "types": […] }, ended by NULL. */
int promise_read_types(
	struct model *model, const struct node *node, const char *const **types, tc_error *err);

#endif
