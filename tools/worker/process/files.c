/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* SOCK_CLOEXEC, MSG_CMSG_CLOEXEC */

#include "tools/worker/process/files.h"

#include "tools/worker/process/agent.h"
#include "tools/worker/process/helper.h"
#include "tools/worker/process/inside.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_S 30

struct task_files {
	int folder;
	char *path;
	pid_t agent; /* 0: none, or no more */
	int talk;    /* -1: this process opens files itself */
	bool broken; /* the agent has gone */
};

const char *task_files_reason(enum task_files_problem problem)
{
	switch (problem) {
	case FILES_MISSING:
		return "file-missing-on-worker";
	case FILES_UNREADABLE:
		return "file-not-readable-on-worker";
	case FILES_INVALID:
		return "invalid-resource-on-worker";
	default:
		return NULL;
	}
}

/* ---- what is wrong ---- */

static const struct {
	int problem;
	enum task_files_problem means;
	const char *text; /* NULL: the system's */
} meanings[] = {
	{ ENOENT, FILES_MISSING, "it is not there" },
	{ ENOTDIR, FILES_MISSING, "it is not there: a part of its path is no folder" },
	{ EACCES, FILES_UNREADABLE, "the task's user may not read it" },
	{ EPERM, FILES_UNREADABLE, "the task's user may not read it" },
	{ EXDEV, FILES_INVALID, "it leads out of the task's folder" },
	{ ELOOP, FILES_INVALID, "it is a link that leads in circles, or where none may" },
	{ ENAMETOOLONG, FILES_INVALID, NULL },
	{ ENXIO, FILES_INVALID, "it is no plain file" },
	{ INSIDE_FOLDER, FILES_INVALID, "it is a folder, and no file" },
	{ INSIDE_SPECIAL, FILES_INVALID, "it is no plain file" },
	{ INSIDE_NO_FOLDER, FILES_INVALID, "it is a file, and no folder" },
};

static enum task_files_problem say(int problem, tc_error *err)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].problem != problem)
			continue;
		tc_error_set(err, TC_ERROR_SYSTEM, "%s",
			meanings[i].text ? meanings[i].text : strerror(problem));
		return meanings[i].means;
	}
	if (problem == 0)
		return FILES_FINE;
	tc_error_set(
		err, problem == ENOMEM ? TC_ERROR_NOMEM : TC_ERROR_SYSTEM, "%s", strerror(problem));
	return FILES_BROKEN;
}

/* The path inside of the folder, of a path that may be absolute; NULL: it is another's. */
static const char *inside_path(const struct task_files *files, const char *path)
{
	size_t length = strlen(files->path);

	if (*path != '/')
		return *path ? path : ".";
	while (length > 1 && files->path[length - 1] == '/')
		length--;
	if (strncmp(path, files->path, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	path += length;
	path += strspn(path, "/");
	return *path ? path : ".";
}

/* ---- the agent ---- */

static void end_agent(struct task_files *files)
{
	if (files->talk >= 0)
		close(files->talk);
	files->talk = -1;
	if (files->agent <= 0)
		return;
	kill(files->agent, SIGKILL);
	while (waitpid(files->agent, NULL, 0) < 0 && errno == EINTR)
		;
	files->agent = 0;
}

static enum task_files_problem lose_agent(struct task_files *files, tc_error *err)
{
	int problem = errno;

	end_agent(files);
	files->broken = true;
	tc_error_set(err, TC_ERROR_SYSTEM, "who reads files as the task's user %s",
		problem == EAGAIN ? "has not answered in time" : "is gone");
	return FILES_BROKEN;
}

static int take_descriptor(struct msghdr *message)
{
	int fd = -1;

	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head;
		head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(head), sizeof(int));
	}
	return fd;
}

/* One message into `bytes` (of AGENT_MESSAGE_MAX); its length, or -1: it is no answer. *fd: what
 * came with it, or -1. */
