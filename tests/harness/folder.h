/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FOLDER_H
#define TC_TESTS_FOLDER_H

/* A folder of a test's own, with all that it puts there. Names are below it. Whatever fails stops
 * the test. */

#include <stdbool.h>
#include <sys/types.h>

struct tc_folder {
	char path[64];
	int fd;
};

void tc_folder_make(struct tc_folder *folder);
void tc_folder_remove(struct tc_folder *folder); /* follows no link */

/* Makes or replaces a file, with exactly these permissions. */
void tc_folder_put(const struct tc_folder *folder, const char *name, const char *text, mode_t mode);

/* Stops the test unless the file holds exactly this. */
void tc_folder_check(const struct tc_folder *folder, const char *name, const char *text);

/* Of what has the name itself. */
bool tc_folder_has(const struct tc_folder *folder, const char *name);
mode_t tc_folder_mode(const struct tc_folder *folder, const char *name); /* of 07777 */
int tc_folder_count(const struct tc_folder *folder); /* names in it, without "." and ".." */

/* The path of a name, in a place that the next call but three uses again. */
const char *tc_folder_path(const struct tc_folder *folder, const char *name);

#endif
