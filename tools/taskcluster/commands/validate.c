/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/validate.h"

const struct command validate_json_command = {
	.name = "validate-json",
	.synopsis = "SCHEMA DOCUMENT",
	.summary = "check a document against a JSON schema",
};
