/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_PEER_H
#define TC_PROXY_PEER_H

/* Whose a connection is. A port of 127.0.0.1 is there for every user of the machine, and what the
 * task may do is the task's user's alone. */

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Whether the other end, a socket of this machine, is open, and a socket of `uid`, of root or of
 * this process's user, by /proc/net. `port` is our own; `address` the other end's. */
bool peer_is_user(const struct sockaddr *address, unsigned port, uid_t uid);

#endif
