/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SERVER_H
#define TC_TESTS_SERVER_H

/*
 * Runs the sandbox as a child process on a free port of loopback, for tests that need a server.
 * The program is found through TC_SANDBOX in the environment, or beside the test program
 * and in ../bin and bin. It ends with the test, also when the test crashes.
 *
 *	struct tc_test_server *server = tc_test_server_start("--faults", "--claim-timeout", "1",
 *NULL); … server->root_url … tc_test_server_stop(server);
 */

#include <sys/types.h>
#include <taskcluster/client.h>

struct tc_test_server {
	pid_t pid;
	int port;
	char root_url[128];
	char client_id[64];
	char access_token[64];
};

/* Starts it with further arguments (NULL-ended) and waits until it listens. The client is
 * "sandbox" with the token "sandbox-secret" unless --credentials says otherwise. Stops the test
 * when the server does not come up. */
struct tc_test_server *tc_test_server_start(const char *argument, ...);

/* The same from an array, NULL-ended. */
struct tc_test_server *tc_test_server_start_with(const char *const *arguments);

/* As users start it, without --check-replies, which costs time. */
struct tc_test_server *tc_test_server_start_unchecked(const char *const *arguments);

/* A client of what listens there, with the credentials of a server that was told no others; for
 * tc_client_free. Stops the test when none can be made. */
tc_client *tc_test_client(const char *root_url);

/* Ends it (SIGTERM, and waits), and releases the struct. NULL is fine. Stops the test when it does
 * not end with status 0: a sanitizer may have found something. */
void tc_test_server_stop(struct tc_test_server *server);

/* Ends it at once, as a crash would. Releases the struct. */
void tc_test_server_kill(struct tc_test_server *server);

#endif
