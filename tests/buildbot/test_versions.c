/* SPDX-License-Identifier: MPL-2.0 */
/* Every function against the system's Buildbot, whatever its version (versions.h). */
#include "tests/harness/test.h"

#include "tests/buildbot/versions.h"
#include <stdio.h>

int main(void)
{
	struct version version;

	if (!version_try(NULL, &version)) {
		puts("there is no Buildbot here");
		return 77;
	}
	printf("Buildbot %s: %zu functions are not as they should be\n", version.name,
		version.wrong);
	int failed = version.wrong != 0;
	version_clear(&version);
	return failed;
}
