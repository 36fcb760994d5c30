/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/spawn_tmp.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
struct spawned {
	tc_loop *loop;
	pid_t pid;
	int pidfd, out;
	void (*output)(void *, const void *, size_t);
	void (*ended)(void *, const struct spawn_end *);
	void *data;
};
static void drain(struct spawned *s)
{
	char b[65536];
	ssize_t n;
	while ((n = read(s->out, b, sizeof b)) > 0)
		s->output(s->data, b, (size_t)n);
}
static void on_out(void *d, int fd, int ev)
{
	struct spawned *s = d;
	char b[65536];
	(void)ev;
	ssize_t n = read(fd, b, sizeof b);
	if (n > 0)
		s->output(s->data, b, (size_t)n);
	else if (n == 0)
		tc_loop_watch(s->loop, fd, 0, NULL, NULL, NULL);
}
static void on_exit_(void *d, int fd, int ev)
{
	struct spawned *s = d;
	struct spawn_end e;
	(void)ev;
	if (wait4(s->pid, &e.status, 0, &e.usage) != s->pid)
		return;
	kill(-s->pid, SIGKILL);
	tc_loop_watch(s->loop, fd, 0, NULL, NULL, NULL);
	drain(s);
	tc_loop_watch(s->loop, s->out, 0, NULL, NULL, NULL);
	s->pid = 0;
	s->ended(s->data, &e);
}
struct spawned *spawn_start(tc_loop *loop, const char *const *argv, char **env, const char *cwd,
	void (*output)(void *, const void *, size_t),
	void (*ended)(void *, const struct spawn_end *), void *data, long *pid, tc_error *err)
{
	struct spawned *s = calloc(1, sizeof *s);
	int out[2], er[2];
	int e = 0;
	*s = (struct spawned){ loop, 0, -1, -1, output, ended, data };
	pipe2(out, O_CLOEXEC);
	pipe2(er, O_CLOEXEC);
	s->pid = fork();
	if (!s->pid) {
		setsid();
		dup2(out[1], 1);
		dup2(out[1], 2);
		int n = open("/dev/null", O_RDONLY);
		dup2(n, 0);
		if (chdir(cwd) == 0)
			execvpe(argv[0], (char **)(uintptr_t)argv, env);
		e = errno;
		(void)!write(er[1], &e, sizeof e);
		_exit(127);
	}
	close(out[1]);
	close(er[1]);
	s->out = out[0];
	fcntl(s->out, F_SETFL, O_NONBLOCK);
	ssize_t n = read(er[0], &e, sizeof e);
	close(er[0]);
	if (n > 0) {
		tc_error_set(err, TC_ERROR_SYSTEM, "cannot start %s: %s", argv[0], strerror(e));
		waitpid(s->pid, NULL, 0);
		close(s->out);
		free(s);
		return NULL;
	}
	s->pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	tc_loop_watch(loop, s->pidfd, TC_LOOP_READ, on_exit_, s, NULL);
	tc_loop_watch(loop, s->out, TC_LOOP_READ, on_out, s, NULL);
	*pid = s->pid;
	return s;
}
void spawn_kill(struct spawned *s)
{
	if (s && s->pid)
		kill(-s->pid, SIGKILL);
}
void spawn_free(struct spawned *s)
{
	if (!s)
		return;
	spawn_kill(s);
	tc_loop_watch(s->loop, s->pidfd, 0, NULL, NULL, NULL);
	tc_loop_watch(s->loop, s->out, 0, NULL, NULL, NULL);
	close(s->pidfd);
	close(s->out);
	free(s);
}
