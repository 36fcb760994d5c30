/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_SOCKETS_H
#define TC_RUNTIME_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

/* The sockets of a connection cache. They are all close-on-exec, and known, so that a child of fork
 * can close its copies without a word to the server, with whom the parent still talks. */
struct tc__sockets {
	int *fds;
	size_t count, capacity;
	void (*closing)(void *data, int fd); /* told just before one is closed; may be NULL */
	void *data;
	bool no_memory; /* one was closed when malloc had just failed; since the last loading */
};
void tc__sockets_abandon(struct tc__sockets *sockets);

/* Whether a descriptor is one of them, and not one of curl's own, which it closes without a word.
 */
bool tc__sockets_has(const struct tc__sockets *sockets, int fd);
void tc__sockets_clear(struct tc__sockets *sockets);

/* A new one; -1 when there is none. */
int tc__sockets_open(struct tc__sockets *sockets, int family, int type, int protocol);

/* Closes one of them, or one of curl's own; as close() does. */
int tc__sockets_close(struct tc__sockets *sockets, int fd);

/* The socket of a connection, which libcurl tells only after it; -1 when there is none, or when it
 * is not certain which: the ports of two addresses may be the same, and files have none. */
int tc__sockets_connection(const struct tc__sockets *sockets, int local_port, int remote_port);

#endif
