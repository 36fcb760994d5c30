/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* socketpair's SOCK_CLOEXEC */

#include "tools/worker/process/spawn.h"

#include "tools/worker/process/helper.h"
#include "tools/worker/process/kin.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINGER_MS 15000 /* more than a keeper takes */

struct process {
	tc_loop *loop;
	pid_t keeper;
	int talk;
	char *name;   /* of the command, for messages */
	pid_t leader; /* 0: has not begun */
	uint64_t leader_start;
	struct keeper_report last; /* ENDED or FAILED; event 0: none came */
	process_started_fn *on_started;
	process_end_fn *on_end; /* NULL: nobody wants to know any more */
	void *data;
	bool talking;    /* the keeper has not ended */
	uint64_t linger; /* a timer, when it was freed before */
};

/* ---- its end ---- */

static void destroy(struct process *process)
{
	free(process->name);
	free(process);
}

static void end_talk(struct process *process)
{
	tc_loop_watch(process->loop, process->talk, 0, NULL, NULL, NULL);
	close(process->talk);
	process->talking = false;
}

/* Whose socket has ended: it is dead, or is just dying. */
static int wait_for_keeper(const struct process *process)
{
	int status = 0;

	while (waitpid(process->keeper, &status, 0) < 0) {
		if (errno != EINTR)
			return 0;
	}
	return status;
}

/* A keeper that was killed itself has taken the command with it (PR_SET_PDEATHSIG). */
static void say_lost(const struct process *process, int status, tc_error *err)
{
	if (process->leader)
		kin_kill_session(process->leader, process->leader_start);
	tc_error_set(err, TC_ERROR_SYSTEM, "nobody knows how %s ended: its keeper has died (%s %d)",
		process->name, WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void say_failed(const struct process *process, tc_error *err)
{
	const struct keeper_report *last = &process->last;

	tc_error_set(err, last->problem == ENOMEM ? TC_ERROR_NOMEM : TC_ERROR_SYSTEM,
		"%s cannot be started: %s%s%s", process->name, last->step, *last->step ? ": " : "",
		strerror(last->problem));
}

static void finish(struct process *process)
{
	tc_error err = TC_ERROR_INIT;
	const struct keeper_report *last = &process->last;

	end_talk(process);
	/* one that has something left to kill goes on */
	int status = last->left ? 0 : wait_for_keeper(process);
	if (!process->on_end) {
		tc_loop_timer_cancel(process->loop, process->linger);
		destroy(process);
		return;
	}
	if (last->event == KEEPER_FAILED)
		say_failed(process, &err);
	else if (last->event != KEEPER_ENDED)
		say_lost(process, status, &err);
	const struct process_end end = { .err = err.code ? &err : NULL,
		.started = process->leader != 0,
		.status = last->status,
		.usage = last->usage,
		.wall_ns = last->wall_ns,
		.left = last->left };
	process->on_end(process->data, &end); /* which may free it */
	tc_error_clear(&err);
}

/* ---- what the keeper says ---- */

static void take(struct process *process, const struct keeper_report *said)
{
	if (said->event != KEEPER_STARTED) {
		process->last = *said;
		return;
	}
	process->leader = said->pid;
	process->leader_start = kin_start(said->pid);
	if (process->on_started && process->on_end)
		process->on_started(process->data, said->pid);
}

static void on_talk(void *data, int fd, int events)
{
	struct process *process = data;
	struct keeper_report said;
	ssize_t length = recv(fd, &said, sizeof(said), MSG_DONTWAIT);

	(void)events;
	/* the last says that the keeper has not read all that it was told; what it has said comes
	 * yet */
	if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == ECONNRESET))
		return;
	if (length == (ssize_t)sizeof(said))
		take(process, &said);
	else
		finish(process);
}

/* ---- its beginning ---- */

static int start(struct process *process, const struct process_order *order, tc_error *err)
{
	static const char *const words[] = { "taskcluster-worker", KEEPER_WORD, NULL };
	struct helper_fds fds = { .folder = order->folder, .output = order->output };
	int ends[2];

	fds.order = keeper_order_write(order, err);
	if (fds.order < 0)
		return err ? err->code : TC_ERROR_SYSTEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		close(fds.order);
		return tc_error_set(err, TC_ERROR_SYSTEM, "no socket for a command's keeper: %s",
			strerror(errno));
	}
	fds.talk = ends[1];
	process->talk = ends[0];
	process->keeper = helper_start(order->program, words, &fds, err);
	close(ends[1]);
	close(fds.order);
	if (process->keeper > 0)
		return TC_OK;
	close(process->talk);
	return TC_ERROR_SYSTEM;
}

static int check(const struct process_order *order, tc_error *err)
{
	if (!order->arguments || !order->arguments[0] || !order->environment)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"a command needs a first word, and an environment, which may be empty");
	return TC_OK;
}

int process_start(tc_loop *loop, const struct process_order *order, process_started_fn *on_started,
	process_end_fn *on_end, void *data, struct process **process, tc_error *err)
{
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	*process = NULL;
	if (!err)
		err = &own;
	int rc = check(order, err);
	struct process *made = rc == TC_OK ? calloc(1, sizeof(*made)) : NULL;
	if (rc == TC_OK && !made)
		rc = tc__no_memory(err);
	if (rc == TC_OK)
		rc = tc__text_copy(&made->name, order->arguments[0], err);
	if (rc == TC_OK) {
		made->loop = loop;
		made->on_started = on_started;
		made->on_end = on_end;
		made->data = data;
		rc = start(made, order, err);
	}
	if (rc == TC_OK) {
		made->talking = true;
		rc = tc_loop_watch(loop, made->talk, TC_LOOP_READ, on_talk, made, err);
		if (rc != TC_OK) {
			end_talk(made); /* which ends the keeper, too */
			wait_for_keeper(made);
		}
	}
	if (rc == TC_OK)
		*process = made;
	else if (made)
		destroy(made);
	tc_error_clear(&own);
	return rc;
}

/* ---- making it end ---- */

void process_kill(struct process *process)
{
	static const char word = KEEPER_KILL;

	if (process && process->talking)
		send(process->talk, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The keeper is stuck, or the loop ends before it has: it goes on alone, without a reader. */
static void give_up(void *data, uint64_t timer)
{
	struct process *process = data;

	(void)timer;
	end_talk(process);
	waitpid(process->keeper, NULL, WNOHANG);
	destroy(process);
}

void process_free(struct process *process)
{
	if (!process)
		return;
	process->on_end = NULL;
	if (!process->talking) {
		destroy(process);
		return;
	}
	process_kill(process);
	if (tc_loop_timer_or_end(process->loop, LINGER_MS, give_up, give_up, process,
		    &process->linger, NULL) != TC_OK)
		give_up(process, 0);
}
