/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_EMIT_CONVENTIONS_H
#define TC_CODEGEN_EMIT_CONVENTIONS_H

/* What a reference says in x1, as the rows of taskcluster/conventions.h. Nothing for others. */

#include "model.h"
#include "prose.h"

/* The tables that a service's rows point to, and its own. */
void emit_conventions(struct tc__buffer *out, const struct service *service);

/* What a reader of the header should know of it, each line with a line feed before it. */
void emit_conventions_facts(struct tc__buffer *facts, const struct operation *operation);

/* The member of an operation's row that leads to its conventions. */
void emit_operation_conventions(
	struct fill *fill, const struct service *service, const struct operation *operation);

#endif
