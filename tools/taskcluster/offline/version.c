/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/version.h"
#include "tools/taskcluster/offline/offline.h"

#include <taskcluster/registry.h>
#include <taskcluster/version.h>

#include <stdio.h>
#include <string.h>

enum { VERSION_SERVER = OPTION_OWN };

static const struct option options[] = {
	{ "short-version", 's', NULL, "only the release of Taskcluster, such as 106.0.0" },
	{ "server", VERSION_SERVER, NULL,
		"ask the server for its release, and how many functions differ" },
	{ NULL, 0, NULL, NULL },
};

const char *version_release(void)
{
	static char release[32];
	const char *known = tc_find_service("auth")->release; /* all services are of one */

	if (!known)
		return "unknown";
	known += *known == 'v';
	/* the references say which: of each release there is one set of them */
	snprintf(release, sizeof release, "%s%s", known, strchr(known, '.') ? "" : ".0.0");
	return release;
}

/* The words of the official client, whose users compare with releases of Taskcluster. */
void version_print(void)
{
	printf("taskcluster version %s (libtaskcluster %s)\n", version_release(), tc_sdk_version());
}

static int run(struct arguments *arguments)
{
	bool brief = false, server = false;
	int id;

	while ((id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&version_command);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (id == OPTION_WORD)
			return usage_error(
				"version takes no argument, such as \"%s\"", arguments->value);
		brief = brief || id == 's';
		server = server || id == VERSION_SERVER;
	}
	if (server)
		return COMMAND_ONLINE;
	if (brief)
		puts(version_release());
	else
		version_print();
	return 0;
}

const struct command version_command = {
	.name = "version",
	.synopsis = "",
	.summary = "print the release of Taskcluster that this client is for, and its own version",
	.details = "No server is asked without --server. `taskcluster --version` prints the "
		   "version of this client alone.",
	.options = options,
	.run = run,
};
