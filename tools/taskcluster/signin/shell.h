/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_SHELL_H
#define TC_CLI_SIGNIN_SHELL_H

#include <stdbool.h>

/* Prints the line by which a shell sets the variable, or with NULL unsets it; `csh`: that one, else
 * any of Bourne's kind. */
void shell_print(const char *name, const char *value, bool csh);

#endif
