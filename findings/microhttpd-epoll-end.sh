#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# libmicrohttpd 0.9.75 (Debian 12), polling with epoll: a client sends half of a body and closes at once. When the
# close arrives together with the bytes, the server takes no notice of it: the request is never completed, and
# MHD_OPTION_NOTIFY_COMPLETED is not called as long as there is no timeout. With poll it is. Fails when both see it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/server.c" <<'C'
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static atomic_int begun, ended;
static enum MHD_Result on_request(void *d, struct MHD_Connection *c, const char *u, const char *m,
	const char *v, const char *b, size_t *size, void **context)
{
	if (!*context)
		begun++;
	*context = &begun;
	*size = 0;
	return MHD_YES;
}
static void on_end(void *d, struct MHD_Connection *c, void **x, enum MHD_RequestTerminationCode e)
{
	ended++;
}
static void run(const char *name, unsigned flag)
{
	static const char half[] = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf";
	begun = ended = 0;
	struct MHD_Daemon *daemon = MHD_start_daemon(flag | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
		on_request, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
	struct sockaddr_in place = { .sin_family = AF_INET };
	place.sin_port = htons(MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 100; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		connect(fd, (struct sockaddr *)&place, sizeof place);
		send(fd, half, sizeof half - 1, 0);
		close(fd);
		usleep(2000);
	}
	sleep(2);
	printf("%s: %d requests begun, %d ended\n", name, begun, ended);
	fflush(stdout);
	MHD_stop_daemon(daemon);
}
int main(void)
{
	printf("libmicrohttpd %s\n", MHD_get_version());
	run("poll", MHD_USE_POLL);
	run("epoll", MHD_USE_EPOLL);
}
C
cc -o "$folder/server" "$folder/server.c" -lmicrohttpd
"$folder/server" | tee "$folder/out"
grep -q '^poll: 100 requests begun, 100 ended' "$folder/out"
! grep -q '^epoll: .* 100 ended' "$folder/out" || { echo "epoll sees every end now" >&2; exit 1; }
