/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

bool tc__bell_open(struct tc__bell *bell)
{
	bell->fd = bell->ring_fd = -1;
#ifdef __linux__
	bell->fd = bell->ring_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return bell->fd >= 0;
#else
	int fds[2];

	if (pipe(fds) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	bell->fd = fds[0];
	bell->ring_fd = fds[1];
	return true;
#endif
}

void tc__bell_close(struct tc__bell *bell)
{
	if (bell->ring_fd >= 0 && bell->ring_fd != bell->fd)
		close(bell->ring_fd);
	if (bell->fd >= 0)
		close(bell->fd);
	bell->fd = bell->ring_fd = -1;
}

void tc__bell_ring(const struct tc__bell *bell)
{
	const uint64_t one = 1;

	while (write(bell->ring_fd, &one, sizeof one) < 0 && errno == EINTR)
		continue;
}

void tc__bell_quiet(const struct tc__bell *bell)
{
	uint64_t bytes[8];

	while (read(bell->fd, bytes, sizeof bytes) > 0)
		continue;
}
