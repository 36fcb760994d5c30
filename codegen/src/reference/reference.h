/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_REFERENCE_H
#define TC_CODEGEN_REFERENCE_H

/* References, current and of 2015, and conventions, into the model. */

#include "codegen/src/model/model.h"

/* Adds all references at a path, and the conventions.json at the top of its tree. On failure the
 * model is only good for model_close. */
int reference_add_path(struct model *model, const char *path, tc_error *err);

/* The same for an opened input, which the model then owns also when it fails. */
int reference_add_input(struct model *model, struct input *input, tc_error *err);

/* Adds the conventions in a file of their own, for references added before. */
int reference_add_conventions(struct model *model, const char *path, tc_error *err);

/* An input_read_fn: adds what the document says to the model (context), checked; a document of a
 * kind that has nothing for C, such as a list of metrics, adds nothing. */
int reference_read(
	void *model, struct input *input, const struct document *document, tc_error *err);

#endif
