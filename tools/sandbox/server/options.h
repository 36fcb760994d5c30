/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_OPTIONS_H
#define TC_SANDBOX_OPTIONS_H

#include "tools/sandbox/request/sandbox.h"

/* Reads the command line into sandbox->options, whose texts point into argv. OPTIONS_GO, or the
 * exit status of a program that has said all there is to say. */
#define OPTIONS_GO (-1)
int options_parse(struct sandbox *sandbox, int argc, char **argv);

#endif
