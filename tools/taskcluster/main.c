/* SPDX-License-Identifier: MPL-2.0 */

/*
 * The program that a shell starts. It does what takes no server by itself, without the libraries
 * that calls take; for the rest it becomes taskcluster-online (online/main.c).
 */

#define _GNU_SOURCE /* readlink in C11 */
#include "tools/streams/streams.h"
#include "tools/taskcluster/dispatch/dispatch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Where it is, as seen from this program's folder. */
#ifndef TC_ONLINE_PATH
#error "the build says where taskcluster-online is"
#endif

static int perform(const struct command *command, struct arguments *arguments)
{
	return command->run ? command->run(arguments) : COMMAND_ONLINE;
}

/* Beside this program, wherever both were moved to. */
static int find_online(char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length <= 0)
		return failure("/proc/self/exe: %s: this program does not find its other part",
			strerror(errno));
	path[length] = '\0';
	char *name = strrchr(path, '/') + 1;
	size_t room = (size_t)(path + PATH_MAX - name);
	if ((size_t)snprintf(name, room, "%s", TC_ONLINE_PATH) >= room)
		return failure("the path of this program is too long");
	return 0;
}

static int become_online(char **argv)
{
	char path[PATH_MAX];
	int status = find_online(path);

	if (status != 0)
		return status;
	execv(path, argv);
	return failure("%s: %s: it is the part of this program that calls servers; install it too",
		path, strerror(errno));
}

int main(int argc, char **argv)
{
	streams_open();
	int status = dispatch(argv + (argc > 0), perform);
	if (status == COMMAND_ONLINE)
		return become_online(argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE)
		return failure("the output: %s", strerror(errno));
	return status;
}
