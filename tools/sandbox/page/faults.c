/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/page/page.h"

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/body.h"
#include "tools/sandbox/request/error.h"

#include <string.h>

static int allow(struct request *request)
{
	static const char needed[] = "\"sandbox:faults\"";
	const tc_json *expression = NULL;

	if (tc_json_parse(needed, sizeof needed - 1, &expression, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	int status = authorize_expression(request, expression, NULL);
	tc_release(expression);
	return status;
}

static int write_faults(struct request *request)
{
	const struct faults *faults = &request->sandbox->faults;

	write_object(&request->reply);
	write_name(&request->reply, "faults");
	write_array(&request->reply);
	for (size_t i = 0; i < faults->standing_count; i++)
		write_string(&request->reply, faults->standing[i]);
	write_end_array(&request->reply);
	write_end_object(&request->reply);
	return 200;
}

int page_serve_faults(struct request *request)
{
	int status = allow(request);

	return status ? status : write_faults(request);
}

/* The texts of {"faults": [text…]}; false when it is nothing like that. */
static bool read_specs(const tc_json *input, const char *specs[FAULTS_MAX], size_t *count)
{
	const tc_json *list = tc_json_get(input, "faults");

	*count = tc_json_count(list);
	if (tc_json_kind(list) != TC_JSON_ARRAY || *count > FAULTS_MAX)
		return false;
	for (size_t i = 0; i < *count; i++) {
		const tc_json *item = tc_json_item(list, i);
		if (tc_json_kind(item) != TC_JSON_STRING)
			return false;
		specs[i] = tc_json_text(item);
		if (strlen(specs[i]) != tc_json_text_length(item))
			return false;
	}
	return true;
}

int page_replace_faults(struct request *request)
{
	const char *specs[FAULTS_MAX];
	const char *why;
	size_t count, wrong;
	int status = allow(request);

	if (!status)
		status = body_read_object(request);
	if (status)
		return status;
	if (!read_specs(request->input, specs, &count))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected {\"faults\": [...]} with at most %d texts", FAULTS_MAX);
	if (!fault_replace(&request->sandbox->faults, specs, count, &wrong, &why))
		return refuse(request, INPUT_VALIDATION_ERROR, "faults[%zu], \"%s\": %s", wrong,
			specs[wrong], why);
	events_faults(request->sandbox);
	return write_faults(request);
}
