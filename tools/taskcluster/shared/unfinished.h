/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_UNFINISHED_H
#define TC_CLI_SHARED_UNFINISHED_H

/* The file that is being written and not whole yet. SIGINT, SIGTERM and SIGHUP end the program at
 * once, and this file with it. There is one at a time. */

/* As mkstemp; `path` must stay as it is until unfinished_end. */
int unfinished_begin(char *path);

/* It is whole, or gone. */
void unfinished_end(void);

#endif
