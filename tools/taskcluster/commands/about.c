/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/about.h"

const struct command scopes_command = {
	.name = "scopes",
	.synopsis = "",
	.summary = "who am I, and what may I: the credentials, and the scopes the server sees",
	.details = "What the credentials themselves say is printed first. With a root URL the auth "
		   "service is asked for the scopes they come to, roles expanded.",
};
