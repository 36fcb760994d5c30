/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/reference/reference.h"

#include "codegen/src/model/conventions.h"

int reference_add_input(struct model *model, struct input *input, tc_error *err)
{
	const struct document *conventions = NULL;

	input->next = model->inputs;
	model->inputs = input;
	int rc = input_each_reference(input, reference_read, model, err);
	if (rc == TC_OK && !model_sort_services(model))
		rc = tc__fail_nomem(err);
	if (rc == TC_OK && input->kind != INPUT_FILE)
		rc = input_find(input, "conventions.json", &conventions, err);
	if (rc == TC_OK && conventions)
		rc = conventions_read(model, input, conventions, err);
	return rc;
}

static size_t bytes_max(const struct model *model)
{
	return model->bytes_max ? model->bytes_max : SIZE_MAX;
}

int reference_add_path(struct model *model, const char *path, tc_error *err)
{
	struct input *input = NULL;
	int rc = input_open(&model->arena, path, bytes_max(model), &input, err);

	if (rc == TC_OK)
		return reference_add_input(model, input, err);
	input_close(input);
	return rc;
}

int reference_add_conventions(struct model *model, const char *path, tc_error *err)
{
	struct input *input = NULL;
	int rc = input_open(&model->arena, path, bytes_max(model), &input, err);

	if (rc == TC_OK && input->kind != INPUT_FILE)
		rc = tc__fail(err, TC_ERROR_INPUT,
			"%s: holds no conventions; expected a file with one JSON object", path);
	if (rc == TC_OK)
		rc = conventions_read(model, NULL, input->documents, err);
	if (input) {
		input->next = model->inputs;
		model->inputs = input;
	}
	return rc;
}
