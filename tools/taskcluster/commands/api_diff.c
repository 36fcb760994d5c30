/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/api.h"

static const struct option options[] = {
	{ "service", DIFF_SERVICE, "NAME", "compare this service alone" },
	{ "json", DIFF_JSON, NULL, "print each change as a line of JSON" },
	{ NULL, 0, NULL, NULL },
};

const struct command api_diff_command = {
	.name = "diff",
	.whole_name = "api diff",
	.synopsis = "[A [B]]",
	.summary = "tell what differs between two references, and whom it breaks",
	.details =
		"A and B are each one of: builtin, the references that this client was made from "
		"(the default of A); live, the configured deployment (the default of B); the root "
		"URL of another; a path of a tree, of a bundle (references.json), or of a single "
		"reference. A is the older one: what B has and A has not is new.\n\n"
		"Each change is marked. \"breaks callers\": a call that was taken may be refused, "
		"or go elsewhere. \"breaks readers\": a reply or a message may have what was never "
		"promised, or lack what was. \"compatible\": neither. Patterns, formats, "
		"conditions and "
		"scopes of which it cannot be told count as breaking. Members that are new in "
		"replies break nobody, nor do new values of a list of texts. Descriptions are not "
		"compared.\n\n"
		"The exit status is 0 when nothing breaks; 1 when something does, or when a "
		"deployment "
		"cannot be read; 2 when the command line or a file is wrong.",
	.options = options,
	.takes_file = true,
};
