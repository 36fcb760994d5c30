/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/shared/report.h"

#include <signal.h>
#include <stdio.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
#define NUMBER_COUNT (sizeof numbers / sizeof *numbers)

/* What the handler may touch. */
static tc_cancel *_Atomic cancel;
static void (*_Atomic stop_by)(void);
static volatile sig_atomic_t came;

static struct sigaction before[NUMBER_COUNT];

static void on_signal(int number)
{
	void (*stop)(void) = stop_by;

	came = number;
	if (stop)
		stop();
}

void stop_begin_by(void (*stop)(void))
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	came = 0;
	stop_by = stop;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		if (sigaction(numbers[i], NULL, &before[i]) == 0 && before[i].sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

static void fire(void)
{
	tc_cancel_fire(cancel);
}

tc_cancel *stop_begin(void)
{
	cancel = tc_cancel_new(NULL);
	if (cancel)
		stop_begin_by(fire);
	return cancel;
}

bool stop_came(void)
{
	return came != 0;
}

void stop_end_well(void)
{
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		sigaction(numbers[i], &before[i], NULL);
}

void stop_end(void)
{
	tc_cancel *ended = cancel;

	if (!ended)
		return;
	stop_end_well();
	cancel = NULL;
	tc_cancel_free(ended);
	if (!came)
		return;
	fflush(stdout);
	report_end(0);
	raise(came);
}
