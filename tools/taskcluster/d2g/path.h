/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_PATH_H
#define TC_CLI_D2G_PATH_H

/* Paths with slashes, as texts: no file is looked at. */

#include "runtime/src/base/buffer.h"

/* Where the extension of the last name begins, at its last dot; `length` when it has none. */
size_t path_extension(const char *path, size_t length);

/* Appends the name that the backing log has beside a live log of that name: `_backing` stands
 * before the extension, and the path is without `.`, `..` and doubled slashes. */
void path_add_backing(struct tc__buffer *text, const char *log, size_t length);

#endif
