/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_REFUSAL_H
#define TC_CODEGEN_REFUSAL_H

/* What servers cannot take although their schemas allow it: the member "refused" of an operation's
 * conventions. The format is in references/README.md. */

#include "codegen/src/model/model.h"

/* Reads the list into the operation. Whether pointers lead to a member of the body that a rule can
 * be about is only known when there are shapes (shape_check_refusals). */
int refusals_read(
	struct model *model, const struct node *list, struct operation *operation, tc_error *err);

/* Reads a text for people: one line. */
int reason_read(const struct node *node, const char **reason, tc_error *err);

/* Refuses what is no name of a release, such as "106": one short word, since programs compare it.
 */
int release_check(const struct node *node, const char *release, tc_error *err);

#endif
