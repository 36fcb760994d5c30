/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as a reference or a bundle: they become C, the same each time, or are refused with a
 * message that names the file. */
#include "codegen/src/emit/emit.h"
#include "codegen/src/model/type.h"
#include "codegen/src/reference/reference.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int make(const uint8_t *data, size_t size, struct model *model, struct emit_output *output,
	tc_error *err)
{
	struct input *input = NULL;

	*output = (struct emit_output){ 0 };
	int rc = input_open_text(&model->arena, "fuzz.json", (const char *)data, size, &input, err);
	if (rc != TC_OK) {
		input_close(input);
		return rc;
	}
	rc = reference_add_input(model, input, err);
	if (rc == TC_OK)
		rc = type_check(model, err);
	return rc == TC_OK ? emit_model(model, output, err) : rc;
}

/* Nothing of the input may end a comment or reach beyond the columns that lines may have; names
 * of any length make lines of their own. */
static void check_text(const struct tc__buffer *text)
{
	require(strlen(text->data) == text->length);
	require(!strstr(text->data, "\?\?/") && !strstr(text->data, "\\\n"));
	require(text->data[text->length - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct emit_output output[2];
	struct model models[2];
	int rc[2];

	for (int i = 0; i < 2; i++) {
		tc_error err = TC_ERROR_INIT;
		model_open(&models[i]);
		rc[i] = make(data, size, &models[i], &output[i], &err);
		require(rc[i] == TC_OK || strncmp(tc_error_text(&err), "fuzz.json", 9) == 0);
		tc_error_clear(&err);
	}
	require(rc[0] == rc[1] && output[0].count == output[1].count);
	for (size_t i = 0; i < output[0].count; i++) {
		const struct tc__buffer *a = &output[0].files[i].text,
					*b = &output[1].files[i].text;
		require(a->length == b->length && memcmp(a->data, b->data, a->length) == 0);
		check_text(a);
	}
	for (int i = 0; i < 2; i++) {
		emit_clear(&output[i]);
		model_close(&models[i]);
	}
	return 0;
}
