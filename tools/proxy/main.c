/* SPDX-License-Identifier: MPL-2.0 */

/* taskcluster-proxy: signs what a task sends to Taskcluster. Prints where it listens, then serves
 * until SIGTERM, SIGINT or the end of --credentials-fd. */

#include "tools/proxy/feed.h"
#include "tools/proxy/front.h"
#include "tools/streams/streams.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void prepare(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct rlimit limit;

	prctl(PR_SET_DUMPABLE, 0); /* nobody but root reads its memory or its environment */
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, NULL);
	/* a request may have three descriptors: its connection, the service's, and its body */
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What takes signals instead of a handler; -1: none. Until the loop runs they end it as ever. */
static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void on_signal(void *data, int fd, int events)
{
	struct proxy *proxy = data;

	(void)fd;
	(void)events;
	proxy->stopping = true;
}

static int start(struct proxy *proxy, tc_error *err)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	bool piped = proxy->options.credentials_fd >= 0;
	int rc = identity_open(&proxy->identity, &proxy->options, err);

	if (rc == TC_OK)
		rc = identity_add_task(&proxy->identity, err);
	if (rc == TC_OK)
		rc = piped ? feed_first(proxy, err)
			   : identity_set_from_environment(&proxy->identity, err);
	if (rc != TC_OK)
		return rc;
	options.in_flight = PROXY_REQUESTS_MAX; /* none waits for the long polling of others */
	proxy->loop = tc_loop_new(&options, err);
	if (!proxy->loop)
		return err->code;
	proxy->signals = open_signals();
	rc = tc_loop_watch(proxy->loop, proxy->signals, TC_LOOP_READ, on_signal, proxy, err);
	if (rc == TC_OK && piped)
		rc = feed_watch(proxy, err);
	return rc == TC_OK ? front_open(proxy, err) : rc;
}

static void announce(const struct proxy *proxy)
{
	const char *address = proxy->options.ip_address;
	bool v6 = strchr(address, ':') != NULL;

	if (strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0)
		fprintf(stderr,
			"taskcluster-proxy: warning: whoever reaches %s may use the scopes\n",
			address);
	printf("listening on http://%s%s%s:%u\n", v6 ? "[" : "", address, v6 ? "]" : "",
		proxy->port);
	fflush(stdout);
}

static int serve(struct proxy *proxy, tc_error *err)
{
	int rc = TC_OK;

	while (!proxy->stopping && rc == TC_OK) {
		front_turn(proxy);
		rc = tc_loop_poll(proxy->loop, front_wait_ms(proxy), err);
	}
	return rc;
}

int main(int argc, char **argv)
{
	static struct proxy proxy;
	tc_error err = TC_ERROR_INIT;

	streams_open();
	int rc = options_parse(&proxy.options, argc, argv);
	if (rc != OPTIONS_GO)
		return rc;
	prepare();
	rc = start(&proxy, &err);
	if (rc == TC_OK) {
		announce(&proxy);
		rc = serve(&proxy, &err);
	}
	if (rc != TC_OK)
		fprintf(stderr, "taskcluster-proxy: %s\n", tc_error_text(&err));
	front_close(&proxy);
	tc_loop_free(proxy.loop);
	identity_close(&proxy.identity);
	feed_close();
	if (proxy.signals > 0)
		close(proxy.signals);
	tc_error_clear(&err);
	return rc == TC_OK ? 0 : 1;
}
