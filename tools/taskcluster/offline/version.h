/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_OFFLINE_VERSION_H
#define TC_CLI_OFFLINE_VERSION_H

/* What this client is of. */

/* Taskcluster's release that its functions are of: "106.0.0". */
const char *version_release(void);

/* Prints its line. */
void version_print(void);

#endif
