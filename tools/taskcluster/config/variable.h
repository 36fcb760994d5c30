/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_VARIABLE_H
#define TC_CLI_CONFIG_VARIABLE_H

/* A variable of the environment, where an empty one counts as none: NULL, as for the name NULL. */
const char *variable(const char *name);

#endif
