/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/timers.h"

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/pulse/pulse.h"
#include "tools/sandbox/server/cleanup.h"
#include "tools/sandbox/services/hooks/hooks.h"
#include "tools/sandbox/tasks/task.h"

/* A signal that arrives between two waits is noticed after this at the latest. */
#define WAIT_MAX_MS 500

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t timers_run(struct sandbox *sandbox)
{
	int64_t now = sandbox_now();

	if (now >= sandbox->due_ms)
		sandbox->due_ms = task_timers(sandbox, now);
	if (now >= sandbox->hooks_ms)
		sandbox->hooks_ms = hooks_run(sandbox, now);
	if (now >= sandbox->cleanup_ms)
		sandbox->cleanup_ms = now + cleanup_run(sandbox, now);
	int64_t wait = least(sandbox->due_ms - now, pulse_run(sandbox, now));
	wait = least(wait, events_run(sandbox, now));
	wait = least(wait, sandbox->hooks_ms - now);
	wait = least(wait, least(sandbox->cleanup_ms - now, WAIT_MAX_MS));
	return wait > 0 ? wait : 0;
}
