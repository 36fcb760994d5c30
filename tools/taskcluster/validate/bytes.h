/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_VALIDATE_BYTES_H
#define TC_CLI_VALIDATE_BYTES_H

/* The bytes of schemas and documents, wherever they are. */

#include <stdbool.h>
#include <stddef.h>
#include <taskcluster/client.h>

/* What is more is refused. */
#define BYTES_MAX ((size_t)256 << 20)

struct bytes {
	char *data;
	size_t length, capacity;
};

/* Where things are fetched from; begin with zeros. */
struct bytes_from {
	int verbose;
	tc_client *client; /* made when the first URL is fetched */
};

/* The absolute URI of what the command line calls so: a path, "-" (standard input), or a URL of
 * file, http or https, of which a fragment is cut. For free(); NULL when memory ends. */
char *bytes_location(const char *word);

/* Adds the bytes at a location. An error says which, and why not. */
int bytes_read(struct bytes_from *from, const char *location, struct bytes *bytes, tc_error *err);

/* Whether they come from a server. */
bool bytes_is_remote(const char *location);

/* A location as people write it: a file's path. Borrowed. */
const char *bytes_shown(const char *location);

void bytes_free(struct bytes *bytes);
void bytes_close(struct bytes_from *from);

#endif
