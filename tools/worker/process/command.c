/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* environ, execvp beside it */

/* From the keeper's child to the command. */

#include "tools/worker/process/helper.h"
#include "tools/worker/process/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void give_up(int tell, const char *step)
{
	struct keeper_report report = { .event = KEEPER_FAILED, .problem = errno };

	snprintf(report.step, sizeof(report.step), "%s", step);
	if (write(tell, &report, sizeof(report)) < 0)
		_exit(126);
	_exit(127);
}

/* What a service manager has done for the worker alone: it would be spared when memory is short. */
static void reset_oom_score(void)
{
	char text[16] = "";
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) > 0 && text[0] == '-' && write(fd, "0", 1) < 0)
		text[0] = '\0'; /* it stays as it is */
	close(fd);
}

static void set_soft(struct rlimit *limit, int64_t soft)
{
	limit->rlim_cur = soft == INT64_MAX ? RLIM_INFINITY : (rlim_t)soft;
	if (limit->rlim_cur > limit->rlim_max)
		limit->rlim_cur = limit->rlim_max;
}

/* Which limit it is has a type of its own here and none there, so it is named each time. */
static bool set_limits(int64_t core, int64_t nofile)
{
	struct rlimit limit = { 0 };
	bool good = true;

	if (core >= 0) {
		good = getrlimit(RLIMIT_CORE, &limit) == 0;
		set_soft(&limit, core);
		good = good && setrlimit(RLIMIT_CORE, &limit) == 0;
	}
	if (good && nofile >= 0) {
		good = getrlimit(RLIMIT_NOFILE, &limit) == 0;
		set_soft(&limit, nofile);
		good = good && setrlimit(RLIMIT_NOFILE, &limit) == 0;
	}
	return good;
}

/* By system calls: the library keeps two signals to itself, which whoever started the worker may
 * have ignored. All of the kernel's struct is zero for SIG_DFL. */
static void reset_signals(void)
{
	static const unsigned long all_default[16];
	sigset_t none;

	for (int number = 1; number <= SIGRTMAX; number++)
		syscall(SYS_rt_sigaction, number, all_default, NULL, SIGRTMAX / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A pipe belongs to whoever made it, and what opens /dev/stdout or /dev/stderr by name would be
 * refused. Nobody else has this one. */
static void give_output(uid_t uid, gid_t gid)
{
	struct stat facts;

	if (fstat(STDOUT_FILENO, &facts) != 0 || !S_ISFIFO(facts.st_mode))
		return;
	if (fchown(STDOUT_FILENO, uid, gid) != 0)
		return; /* then only those who open it by name notice */
}

void command_run(const struct keeper_order *order, int tell)
{
	pid_t keeper = getppid();

	if (setsid() < 0)
		give_up(tell, "it gets no session of its own");
	if (dup2(HELPER_FD_OUTPUT, STDOUT_FILENO) < 0 ||
		dup2(HELPER_FD_OUTPUT, STDERR_FILENO) < 0 ||
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO) < 0)
		give_up(tell, "it gets no output");
	umask(022);
	reset_oom_score();
	if (!set_limits(order->core, order->nofile))
		give_up(tell, "its limits cannot be set");
	if (order->as_user) {
		give_output(order->uid, order->gid);
		errno = user_become(order->uid, order->gid, order->groups, order->groups_count);
		if (errno)
			give_up(tell, "it cannot become the tasks' user");
	}
	if (fchdir(HELPER_FD_FOLDER) != 0)
		give_up(tell, "it cannot enter its folder");
	reset_signals();
	/* after the change of user, which forgets it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != keeper)
		give_up(tell, "its keeper is gone");
	environ = order->environment;
	execvp(order->arguments[0], order->arguments);
	give_up(tell, "");
}
