/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_VALIDATE_BYTES_H
#define TC_CLI_VALIDATE_BYTES_H

/* The bytes of schemas and documents, wherever they are. */

#include "runtime/src/base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <taskcluster/client.h>

/* What is more is refused. */
#define BYTES_MAX ((size_t)256 << 20)

/* Where things are fetched from; begin with zeros. */
struct bytes_from {
	int verbose;
	tc_client *client; /* made when the first URL is fetched */
};

/* The absolute URI of what the command line calls so: a path, "-" (standard input), or a URL of
 * file, http or https, of which a fragment is cut. For free(); NULL when memory ends. */
char *bytes_location(const char *word);

/* Adds the bytes at a location to a TC__BUFFER(BYTES_MAX). An error says why not. */
int bytes_read(
	struct bytes_from *from, const char *location, struct tc__buffer *bytes, tc_error *err);

/* Whether they come from a server. */
bool bytes_is_remote(const char *location);

/* A location as people write it: a file's path. Borrowed. */
const char *bytes_shown(const char *location);

void bytes_close(struct bytes_from *from);

#endif
