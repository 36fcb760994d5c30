/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int tc__bell_make(struct tc__bell *bell, tc_error *err)
{
	int fds[2];

	bell->fd = bell->ring_fd = -1;
	if (pipe(fds) != 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "a pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	bell->fd = fds[0];
	bell->ring_fd = fds[1];
	return TC_OK;
}

void tc__bell_end(struct tc__bell *bell)
{
	if (bell->fd >= 0)
		close(bell->fd);
	if (bell->ring_fd >= 0)
		close(bell->ring_fd);
	bell->fd = bell->ring_fd = -1;
}

/* A full pipe has been rung. */
void tc__bell_pull(const struct tc__bell *bell)
{
	int before = errno;

	while (write(bell->ring_fd, "", 1) < 0 && errno == EINTR)
		continue;
	errno = before;
}

void tc__bell_hush(const struct tc__bell *bell)
{
	char bytes[64];

	while (read(bell->fd, bytes, sizeof bytes) > 0)
		continue;
}
