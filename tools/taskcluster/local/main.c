/* SPDX-License-Identifier: MPL-2.0 */

/* The part for commands that take no server, but tables or the settings. */

#include "tools/taskcluster/parts/parts.h"
#include "tools/taskcluster/parts/run.h"

int main(int argc, char **argv)
{
	static const struct action *const families[] = { NULL };

	(void)argc;
	return part_run(argv, families, PART_ONLINE);
}
