/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_NGINX_H
#define TC_TESTS_NGINX_H

/*
 * A real nginx on a free port of loopback, in one process, that serves a folder as the test's lines
 * of configuration say. It ends with the test, also when the test crashes.
 *
 *	struct tc_nginx *nginx = tc_nginx_start(folder.path, "location /slow/ { limit_rate 1m; }");
 */

#include <stdbool.h>

struct tc_nginx;

/* Whether it is installed. */
bool tc_nginx_installed(void);

/* `server` are lines inside server {}, whose root is the folder; what nginx needs besides it has in
 * a folder of its own. Stops the test when it does not start. */
struct tc_nginx *tc_nginx_start(const char *root, const char *server);
int tc_nginx_port(const struct tc_nginx *nginx);

/* Ends it. NULL is fine. */
void tc_nginx_stop(struct tc_nginx *nginx);

#endif
