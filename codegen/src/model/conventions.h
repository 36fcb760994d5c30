/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_CONVENTIONS_H
#define TC_CODEGEN_CONVENTIONS_H

/* What a client should know and references do not say: of an operation, whether a repetition is
 * harmless, how long a reply may take and what it has to be; of an exchange, what a second message
 * with the same key is; of both, which releases have them; of all, which release they are. The
 * format is in references/README.md. */

#include "codegen/src/model/model.h"

/* Sets in the model what the document says; every service, operation and exchange in it must be
 * there. The release is that of the services from `input`, or of all when that is NULL. */
int conventions_read(struct model *model, const struct input *input,
	const struct document *document, tc_error *err);

#endif
