/* SPDX-License-Identifier: MPL-2.0 */

/* taskcluster-worker-helper: what stands between the worker and a task's command, or reads its
 * files (tools/worker/process). The worker can do that itself, started once more, but a program
 * that needs nothing of the network begins in a tenth of the time. It is of no use by hand. */

#include "tools/worker/process/spawn.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	if (process_wanted(argc, argv))
		return process_main(argc, argv);
	fputs("taskcluster-worker-helper: taskcluster-worker starts it\n", stderr);
	return 64;
}
