/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_loop.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 64

struct bare_loop {
	CURLM *multi;
	CURL **easy;
	size_t count;
	struct curl_slist *headers;
	int epoll;
	long timeout_ms; /* of curl, from now; -1: none */
	size_t bytes;
};

static size_t count_bytes(char *data, size_t size, size_t n, void *user)
{
	struct bare_loop *loop = user;

	(void)data;
	loop->bytes += size * n;
	return size * n;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
	struct bare_loop *loop = data;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, &event);
		return 0;
	}
	event.events =
		(what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
	epoll_ctl(loop->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
	curl_multi_assign(loop->multi, fd, loop);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *data)
{
	struct bare_loop *loop = data;

	(void)multi;
	loop->timeout_ms = timeout_ms;
	return 0;
}

static CURL *new_easy(struct bare_loop *loop, const char *url)
{
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, loop);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, loop->headers);
	return easy;
}

struct bare_loop *bare_loop_new(const char *url, const char *const *lines, size_t in_flight)
{
	struct bare_loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		abort();
	loop->multi = curl_multi_init();
	loop->easy = calloc(in_flight, sizeof(CURL *));
	loop->count = in_flight;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->timeout_ms = -1;
	for (; *lines; lines++)
		loop->headers = curl_slist_append(loop->headers, *lines);
	for (size_t i = 0; i < in_flight; i++)
		loop->easy[i] = new_easy(loop, url);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)in_flight);
	return loop;
}

static void check(const CURLMsg *message)
{
	long status = 0;

	curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
	if (message->data.result == CURLE_OK && status == 200)
		return;
	fprintf(stderr, "bare loop: %s, status %ld\n", curl_easy_strerror(message->data.result),
		status);
	abort();
}

static void wait_once(struct bare_loop *loop)
{
	struct epoll_event events[EVENTS];
	int running, timeout = loop->timeout_ms < 0 ? -1 : (int)loop->timeout_ms;
	int n = timeout == 0 ? 0 : epoll_wait(loop->epoll, events, EVENTS, timeout);

	for (int i = 0; i < n; i++) {
		int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
			(events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			(events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
		curl_multi_socket_action(loop->multi, events[i].data.fd, mask, &running);
	}
	if (n == 0) {
		loop->timeout_ms = -1;
		curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
}

void bare_loop_run(struct bare_loop *loop, size_t count)
{
	size_t started = 0, done = 0;
	CURLMsg *message;
	int left;

	for (; started < loop->count && started < count; started++)
		curl_multi_add_handle(loop->multi, loop->easy[started]);
	while (done < count) {
		wait_once(loop);
		while ((message = curl_multi_info_read(loop->multi, &left))) {
			CURL *easy = message->easy_handle;
			check(message);
			done++;
			curl_multi_remove_handle(loop->multi, easy);
			if (started < count && ++started)
				curl_multi_add_handle(loop->multi, easy);
		}
	}
}

void bare_loop_share(struct bare_loop *loop)
{
	curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	for (size_t i = 0; i < loop->count; i++) {
		curl_easy_setopt(loop->easy[i], CURLOPT_ACCEPT_ENCODING, "gzip");
		curl_easy_setopt(loop->easy[i], CURLOPT_PIPEWAIT, 1L);
	}
}

size_t bare_loop_bytes(const struct bare_loop *loop)
{
	return loop->bytes;
}

void bare_loop_free(struct bare_loop *loop)
{
	for (size_t i = 0; i < loop->count; i++)
		curl_easy_cleanup(loop->easy[i]);
	curl_multi_cleanup(loop->multi);
	curl_slist_free_all(loop->headers);
	close(loop->epoll);
	free(loop->easy);
	free(loop);
}
