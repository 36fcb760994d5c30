/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/about.h"

static const struct option options[] = {
	{ "json", OPTION_OWN, NULL, "all of it as a line of JSON" },
	{ NULL, 0, NULL, NULL },
};

const struct command scopes_command = {
	.name = "scopes",
	.synopsis = "",
	.summary = "who am I, and what may I: the credentials, and the scopes the server sees",
	.details = "What the credentials themselves say is printed first. With a root URL the auth "
		   "service is asked for the scopes they come to, roles expanded.",
	.options = options,
};
