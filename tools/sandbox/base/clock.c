/* SPDX-License-Identifier: MPL-2.0 */

/* Alone in its file, so that a test can be linked with a clock of its own. */

#include "tools/sandbox/base/clock.h"

#include <time.h>

int64_t sandbox_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
