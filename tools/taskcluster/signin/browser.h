/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_BROWSER_H
#define TC_CLI_SIGNIN_BROWSER_H

#include <stdbool.h>

/*
 * Has a browser open the URL: what BROWSER names (a command, or several with colons between them,
 * with %s for the URL or without), or else the desktop's, where there is one. No shell sees the
 * URL. It gets no secrets from the environment, and what it prints is not seen. Whether one was
 * started.
 */
bool browser_open(const char *url);

#endif
