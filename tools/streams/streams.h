/* SPDX-License-Identifier: MPL-2.0 */
#ifndef STREAMS_H
#define STREAMS_H

/* The three streams that a program is started with. */

#include <fcntl.h>
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

#endif
