/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_WHOLE_H
#define TC_CLI_SHARED_WHOLE_H

/* Bytes of which none is left out, and files that are never there in part. False with errno. */

#include <stdbool.h>
#include <stddef.h>

/* All of the bytes, however many pieces that takes. */
bool whole_write(int fd, const void *bytes, size_t length);

/* A file for its user alone (0600), in place of what has the path, which stays as it was when this
 * fails or the program is ended. `durable`: it is on the disk by then. */
bool whole_replace(const char *path, const void *bytes, size_t length, bool durable);

#endif
