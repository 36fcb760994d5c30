/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_LIVELOG_LISTEN_H
#define TC_LIVELOG_LISTEN_H

#include <taskcluster/error.h>

/*
 * A socket that listens: on an IP address, with NULL on 127.0.0.1, with "*" on all that the machine
 * has. *port 0 becomes the one that was free. *fd is -1 when it fails.
 */
int listen_open(const char *address, int *port, int *fd, tc_error *err);

#endif
