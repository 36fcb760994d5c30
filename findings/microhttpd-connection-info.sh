#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: libmicrohttpd 1.0.1 (Debian 13); 0.9.75 (Debian 12) keeps them apart. Needs libmicrohttpd-dev of that version.
# Expected: what MHD_get_connection_info returned is good as long as the connection is, as its documentation says nothing else.
# Seen: the answer to the next question is written over it: all of a connection's infos lie in one place.
# Matters: a program that asks for the client's address and then for the socket reads an address made of the socket's number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >server.c <<'C'
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static enum MHD_Result on_request(void *d, struct MHD_Connection *c, const char *u, const char *m, const char *v, const char *b,
	size_t *size, void **context)
{
	const union MHD_ConnectionInfo *from = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *before = from->client_addr;
	MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	printf("the address is %s after the next question\n", from->client_addr == before ? "the same" : "another");
	fflush(stdout);
	return MHD_NO;
}
int main(void)
{
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, NULL, MHD_OPTION_END);
	struct sockaddr_in place = { .sin_family = AF_INET };
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	char byte;
	place.sin_port = htons(MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, (struct sockaddr *)&place, sizeof place);
	if (write(fd, text, sizeof text - 1) > 0 && read(fd, &byte, 1) > 0)
		puts("a reply");
	close(fd);
	printf("libmicrohttpd %s\n", MHD_get_version());
	MHD_stop_daemon(daemon);
}
C
cc -o server server.c -lmicrohttpd
timeout 60 ./server | tee seen
diff - seen <<'TEXT'
the address is another after the next question
libmicrohttpd 1.0.1
TEXT