static ssize_t receive(const struct task_files *files, char *bytes, int *fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec where = { .iov_base = bytes, .iov_len = AGENT_MESSAGE_MAX };
	struct msghdr message = { .msg_iov = &where,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t length;

	errno = 0;
	do {
		length = recvmsg(files->talk, &message, MSG_CMSG_CLOEXEC);
	} while (length < 0 && errno == EINTR);
	*fd = length >= 0 ? take_descriptor(&message) : -1;
	return length < (ssize_t)sizeof(struct agent_reply) ? -1 : length;
}

static bool ask(const struct task_files *files, char letter, const char *path)
{
	char question[AGENT_MESSAGE_MAX];
	int length = snprintf(question, sizeof(question), "%c%s", letter, path);

	errno = 0;
	return send(files->talk, question, (size_t)length, MSG_NOSIGNAL) == length;
}

static int start_agent(
	struct task_files *files, const struct user *user, const char *program, tc_error *err)
{
	char numbers[USER_GROUPS_MAX + 2][12];
	const char *words[USER_GROUPS_MAX + 5] = { "taskcluster-worker", AGENT_WORD, numbers[0],
		numbers[1] };
	struct timeval wait = { .tv_sec = WAIT_S };
	int ends[2];

	snprintf(numbers[0], sizeof(numbers[0]), "%u", (unsigned)user->uid);
	snprintf(numbers[1], sizeof(numbers[1]), "%u", (unsigned)user->gid);
	for (size_t i = 0; i < user->groups_count; i++) {
		snprintf(numbers[i + 2], sizeof(numbers[0]), "%u", (unsigned)user->groups[i]);
		words[i + 4] = numbers[i + 2];
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return tc_error_set(
			err, TC_ERROR_SYSTEM, "no socket for who reads files: %s", strerror(errno));
	files->talk = ends[0];
	setsockopt(files->talk, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(files->talk, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	const struct helper_fds fds = {
		.talk = ends[1], .folder = files->folder, .order = -1, .output = -1
	};
	files->agent = helper_start(program, words, &fds, err);
	close(ends[1]);
	return files->agent > 0 ? TC_OK : TC_ERROR_SYSTEM;
}

/* It says first whether it has become the user. */
static int meet_agent(struct task_files *files, const struct user *user, tc_error *err)
{
	char bytes[AGENT_MESSAGE_MAX];
	struct agent_reply reply;
	int fd;

	if (receive(files, bytes, &fd) < 0) {
		lose_agent(files, err);
		return TC_ERROR_SYSTEM;
	}
	memcpy(&reply, bytes, sizeof(reply));
	return reply.problem == 0 ? TC_OK
				  : tc_error_set(err, TC_ERROR_SYSTEM,
					    "this process cannot read files as user %s: %s",
					    user->name, strerror(reply.problem));
}

/* ---- */

int task_files_new(int folder, const char *path, const struct user *user, const char *program,
	struct task_files **files, tc_error *err)
{
	struct task_files *made = calloc(1, sizeof(*made));

	tc_error_clear(err);
	*files = NULL;
	if (!made)
		return tc__no_memory(err);
	made->talk = -1;
	made->folder = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	int rc = made->folder >= 0 ? tc__text_copy(&made->path, path, err)
				   : tc_error_set(err, TC_ERROR_SYSTEM, "the task's folder %s: %s",
					     path, strerror(errno));
	if (rc == TC_OK && user)
		rc = start_agent(made, user, program, err);
	if (rc == TC_OK && user)
		rc = meet_agent(made, user, err);
	if (rc == TC_OK)
		*files = made;
	else
		task_files_free(made);
	return rc;
}

void task_files_free(struct task_files *files)
{
	if (!files)
		return;
	end_agent(files);
	if (files->folder >= 0)
		close(files->folder);
	free(files->path);
	free(files);
}

/* Where it is inside the folder; NULL: *problem says why not. */
static const char *locate(
	struct task_files *files, const char *path, enum task_files_problem *problem, tc_error *err)
{
	const char *inside = inside_path(files, path);

	tc_error_clear(err);
	if (files->broken) {
		errno = 0;
		*problem = lose_agent(files, err);
		return NULL;
	}
	*problem = !inside                   ? say(EXDEV, err)
		: strlen(inside) >= PATH_MAX ? say(ENAMETOOLONG, err)
					     : FILES_FINE;
	return *problem == FILES_FINE ? inside : NULL;
}

static enum task_files_problem ask_to_open(
	struct task_files *files, const char *path, int *fd, tc_error *err)
{
	char bytes[AGENT_MESSAGE_MAX];
	struct agent_reply reply;

	if (!ask(files, AGENT_OPEN, path) || receive(files, bytes, fd) < 0)
		return lose_agent(files, err);
	memcpy(&reply, bytes, sizeof(reply));
	struct stat facts;
	if (reply.problem == 0 && (*fd < 0 || fstat(*fd, &facts) != 0 || !S_ISREG(facts.st_mode)))
		return lose_agent(files, err);
	return say(reply.problem, err);
}

enum task_files_problem task_files_open(
	struct task_files *files, const char *path, int *fd, tc_error *err)
{
	enum task_files_problem problem;
	int number;

	*fd = -1;
	path = locate(files, path, &problem, err);
	if (!path)
		return problem;
	if (files->talk < 0) {
		*fd = inside_open_file(files->folder, path, &number);
		return say(number, err);
	}
	problem = ask_to_open(files, path, fd, err);
	if (problem != FILES_FINE && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return problem;
}

/* ---- listing ---- */

struct telling {
	task_files_fn *each;
	void *data;
	size_t left;
	bool ended, too_many;
};

static bool tell(void *data, const char *name)
{
	struct telling *telling = data;

	if (telling->ended || telling->too_many)
		return false;
	if (telling->left == 0)
		telling->too_many = true;
	else {
		telling->left--;
		telling->ended = !telling->each(telling->data, name);
	}
	return !telling->ended && !telling->too_many;
}

static void tell_names(struct telling *telling, char *bytes, ssize_t length)
{
	char *at = bytes + sizeof(struct agent_reply);
	char *end = bytes + length;

	while (at < end) {
		char *nul = memchr(at, '\0', (size_t)(end - at));
		if (!nul || !tell(telling, at))
			return;
		at = nul + 1;
	}
}

/* All that comes is read, told or not, so that the next answer is the next question's. */
static enum task_files_problem ask_for_list(
	struct task_files *files, const char *path, struct telling *telling, tc_error *err)
{
	char bytes[AGENT_MESSAGE_MAX];
	struct agent_reply reply = { .kind = AGENT_NAMES };
	int fd;

	if (!ask(files, AGENT_LIST, path))
		return lose_agent(files, err);
	while (reply.kind == AGENT_NAMES) {
		ssize_t length = receive(files, bytes, &fd);
		if (fd >= 0)
			close(fd);
		if (length < 0)
			return lose_agent(files, err);
		memcpy(&reply, bytes, sizeof(reply));
		if (reply.kind == AGENT_NAMES)
			tell_names(telling, bytes, length);
	}
	return say(reply.problem, err);
}

enum task_files_problem task_files_list(struct task_files *files, const char *path, size_t max,
	task_files_fn *each, void *data, tc_error *err)
{
	struct telling telling = { .each = each, .data = data, .left = max };
	enum task_files_problem problem;
	int number;

	path = locate(files, path, &problem, err);
	if (!path)
		return problem;
	if (files->talk >= 0)
		problem = ask_for_list(files, path, &telling, err);
	else {
		inside_list(files->folder, path, tell, &telling, &number);
		problem = say(number, err);
	}
	if (problem != FILES_FINE || !telling.too_many)
		return problem;
	tc_error_set(err, TC_ERROR_INPUT, "there are more than %zu files in it", max);
	return FILES_INVALID;
}
