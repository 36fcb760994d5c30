/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/sandbox.h"

#include "tools/sandbox/request/request.h"

#include <string.h>

void sandbox_due_by(struct sandbox *sandbox, int64_t when_ms)
{
	if (when_ms < sandbox->due_ms)
		sandbox->due_ms = when_ms;
}

int64_t sandbox_next_look(const struct sandbox *sandbox, int64_t when_ms)
{
	int64_t interval = sandbox->options.resolver_ms;

	if (interval <= 0 || when_ms > INT64_MAX - interval)
		return when_ms;
	return (when_ms + interval - 1) / interval * interval;
}

void sandbox_look_by(struct sandbox *sandbox, int64_t when_ms)
{
	sandbox_due_by(sandbox, sandbox_next_look(sandbox, when_ms));
}

size_t sandbox_origin_length(const struct sandbox *sandbox)
{
	const char *name = strstr(sandbox->root_url, "://") + 3;

	return (size_t)(name - sandbox->root_url) + strcspn(name, "/");
}

void sandbox_wake_by(struct request *request, int64_t when_ms)
{
	struct sandbox *sandbox = request->sandbox;

	if (!request->suspended || request->wake_ms <= when_ms)
		return;
	request->wake_ms = when_ms;
	if (when_ms < sandbox->held_wake_ms)
		sandbox->held_wake_ms = when_ms;
}

void sandbox_wake(struct sandbox *sandbox, const char *key)
{
	struct request *next;

	for (struct request *request = sandbox->held; request; request = next) {
		next = request->next_held;
		if (request->waits_for && strcmp(request->waits_for, key) == 0)
			sandbox->resume(request);
	}
}
