/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_PEER_H
#define TC_CLI_SIGNIN_PEER_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whose the program at the other end of a connection by loopback is. */
enum peer {
	PEER_OWN, /* of this user, or of root, who could do anything anyway */
	PEER_OTHER,
	PEER_UNTOLD /* it may be outside of a virtual machine, or gone */
};

/* Of the connection from this address to this port. */
enum peer peer_find(const struct sockaddr *address, int port);

/* Whether the other end of a connection still is there. */
bool peer_is_there(int socket);

#endif
