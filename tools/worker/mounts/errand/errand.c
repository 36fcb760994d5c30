/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */

#include "tools/worker/mounts/errand/errand.h"

#include "tools/worker/mounts/errand/order.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct errand {
	tc_loop *loop;
	pid_t pid;
	int report; /* what the child says */
	char text[ERRAND_REPORT_MAX + 1];
	size_t length;
	errand_fn *on_end;
	void *data;
};

/* ---- its end ---- */

static void end(struct errand *errand)
{
	tc_loop_watch(errand->loop, errand->report, 0, NULL, NULL, NULL);
	close(errand->report);
	while (waitpid(errand->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void errand_stop(struct errand *errand)
{
	if (!errand)
		return;
	kill(errand->pid, SIGKILL);
	end(errand);
	free(errand);
}

/* The last thing it says is how it went; without that it has died. */
static void tell(struct errand *errand)
{
	enum errand_end how = ERRAND_DIED;
	const char *text = "the process that worked on it has died";

	errand->text[errand->length] = '\0';
	if (errand->length && errand->text[0] >= '0' && errand->text[0] < '0' + ERRAND_DIED) {
		how = (enum errand_end)(errand->text[0] - '0');
		text = errand->text + 1;
	}
	errand->on_end(errand->data, how, text);
}

static void on_report(void *data, int fd, int events)
{
	struct errand *errand = data;
	char more[256];
	ssize_t length = read(fd, more, sizeof(more));

	(void)events;
	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (length > 0) {
		size_t room = ERRAND_REPORT_MAX - errand->length;
		size_t taken = (size_t)length < room ? (size_t)length : room;
		memcpy(errand->text + errand->length, more, taken);
		errand->length += taken;
		return;
	}
	end(errand);
	tell(errand);
	free(errand);
}

/* ---- its beginning ---- */

/* The descriptors that a child gets, beyond those that it gets them as; -1: none. */
struct passed {
	int source, folder, report;
};

static int pass(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, ERRAND_FD_END);
}

static void close_passed(const struct passed *passed)
{
	if (passed->source >= 0)
		close(passed->source);
	if (passed->folder >= 0)
		close(passed->folder);
	if (passed->report >= 0)
		close(passed->report);
}

static int set_descriptors(posix_spawn_file_actions_t *actions, const struct passed *passed)
{
	int rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, passed->report, STDOUT_FILENO);
	if (rc == 0 && passed->source >= 0)
		rc = posix_spawn_file_actions_adddup2(actions, passed->source, ERRAND_FD_SOURCE);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, passed->folder, ERRAND_FD_FOLDER);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, ERRAND_FD_END);
	return rc;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setpgroup(attributes, 0); /* a terminal's ^C is the worker's */
	return posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int spawn(
	struct errand *errand, const char *program, const struct passed *passed, char **arguments)
{
	static char *const nothing[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		rc = set_attributes(&attributes);
		if (rc == 0)
			rc = set_descriptors(&actions, passed);
		if (rc == 0)
			rc = posix_spawn(&errand->pid, program ? program : "/proc/self/exe",
				&actions, &attributes, arguments, nothing);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Starts the child; its report can be read then. */
static int start(
	struct errand *errand, const char *program, const struct errand_order *order, tc_error *err)
{
	struct order_words words;
	int ends[2], rc = EMFILE;

	order_write(order, &words);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "no pipe: %s", strerror(errno));
	struct passed passed = { pass(order->source), pass(order->folder), pass(ends[1]) };
	close(ends[1]);
	if (passed.folder >= 0 && passed.report >= 0 &&
		(passed.source >= 0) == (order->source >= 0))
		rc = spawn(errand, program, &passed, words.words);
	close_passed(&passed);
	errand->report = ends[0];
	if (rc == 0)
		return TC_OK;
	close(ends[0]);
	return tc_error_set(err, rc == ENOMEM ? TC_ERROR_NOMEM : TC_ERROR_SYSTEM,
		"%s cannot be started: %s", program ? program : "/proc/self/exe", strerror(rc));
}

int errand_start(tc_loop *loop, const char *program, const struct errand_order *order,
	errand_fn *on_end, void *data, struct errand **errand, tc_error *err)
{
	struct errand *made = calloc(1, sizeof(*made));

	*errand = NULL;
	if (!made)
		return tc__no_memory(err);
	made->loop = loop;
	made->on_end = on_end;
	made->data = data;
	int rc = start(made, program, order, err);
	if (rc != TC_OK) {
		free(made);
		return rc;
	}
	rc = tc_loop_watch(loop, made->report, TC_LOOP_READ, on_report, made, err);
	if (rc == TC_OK)
		*errand = made;
	else
		errand_stop(made);
	return rc;
}
