/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_FILE_H
#define TC_CODEGEN_FILE_H

/* Reading files whole. */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"

/* The most bytes of one file that are read. */
#define FILE_SIZE_MAX ((size_t)256 << 20)

/* Reads all of an open descriptor, which must be a regular file that `text` may hold, and closes
 * it. `label` is how errors call it. */
int file_read(int descriptor, const char *label, struct tc__buffer *text, tc_error *err);

/*
 * Opens a file below a folder by its relative name, without following any symbolic link. Gives
 * TC_OK and -1 when nothing has that name.
 */
int file_open_below(
	int folder, const char *name, const char *label, int *descriptor, tc_error *err);

#endif
