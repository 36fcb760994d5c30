/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_SOCKETS_H
#define TC_RUNTIME_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What the number of a descriptor means. */
struct tc__socket {
	bool known;
	unsigned doubts; /* the set's, when the system was asked last */
	dev_t device;
	ino_t node;
};

/*
 * The sockets of a connection cache. They are all close-on-exec, and known, so that a child of fork
 * can close its copies without a word to the server, with whom the parent still talks.
 *
 * Some versions of libcurl (seen with 7.88.1) close the socket of a connection that did not
 * come to be without a word, and its number is soon another's, be it of the caller. So a number
 * alone says nothing.
 */
struct tc__sockets {
	struct tc__socket *all; /* by their numbers */
	size_t count, capacity;
	unsigned doubts; /* how often their numbers were doubted */
	/* Told just before one is closed, or when it turns out that it was; may be NULL. */
	void (*closing)(void *data, int fd);
	void *data;
	bool no_memory; /* one was closed when malloc had just failed; since the last loading */
};
void tc__sockets_abandon(struct tc__sockets *sockets);

/* Whether a descriptor is one of them, and not the caller's or one of curl's own, which it closes
 * without a word. */
bool tc__sockets_has(const struct tc__sockets *sockets, int fd);

/* The same for a descriptor that curl shows, so that it cannot be the caller's: the system is asked
 * only when one of curl's own may have come to be since it was last, which tc__sockets_doubt
 * tells. */
bool tc__sockets_has_shown(struct tc__sockets *sockets, int fd);
void tc__sockets_doubt(struct tc__sockets *sockets);

/* The lowest one above `fd`, which may be -1; -1 when there is none. */
int tc__sockets_next(const struct tc__sockets *sockets, int fd);

void tc__sockets_clear(struct tc__sockets *sockets);

/* Forgets those that libcurl has closed without a word. */
void tc__sockets_prune(struct tc__sockets *sockets);

/* A new one; -1 when there is none. */
int tc__sockets_open(struct tc__sockets *sockets, int family, int type, int protocol);

/* Closes one of them, or one of curl's own; as close() does. */
int tc__sockets_close(struct tc__sockets *sockets, int fd);

/* The socket of a connection, which libcurl tells only after it; -1 when there is none, or when it
 * is not certain which: the ports of two addresses may be the same, and files have none. */
int tc__sockets_connection(const struct tc__sockets *sockets, int local_port, int remote_port);

#endif
