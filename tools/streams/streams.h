/* SPDX-License-Identifier: MPL-2.0 */
#ifndef STREAMS_H
#define STREAMS_H

/* The three streams that a program is started with, and what is written to descriptors. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

/* To be called first in main: a socket or file must not take the place of a stream that was given
 * closed, as what is printed would go there. */
static inline void streams_open(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Writes all of it, to a descriptor that blocks: 0, or -1 with errno. */
static inline int streams_write(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

#endif
