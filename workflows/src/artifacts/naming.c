/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/naming.h"

#include <string.h>

#define NAME_MAX_LENGTH 1024
#define TYPE_MAX_LENGTH 255

/* What can stand in a URL and a header. */
static int check_text(const char *what, const char *text, size_t most, tc_error *err)
{
	if (!text || !*text)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "%s is %s", what, text ? "empty" : "NULL");
	if (strlen(text) > most)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s has %zu characters; expected up to %zu", what, strlen(text), most);
	for (const char *at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"%s has a byte 0x%02x at %td; expected printable ASCII", what,
				(unsigned char)*at, at - text);
	return TC_OK;
}

int tc__check_name(const char *name, tc_error *err)
{
	return check_text("name", name, NAME_MAX_LENGTH, err);
}

int tc__check_type(const char *type, tc_error *err)
{
	return type ? check_text("content_type", type, TYPE_MAX_LENGTH, err) : TC_OK;
}

int tc__check_made(const struct tc_artifact *artifact, tc_error *err)
{
	if (!artifact || !artifact->task_id || !artifact->run_id)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL",
			!artifact                   ? "artifact"
				: artifact->task_id ? "artifact->run_id"
						    : "artifact->task_id");
	if (artifact->index)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"artifact->index is set; artifacts are made by task and run");
	return tc__check_name(artifact->name, err);
}
