/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LIVELOG_CLIENT_H
#define TC_TESTS_LIVELOG_CLIENT_H

/* A reader of a live log that sees every byte of the reply. Whatever is not as it should be in HTTP
 * stops the test, as does silence of 20 s. */

#include <stdbool.h>
#include <stddef.h>

struct client {
	int fd;
	char head[4096]; /* status line and headers, after client_head */
	char rest[65536];
	size_t from, length; /* of what has come and is not used, in `rest` */
	size_t chunk;        /* what is still to come of this one */
	bool chunked, begun;
};

/* A connection to a port of loopback on which this has been said. */
struct client *client_open(int port, const char *request);
struct client *client_get(int port, const char *token); /* GET /log/<token>, HTTP/1.1 */
void client_close(struct client *client);

const char *client_head(struct client *client);
int client_status(struct client *client);

/* Whether bytes come within so many ms. */
bool client_sees(struct client *client, int ms);

/* Up to `size` bytes of the body as they come. 0: it has ended as a whole body does; -1: the
 * connection has, before. */
long client_read(struct client *client, char *bytes, size_t size);

/* So many bytes; stops the test when the body ends before. */
void client_read_all(struct client *client, char *bytes, size_t size);

#endif
