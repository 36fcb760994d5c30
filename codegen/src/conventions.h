/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_CONVENTIONS_H
#define TC_CODEGEN_CONVENTIONS_H

/* What a client should know of an operation that its reference does not say: whether a repetition
 * is harmless, how long a reply may take. The format is in references/README.md. */

#include "model.h"

/* Sets in the model what the document says; every service and operation in it must be there. */
int conventions_read(struct model *model, const struct document *document, tc_error *err);

#endif
