/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/validate.h"

static const struct option options[] = {
	{ "json", VALIDATE_JSON, NULL, "each problem as a line of JSON on standard output" },
	{ NULL, 0, NULL, NULL },
};

const struct command validate_json_command = {
	.name = "validate-json",
	.synopsis = "SCHEMA DOCUMENT",
	.summary = "check a document against a JSON schema",
	.details =
		"Each is a path, - for standard input, or a URL (file://, http://, https://), of "
		"JSON or, by its name or what it begins with, of YAML. The schema is one of JSON "
		"Schema draft 4, 6 or 7, as its $schema says, or else 7; one of another draft, or "
		"with a keyword or pattern that is not understood, is refused. What it refers to "
		"is read from beside it: files for a file, the same server for a URL.\n\n"
		"All is told on standard error: `The document is valid`, or a line for each "
		"problem, where (as a JSON pointer), what was expected, and what is there. A "
		"warning says what in the schema does not count. With --json a problem is "
		"{\"pointer\", \"problem\", \"value\"}.\n\n"
		"The exit status is 0 when it is valid; 1 when it is not, or a server failed; 2 "
		"when it cannot be said: no such file, no JSON, a schema that is not understood.",
	.options = options,
	.takes_file = true,
};
