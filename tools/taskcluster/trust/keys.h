/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TRUST_KEYS_H
#define TC_CLI_TRUST_KEYS_H

/* The public keys that a command line trusts. */

#include <stddef.h>

struct keys {
	char **all;
	size_t count, room;
};

/* A key; or all of a file, each a line, without those that are empty or begin with a #. 0, or the
 * exit status after telling what is wrong. {0} before; for keys_free. */
int keys_add(struct keys *keys, const char *key);
int keys_add_file(struct keys *keys, const char *path);
void keys_free(struct keys *keys);

#endif
