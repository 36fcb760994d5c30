/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/unfinished.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
#define NUMBER_COUNT (sizeof numbers / sizeof *numbers)

/* What the handler may touch, and nothing else needs. */
static char *_Atomic unfinished;

static void on_signal(int number)
{
	char *path = unfinished;

	if (path)
		unlink(path);
	raise(number); /* which by now does what it always does: shells want to know */
}

static void watch(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		struct sigaction present;
		/* nohup and background jobs of old shells ignore some: that stays so */
		if (sigaction(numbers[i], NULL, &present) == 0 && present.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

int unfinished_begin(char *path)
{
	sigset_t ending, before;

	sigemptyset(&ending);
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		sigaddset(&ending, numbers[i]);
	/* none may come between the file and its name being known */
	sigprocmask(SIG_BLOCK, &ending, &before);
	int fd = mkstemp(path);
	unfinished = fd < 0 ? NULL : path;
	watch();
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

void unfinished_end(void)
{
	unfinished = NULL;
}
