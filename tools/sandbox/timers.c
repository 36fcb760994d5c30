/* SPDX-License-Identifier: MPL-2.0 */
#include "timers.h"

#include "task.h"

/* A signal that arrives between two waits is noticed after this at the latest. */
#define WAIT_MAX_MS 500

int64_t timers_run(struct sandbox *sandbox)
{
	int64_t now = sandbox_now();

	if (now >= sandbox->due_ms)
		sandbox->due_ms = task_timers(sandbox, now);
	int64_t wait = sandbox->due_ms - now;
	if (wait > WAIT_MAX_MS)
		return WAIT_MAX_MS;
	return wait > 0 ? wait : 0;
}
