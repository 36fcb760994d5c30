/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_REFERENCE_H
#define TC_CODEGEN_REFERENCE_H

/* References, current and of 2015, into the model. */

#include "codegen/src/model/model.h"

/* An input_read_fn: adds what the document says to the model (context), checked; a document of a
 * kind that has nothing for C, such as a list of metrics, adds nothing. */
int reference_read(
	void *model, struct input *input, const struct document *document, tc_error *err);

#endif
