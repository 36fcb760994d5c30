/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_SAVE_H
#define TC_CLI_CONFIG_SAVE_H

#include <stddef.h>

/* Writes a file for its user alone (0600), which appears whole or stays as it was. A link is
 * followed to its file. 0, or the exit status after telling. */
int save_for_user(const char *path, const char *text, size_t length);

#endif
