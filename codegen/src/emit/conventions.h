/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_EMIT_CONVENTIONS_H
#define TC_CODEGEN_EMIT_CONVENTIONS_H

/* What a reference says in x1, and what conventions say of arguments and releases, as the rows of
 * taskcluster/conventions.h. */

#include "codegen/src/emit/pool.h"
#include "codegen/src/model/model.h"

/* The rows that functions of a service share. */
struct shared_rules {
	struct pool_rows operators, keys, queries, headers, kinds, envelopes, singles, pagings;
};

void emit_rules_begin(struct shared_rules *rules, struct pool *pool);

/* Whether its arguments have rules, which all of them do then. */
bool emit_has_argument_rules(const struct operation *operation);

/* The members of the function's conventions, kept in the pool; rows that are new are added. NULL:
 * it has none. */
const char *emit_rules_of(struct shared_rules *rules, const struct operation *operation);

/* Writes all rows, and clears them. */
void emit_rules_end(struct shared_rules *rules, struct tc__buffer *out);

/* The system's conventions, called `conventions`. */
void emit_system(struct tc__buffer *out, const struct service *service);

/* What a reader of the header should know of it: behind its method and path, and in lines, each
 * with a line feed before it. */
void emit_conventions_head(struct tc__buffer *facts, const struct operation *operation);
void emit_conventions_facts(struct tc__buffer *facts, const struct operation *operation);

#endif
