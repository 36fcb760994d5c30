/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/naming.h"

#include <string.h>

#define NAME_MAX_LENGTH 1024

int tc__check_name(const char *name, tc_error *err)
{
	if (!name || !*name)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, name ? "name is empty" : "name is NULL");
	if (strlen(name) > NAME_MAX_LENGTH)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"name has %zu characters; expected up to %d", strlen(name),
			NAME_MAX_LENGTH);
	for (const char *at = name; *at; at++)
		if (*at < ' ' || *at > '~')
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"name has a byte 0x%02x at %td; expected printable ASCII",
				(unsigned char)*at, at - name);
	return TC_OK;
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
