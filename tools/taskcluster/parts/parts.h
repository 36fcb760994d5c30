/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_PARTS_H
#define TC_CLI_PARTS_H

/*
 * The command line is several programs, so that none loads what it does not need: the one that
 * shells start (main.c), and its parts, which lie in a folder of their own and are found from where
 * the running one lies, wherever all of them were moved to.
 */

#define PART_LOCAL "taskcluster-local"   /* local/main.c: what takes no server */
#define PART_ONLINE "taskcluster-online" /* online/main.c: calls to servers */
#define PART_EXTRA "taskcluster-extra"   /* extra/main.c: what takes libraries of its own */

/* Goes on as the part, with the same words. `folder` is where it lies, as seen from the running
 * program's, and ends with a slash, or is "". Returns only when that fails: the exit status, after
 * telling. */
int part_become(const char *folder, const char *part, char **argv);

/* The begin of a part: undoes what was only for its libraries to see. */
void part_begin(void);

/* The end of each of the programs: what was printed goes out, and what was wrong is told. Gives the
 * exit status. */
int part_end(int status);

#endif
