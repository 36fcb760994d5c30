/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/api.h"

static const struct option options[] = {
	{ "body", API_BODY, "FILE", "the body; - is standard input, the default" },
	{ "output", 'o', "FILE",
		"write the reply there, whole or not at all; in a folder the server names the "
		"file, and nothing is overwritten" },
	OPTION_ROW_SELECT,
	{ "live", API_LIVE, NULL,
		"services and functions as the deployment itself has them, be they newer or older "
		"than this client" },
	{ "refresh", API_REFRESH, NULL,
		"with --live: ask the deployment for them now; else what it said in the last hour "
		"counts" },
	{ "all", API_ALL, NULL, "every item of every page, each as a line of JSON" },
	{ "distinct", API_DISTINCT, NULL,
		"with --all: each item once, though the server's list repeats some" },
	{ "max-items", API_MAX_ITEMS, "N", "end after so many items, or events of a stream" },
	{ "once", API_ONCE, NULL,
		"end when the connection does; else it is made again, and a line on standard error "
		"tells when events may have been missed" },
	{ "dry-run", API_DRY_RUN, NULL,
		"print the request, without the secret, and do not send it" },
	{ "url", API_URL, NULL, "print the URL, and do not call it" },
	{ "signed-url", API_SIGNED_URL, NULL, "print a URL that anybody can GET for a while" },
	{ "expires", API_EXPIRES, "TIME", "how long: \"15m\" (the default), \"1 day 2 hours\", …" },
	{ "base-url", API_BASE_URL, "URL", "for classic services: {service} stands for the name" },
	{ "server-url", API_SERVER_URL, "URL", "where the server of another system is" },
	{ NULL, 0, NULL, NULL },
};

/* No service is called so. */
static const struct command *const besides[] = { &api_diff_command, NULL };

const struct command api_command = {
	.name = "api",
	.synopsis = "[<service> [<function> [arguments…] [--<query> VALUE …]]]",
	.summary = "call any function of any service, or list them",
	.details =
		"Alone it lists the services; with a service, that service's functions; --help "
		"behind a function explains it. The body, if the function has one, is read from "
		"standard input. The reply goes to standard output, byte by byte as the server "
		"sent it; JSON is indented on a terminal, and a redirect is the URL it leads "
		"to. Of a query value that is given several times the last counts, where there can "
		"be one only, and an empty one is left out, as scripts that page need it. Lists "
		"with --all, and streams of events, are lines of JSON that "
		"come as they arrive.\n\n"
		"The exit status is 0; 1 when the server refuses or cannot be reached; 2 when the "
		"command line, the configuration or the body is wrong.",
	.options = options,
	.besides = besides,
};
