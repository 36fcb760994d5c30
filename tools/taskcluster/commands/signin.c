/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/signin.h"

static const struct option options[] = {
	{ "scope", 's', "SCOPE",
		"one that the client is to have, as often as wanted; else *, all" },
	{ "expires", SIGNIN_EXPIRES, "TIME", "how long the client lives; \"1d\"" },
	{ "name", 'n', "NAME", "what its name begins with; cli" },
	{ "save", SIGNIN_SAVE, NULL,
		"write the credentials to the file in place of printing them" },
	{ "csh", SIGNIN_CSH, NULL, "print them for csh" },
	{ "check", SIGNIN_CHECK, NULL,
		"only look whether there are credentials that are accepted" },
	{ "port", 'p', "PORT", "where the browser's answer is awaited; else any port" },
	{ "timeout", SIGNIN_TIMEOUT, "SECONDS", "how long it is awaited; 300" },
	{ NULL, 0, NULL, NULL },
};

const struct command signin_command = {
	.name = "signin",
	.synopsis = "",
	.summary = "get credentials by way of a browser",
	.details =
		"A browser opens the deployment's page that makes a client. What the page makes "
		"comes back to this program, which tries it, and prints it for a shell to take:\n\n"
		"    eval `taskcluster signin`\n\n"
		"BROWSER names the program that opens pages; where there is none the page's "
		"address is printed. With --check the exit status is 0 when there are credentials "
		"that the "
		"server accepts, and else 1.",
	.options = options,
};
