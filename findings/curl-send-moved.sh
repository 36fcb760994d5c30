#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libcurl 7.88.1 with OpenSSL, Debian 12's (libcurl4-openssl-dev, openssl); 8.14.1 takes both.
# Expected: after CURLE_AGAIN of curl_easy_send the bytes that were not sent can be given again from
#   wherever they are: its page says nothing else.
# Seen: over TLS they must lie at the same place in memory. The same bytes elsewhere are
#   CURLE_SEND_ERROR, and the connection is lost.
# Matters: a queue of bytes that grows, or closes up, while the other side is slow is moved in memory. With
#   a server that keeps up nothing of it is ever seen.
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -KILL "$server"; rm -rf "$folder"' EXIT
cd "$folder"
cat >send.c <<'CODE'
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE ((size_t)16 * 1024 * 1024)

int main(int count, char **arguments)
{
	CURL *easy = curl_easy_init();
	char *bytes = calloc(1, SIZE), *moved = calloc(1, SIZE);
	CURLcode code;
	size_t at = 0, sent;

	(void)count;
	curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, "c");
	printf("libcurl %s\n", curl_version_info(CURLVERSION_NOW)->version);
	printf("connect: %s\n", curl_easy_strerror(curl_easy_perform(easy)));
	if (system(arguments[2]) != 0) /* the server stops reading */
		return 1;
	do {
		code = curl_easy_send(easy, bytes + at, SIZE - at, &sent);
		at += sent;
	} while (code == CURLE_OK && at < SIZE);
	printf("send, full: %s\n", curl_easy_strerror(code));
	code = curl_easy_send(easy, bytes + at, SIZE - at, &sent);
	printf("send, the same place: %s\n", curl_easy_strerror(code));
	code = curl_easy_send(easy, moved + at, SIZE - at, &sent);
	printf("send, the same bytes elsewhere: %s\n", curl_easy_strerror(code));
	return 0;
}
CODE
cc -o send send.c -lcurl
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out c -days 2 \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost 2>errors
port=$((20000 + RANDOM % 10000))
openssl s_server -accept "127.0.0.1:$port" -cert c -key key -quiet >server.log 2>&1 &
server=$!
for _ in $(seq 100); do
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>errors && break
	sleep 0.1
done
timeout 20 ./send "https://localhost:$port/" "kill -STOP $server" | tee seen
diff - seen <<'TEXT'
libcurl 7.88.1
connect: No error
send, full: Socket not ready for send/recv
send, the same place: Socket not ready for send/recv
send, the same bytes elsewhere: Failed sending data to the peer
TEXT
