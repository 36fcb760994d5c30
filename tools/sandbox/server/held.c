/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* POLLRDHUP */
#include "tools/sandbox/server/held.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/socket.h>

#define GONE_MS 1000 /* how often clients are looked for */

void held_forget(struct request *request)
{
	struct sandbox *sandbox = request->sandbox;

	if (!request->suspended)
		return;
	request->suspended = false;
	if (request->previous_held)
		request->previous_held->next_held = request->next_held;
	else
		sandbox->held = request->next_held;
	if (request->next_held)
		request->next_held->previous_held = request->previous_held;
}

void held_add(struct request *request)
{
	struct sandbox *sandbox = request->sandbox;

	request->suspended = true;
	request->was_held = true;
	request->previous_held = NULL;
	request->next_held = sandbox->held;
	if (sandbox->held)
		sandbox->held->previous_held = request;
	sandbox->held = request;
	if (request->wake_ms < sandbox->held_wake_ms)
		sandbox->held_wake_ms = request->wake_ms;
	MHD_suspend_connection(request->connection);
}

void held_resume(struct request *request)
{
	held_forget(request);
	MHD_resume_connection(request->connection);
}

bool held_is_gone(const struct request *request)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char byte;

	if (!info)
		return false;
	ssize_t length = recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (length < 0)
		return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
#ifdef POLLRDHUP
	/* with TLS the peer's farewell can still be read */
	struct pollfd end = { .fd = info->connect_fd, .events = POLLRDHUP };
	return length == 0 || (poll(&end, 1, 0) > 0 && end.revents);
#else
	return length == 0;
#endif
}

/* The daemon does not look at connections whose reply is held; nobody may wait for them. */
static void drop_gone(struct sandbox *sandbox)
{
	struct request *next;

	for (struct request *request = sandbox->held; request; request = next) {
		next = request->next_held;
		request->gone = held_is_gone(request);
		if (request->gone)
			held_resume(request);
	}
}

static void wake_due(struct sandbox *sandbox, int64_t now_ms)
{
	struct request *next;

	if (now_ms < sandbox->held_wake_ms)
		return;
	sandbox->held_wake_ms = HELD_NEVER;
	for (struct request *request = sandbox->held; request; request = next) {
		next = request->next_held;
		if (request->wake_ms <= now_ms)
			held_resume(request);
		else if (request->wake_ms < sandbox->held_wake_ms)
			sandbox->held_wake_ms = request->wake_ms;
	}
}

int64_t held_run(struct sandbox *sandbox, int64_t now_ms)
{
	if (now_ms >= sandbox->gone_ms) {
		drop_gone(sandbox);
		sandbox->gone_ms = now_ms + GONE_MS;
	}
	wake_due(sandbox, now_ms);
	int64_t wait_ms = sandbox->held_wake_ms - now_ms;
	return wait_ms > 0 ? wait_ms : 0;
}
