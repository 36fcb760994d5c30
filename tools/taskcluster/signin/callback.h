/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_CALLBACK_H
#define TC_CLI_SIGNIN_CALLBACK_H

/*
 * Where a browser on this machine brings what the deployment's page made: an HTTP server on
 * loopback, under a path that nobody can guess. It takes one answer,
 *
 *	GET /<path>?clientId=…&accessToken=…
 *
 * and whatever else comes gets an error. Nobody who is slow holds up the others.
 */

#include <stdbool.h>
#include <stdint.h>

struct callback;

struct callback_answer {
	char client_id[512], access_token[128];
};

/* Listens on this port, or with 0 on a free one. NULL after telling. */
struct callback *callback_open(int port);

/* "http://localhost:PORT/<path>" */
const char *callback_url(const struct callback *callback);
int callback_port(const struct callback *callback);

/* Waits for the answer, with `own_only` for that of a program of this user's. 0, or the exit status
 * after telling. */
int callback_wait(struct callback *callback, bool own_only, int64_t timeout_seconds,
	struct callback_answer *answer);

/* NULL is fine. */
void callback_close(struct callback *callback);

#endif
