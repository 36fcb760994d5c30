/* SPDX-License-Identifier: MPL-2.0 */

/* taskcluster-worker: claims tasks and runs them. */

#include "tools/worker/mounts/mounts.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	if (errand_wanted(argc, argv))
		return errand_main(argc, argv);
	fputs("taskcluster-worker: there is no worker yet\n", stderr);
	return 2;
}
