/* SPDX-License-Identifier: MPL-2.0 */

/* taskcluster-sandbox: a Taskcluster on loopback. Prints what a shell must export, then serves
 * until SIGTERM or SIGINT. */

#include "tools/sandbox/page/page.h"
#include "tools/sandbox/server/http.h"
#include "tools/sandbox/server/options.h"
#include "tools/sandbox/server/start.h"
#include "tools/sandbox/server/timers.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
	(void)number;
	stopping = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

/* A connection is a descriptor; the usual limit is 1024. */
static void allow_connections(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void print_environment(const struct sandbox *sandbox)
{
	printf("export TASKCLUSTER_ROOT_URL='%s'\n", sandbox->root_url);
	printf("export TASKCLUSTER_CLIENT_ID='%s'\n", sandbox->options.client_id);
	printf("export TASKCLUSTER_ACCESS_TOKEN='%s'\n", sandbox->options.access_token);
	fflush(stdout);
}

static void serve(struct sandbox *sandbox)
{
	while (!stopping)
		http_run(sandbox, timers_run(sandbox));
}

int main(int argc, char **argv)
{
	struct sandbox sandbox = { 0 };
	tc_error err = TC_ERROR_INIT;
	int rc = options_parse(&sandbox, argc, argv);

	if (rc != OPTIONS_GO)
		return rc;
	catch_signals();
	allow_connections();
	rc = start_sandbox(&sandbox, &err);
	if (rc == TC_OK) {
		/* first, so that who has read the environment finds it */
		if (!sandbox.options.no_page)
			page_print_link(&sandbox);
		print_environment(&sandbox);
		serve(&sandbox);
	} else {
		fprintf(stderr, "taskcluster-sandbox: %s\n", tc_error_text(&err));
	}
	stop_sandbox(&sandbox);
	tc_error_clear(&err);
	return rc == TC_OK ? 0 : 1;
}
