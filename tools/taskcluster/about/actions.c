/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/commands/about.h"
#include "tools/taskcluster/offline/offline.h"

const struct action about_actions[] = {
	{ &scopes_command, about_scopes },
	{ &version_command, about_version },
	{ NULL, NULL },
};
