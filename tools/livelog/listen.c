/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/livelog/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t place_size(const union place *place)
{
	return place->any.sa_family == AF_INET6 ? sizeof place->v6 : sizeof place->v4;
}

static bool make_place(const char *address, int port, union place *place)
{
	memset(place, 0, sizeof *place);
	if (inet_pton(AF_INET, address, &place->v4.sin_addr) == 1) {
		place->v4.sin_family = AF_INET;
		place->v4.sin_port = htons((uint16_t)port);
		return true;
	}
	memset(place, 0, sizeof *place);
	place->v6.sin6_family = AF_INET6;
	place->v6.sin6_port = htons((uint16_t)port);
	return inet_pton(AF_INET6, address, &place->v6.sin6_addr) == 1;
}

/* -1 with errno */
static int open_at(const union place *place, bool v4_too)
{
	const int on = 1, v6_only = !v4_too;
	int fd = socket(place->any.sa_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		(place->any.sa_family != AF_INET6 ||
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) == 0) &&
		bind(fd, &place->any, place_size(place)) == 0 && listen(fd, 128) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

static int open_everywhere(int port)
{
	union place place;

	make_place("::", port, &place);
	int fd = open_at(&place, true);
	if (fd >= 0 || errno == EADDRINUSE || errno == EACCES)
		return fd;
	make_place("0.0.0.0", port, &place); /* a machine without IPv6 */
	return open_at(&place, false);
}

static int port_of(int fd)
{
	union place place = { .any.sa_family = AF_UNSPEC };
	socklen_t size = sizeof place;

	if (getsockname(fd, &place.any, &size) != 0)
		return 0;
	return ntohs(place.any.sa_family == AF_INET6 ? place.v6.sin6_port : place.v4.sin_port);
}

int listen_open(const char *address, int *port, int *fd, tc_error *err)
{
	const char *where = address ? address : "127.0.0.1";
	bool everywhere = strcmp(where, "*") == 0;
	union place place;

	*fd = -1;
	if (*port < 0 || *port > 65535)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "port %d: expected 0 to 65535", *port);
	if (!everywhere && !make_place(where, *port, &place))
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"address %s: expected an IP address, or * for all of them", where);
	*fd = everywhere ? open_everywhere(*port) : open_at(&place, false);
	if (*fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "cannot listen on %s port %d: %s", where,
			*port, strerror(errno));
	*port = port_of(*fd);
	return TC_OK;
}
