/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/result.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void result_text(tc_json_builder *json, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	char *mended = plain_utf8(text, strlen(text));
	tc_json_add_name(json, name);
	tc_json_add_string(json, mended);
	free(mended);
}

void result_number(tc_json_builder *json, const char *name, int64_t number)
{
	tc_json_add_name(json, name);
	tc_json_add_int64(json, number);
}

void result_flag(tc_json_builder *json, const char *name, bool flag)
{
	tc_json_add_name(json, name);
	tc_json_add_bool(json, flag);
}

int result_print(tc_json_builder *builder)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	struct output output;
	int status = 0;

	tc_json_end(builder);
	fflush(stdout);
	if (tc_json_build(builder, &json, &err) != TC_OK)
		status = report(&err, NULL, NULL);
	if (status == 0)
		status = output_open(&output, NULL);
	if (status == 0)
		status = output_line(&output, json);
	output_close(&output);
	tc_release(json);
	tc_error_clear(&err);
	return status;
}
