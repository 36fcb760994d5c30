/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/signin.h"

const struct command signin_command = {
	.name = "signin",
	.synopsis = "",
	.summary = "get credentials by way of a browser",
};
