/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_sigpipe.h"

#include <errno.h>
#include <time.h>

void tc__hush_begin(struct tc__hush *hush)
{
	sigset_t pipe, pending;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigemptyset(&pending);
	sigpending(&pending);
	hush->pending = sigismember(&pending, SIGPIPE) == 1;
	hush->active = pthread_sigmask(SIG_BLOCK, &pipe, &hush->before) == 0;
}

void tc__hush_end(struct tc__hush *hush)
{
	const struct timespec now = { 0 };
	sigset_t pipe;

	if (!hush->active)
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	while (!hush->pending && sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
		continue;
	pthread_sigmask(SIG_SETMASK, &hush->before, NULL);
	hush->active = false;
}
