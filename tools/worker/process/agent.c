/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* SCM_RIGHTS */

#include "tools/worker/process/agent.h"

#include "tools/worker/process/helper.h"
#include "tools/worker/process/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- answers ---- */

/* `fd` -1: none. */
static bool answer(int problem, int fd)
{
	struct agent_reply reply = { .kind = AGENT_DONE, .problem = problem };
	struct iovec bytes = { .iov_base = &reply, .iov_len = sizeof(reply) };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(int));
	}
	return sendmsg(HELPER_FD_TALK, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(reply);
}

struct names {
	char bytes[AGENT_MESSAGE_MAX];
	size_t length;
};

static bool send_names(struct names *names)
{
	size_t length = names->length;

	names->length = sizeof(struct agent_reply);
	return send(HELPER_FD_TALK, names->bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool add_name(void *data, const char *name)
{
	struct names *names = data;
	size_t size = strlen(name) + 1;

	if (names->length + size > sizeof(names->bytes) && !send_names(names))
		return false;
	memcpy(names->bytes + names->length, name, size);
	names->length += size;
	return true;
}

static bool list(const char *path)
{
	static struct names names;
	const struct agent_reply head = { .kind = AGENT_NAMES };
	int problem;

	memcpy(names.bytes, &head, sizeof(head));
	names.length = sizeof(head);
	if (inside_list(HELPER_FD_FOLDER, path, add_name, &names, &problem) && !send_names(&names))
		return false;
	return answer(problem, -1);
}

static bool open_file(const char *path)
{
	int problem;
	int fd = inside_open_file(HELPER_FD_FOLDER, path, &problem);
	bool good = answer(problem, fd);

	if (fd >= 0)
		close(fd);
	return good;
}

/* ---- its life ---- */

/* Arguments: uid, gid, groups. */
static int become(int argc, char **argv)
{
	gid_t groups[USER_GROUPS_MAX];
	size_t count = 0;

	if (argc < 4)
		return EINVAL;
	for (int i = 4; i < argc && count < USER_GROUPS_MAX; i++)
		groups[count++] = (gid_t)strtoul(argv[i], NULL, 10);
	int problem = user_become((uid_t)strtoul(argv[2], NULL, 10),
		(gid_t)strtoul(argv[3], NULL, 10), groups, count);
	/* the user's other processes have no business here */
	if (!problem && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		problem = errno;
	return problem;
}

int agent_main(int argc, char **argv)
{
	static char question[AGENT_MESSAGE_MAX];
	int problem = become(argc, argv);

	if (!answer(problem, -1) || problem)
		_exit(1);
	for (;;) {
		ssize_t length = recv(HELPER_FD_TALK, question, sizeof(question) - 1, 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 2)
			_exit(0);
		question[length] = '\0';
		if (!(question[0] == AGENT_LIST ? list : open_file)(question + 1))
			_exit(1);
	}
}
