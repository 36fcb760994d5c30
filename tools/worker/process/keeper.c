/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* wait4, pipe2 */

#include "tools/worker/process/keeper.h"

#include "tools/worker/process/helper.h"
#include "tools/worker/process/kin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILL_WAIT_NS ((int64_t)10 * 1000000000)
#define FREEZE_AFTER 3 /* rounds: who forks as fast as it is killed is stopped first */
#define STOP_ROUNDS 5

struct keeper {
	struct keeper_order *order;
	int signals; /* SIGCHLD */
	pid_t leader;
	int64_t begun_ns;
	bool leader_ended, childless;
	struct keeper_report end;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void report(const struct keeper_report *said)
{
	/* without the worker nobody wants to know */
	send(HELPER_FD_TALK, said, sizeof(*said), MSG_NOSIGNAL);
}

/* ---- whoever ends ---- */

static void reap(struct keeper *keeper)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		if (pid != keeper->leader || keeper->leader_ended)
			continue;
		keeper->leader_ended = true;
		keeper->end.status = status;
		keeper->end.usage = usage;
		keeper->end.wall_ns = now_ns() - keeper->begun_ns;
	}
	keeper->childless = pid < 0 && errno == ECHILD;
}

/* Waits for a child's end or the worker's word; whether the latter came. `ms` -1: as long as it
 * takes. `listen` false: only for children. */
static bool wait_for(struct keeper *keeper, bool listen, int ms)
{
	struct pollfd fds[2] = { { .fd = keeper->signals, .events = POLLIN },
		{ .fd = listen ? HELPER_FD_TALK : -1, .events = POLLIN } };
	struct signalfd_siginfo info;

	if (poll(fds, 2, ms) <= 0)
		return false;
	if (fds[0].revents && read(keeper->signals, &info, sizeof(info)) < 0)
		fds[0].revents = 0;
	reap(keeper);
	return fds[1].revents != 0; /* a word, or its end: both mean the same */
}

/* ---- killing ---- */

/* As the user, to whom the kernel shows all that are its own at one moment, so that nobody forks
 * away. Its processes may stop this one: it is not waited for long. */
static void kill_as_user(const struct keeper *keeper)
{
	const struct keeper_order *order = keeper->order;
	pid_t pid = fork();

	if (pid == 0) {
		if (user_become(order->uid, order->gid, order->groups, order->groups_count) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	for (int ms = 0; pid > 0 && ms < 1000; ms += 5) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		poll(NULL, 0, 5);
	}
	if (pid > 0)
		kill(pid,
			SIGKILL); /* our own child that was not waited for: nobody else's number */
}

static void kill_round(const struct keeper *keeper, int round)
{
	if (round == FREEZE_AFTER) /* they take all the time there is; not everybody may do this */
		setpriority(PRIO_PROCESS, 0, -20);
	if (keeper->order->alone && round % FREEZE_AFTER == 0)
		kill_as_user(keeper);
	for (int i = 0; round >= FREEZE_AFTER && i < STOP_ROUNDS; i++)
		kin_signal_descendants(SIGSTOP);
	int found = kin_signal_descendants(SIGKILL);
	if (found <= 0 && !keeper->leader_ended)
		kill(-keeper->leader, SIGKILL); /* /proc is not there: its group at least */
}

/* All that have not ended descend from this process, as it is whom orphans come to. */
static void kill_until(struct keeper *keeper, int64_t end_ns)
{
	for (int round = 0; !keeper->childless && now_ns() < end_ns; round++) {
		kill_round(keeper, round);
		reap(keeper);
		if (!keeper->childless)
			wait_for(keeper, false, round < 50 ? 1 + round : 50);
	}
}

static void kill_all(struct keeper *keeper)
{
	reap(keeper);
	if (keeper->childless && keeper->order->alone)
		kill_as_user(keeper); /* what others have started for it */
	kill_until(keeper, now_ns() + KILL_WAIT_NS);
	if (!keeper->childless)
		keeper->end.left = kin_signal_descendants(SIGKILL);
	report(&keeper->end);
	close(HELPER_FD_TALK); /* nobody waits for what the kernel does not let go of, but this does
				*/
	kill_until(keeper, INT64_MAX);
}

/* ---- from beginning to end ---- */

static void close_on_exec(void)
{
	for (int fd = HELPER_FD_TALK; fd < HELPER_FD_END; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static bool prepare(struct keeper *keeper)
{
	sigset_t signals;

	close_on_exec();
	keeper->order = keeper_order_read(HELPER_FD_ORDER);
	close(HELPER_FD_ORDER);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	keeper->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return keeper->order && keeper->signals >= 0 &&
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

/* Starts the command; false, and *failure, when it could not be. */
static bool start(struct keeper *keeper, struct keeper_report *failure)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		goto failed;
	keeper->begun_ns = now_ns();
	keeper->leader = fork();
	if (keeper->leader == 0)
		command_run(keeper->order, ends[1]);
	close(ends[1]);
	ssize_t length = 0;
	if (keeper->leader > 0) {
		do {
			length = read(ends[0], failure, sizeof(*failure));
		} while (length < 0 && errno == EINTR);
	}
	close(ends[0]);
	if (keeper->leader > 0)
		return length <= 0;
failed:
	failure->problem = errno;
	return false;
}

int keeper_main(void)
{
	struct keeper keeper = { .end = { .event = KEEPER_ENDED } };
	struct keeper_report said = { .event = KEEPER_FAILED, .step = "its keeper" };
	bool told = false;

	if (!prepare(&keeper)) {
		said.problem = errno;
		report(&said);
		_exit(1);
	}
	if (!start(&keeper, &said)) {
		report(&said);
		_exit(1);
	}
	said = (struct keeper_report){ .event = KEEPER_STARTED, .pid = keeper.leader };
	report(&said);
	close(HELPER_FD_OUTPUT); /* which is the command's */
	close(HELPER_FD_FOLDER);
	while (!keeper.leader_ended && !told)
		told = wait_for(&keeper, true, -1);
	kill_all(&keeper);
	_exit(0);
}
