/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_REFUSALS_H
#define TC_CODEGEN_REFUSALS_H

/* What servers cannot take, as the rows of struct tc_refusal, and in the words of comments. */

#include "codegen/src/emit/pool.h"
#include "codegen/src/model/model.h"

struct pool_rows refusals_begin(struct pool *pool);

/* The name of the operation's list, which is added unless there is an equal one; NULL: it has
 * none. */
const char *refusals_share(struct pool_rows *rows, const struct operation *operation);

/* For a reader of the header, in lines, each with a line feed before it. */
void refusals_tell(
	struct tc__buffer *facts, const struct service *service, const struct operation *operation);

#endif
