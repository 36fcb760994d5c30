/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

static bool open_pair(struct tc__wake *wake)
{
#ifdef __linux__
	wake->fd = wake->ring_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return wake->fd >= 0;
#else
	int fds[2];

	if (pipe(fds) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	wake->fd = fds[0];
	wake->ring_fd = fds[1];
	return true;
#endif
}

int tc__wake_open(struct tc__wake *wake, tc_error *err)
{
	atomic_init(&wake->rung, false);
	atomic_init(&wake->asked, false);
	atomic_init(&wake->wishes, NULL);
	if (open_pair(wake))
		return TC_OK;
	wake->fd = wake->ring_fd = -1;
	return tc__fail(
		err, TC_ERROR_SYSTEM, "no descriptor to wake the loop by: %s", strerror(errno));
}

void tc__wake_close(struct tc__wake *wake)
{
	struct tc__wish *next;

	for (struct tc__wish *wish = tc__wake_take(wake); wish; wish = next) {
		next = wish->next;
		free(wish);
	}
	if (wake->ring_fd >= 0 && wake->ring_fd != wake->fd)
		close(wake->ring_fd);
	if (wake->fd >= 0)
		close(wake->fd);
	wake->fd = wake->ring_fd = -1;
}

/* As long as a byte waits there, another is of no use. */
void tc__wake_ring(struct tc__wake *wake)
{
	const uint64_t one = 1;

	if (atomic_exchange(&wake->rung, true))
		return;
	while (write(wake->ring_fd, &one, sizeof one) < 0 && errno == EINTR)
		continue;
}

bool tc__wake_wish(struct tc__wake *wake, uint64_t run)
{
	struct tc__wish *wish = malloc(sizeof *wish);

	if (!wish)
		return false;
	wish->run = run;
	wish->next = atomic_load(&wake->wishes);
	while (!atomic_compare_exchange_weak(&wake->wishes, &wish->next, wish))
		continue;
	tc__wake_ring(wake);
	return true;
}

/* Only the loop's thread takes wishes away, so that none of them goes meanwhile. */
bool tc__wake_has_wish(const struct tc__wake *wake, uint64_t run)
{
	const struct tc__wish *wish = atomic_load(&wake->wishes);

	while (wish && wish->run != run)
		wish = wish->next;
	return wish != NULL;
}

/* First the bytes, then the flag, then (in tc__wake_take) the wishes: who wishes later finds the
 * flag down and rings again. */
void tc__wake_quiet(struct tc__wake *wake)
{
	uint64_t bytes[8];

	while (read(wake->fd, bytes, sizeof bytes) > 0)
		continue;
	atomic_store(&wake->rung, false);
}

/* The whole chain is taken at once, so that no wish can come back to its place meanwhile. */
struct tc__wish *tc__wake_take(struct tc__wake *wake)
{
	struct tc__wish *newest = atomic_exchange(&wake->wishes, NULL), *oldest = NULL;

	while (newest) {
		struct tc__wish *next = newest->next;
		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}
