/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_API_SCOPE_TEXT_H
#define TC_CLI_API_SCOPE_TEXT_H

#include <stdio.h>

/* Prints a scope expression of the references ({AllOf}, {AnyOf}, {for, in, each}, {if, then, else},
 * or the lists of lists of 2015) in words, a line each; `json` may be NULL: no scopes. */
void scope_text(FILE *out, int indent, const char *json);

#endif
