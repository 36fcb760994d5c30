/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_FILE_H
#define TC_TESTS_BARE_FILE_H

/* The bare side of the measure of folders: a whole file by the few calls of the system that it
 * takes under another name first, and its SHA-256. */

#include <stddef.h>

/* Aborts when it cannot. */
void bare_file_write(const char *folder, size_t number, const char *bytes, size_t length);

#endif
