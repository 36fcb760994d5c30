/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_loop.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 64

struct bare_loop {
	CURLM *multi;
	CURL **easy;
	size_t count;
	struct curl_slist *headers;
	int epoll;
	struct watched *watched; /* by descriptor */
	size_t watched_count;
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

/* What curl wants of a descriptor, and what the kernel has in its set for it. curl wants nothing of
 * a kept connection between two transfers, when it is quiet: it stays in the set then, and only an
 * event that nobody wants takes it out. */
struct watched {
	uint32_t wanted, set;
};

static struct watched *watched_of(struct bare_loop *loop, int fd)
{
	if ((size_t)fd < loop->watched_count)
		return &loop->watched[fd];
	size_t count = 2 * (size_t)fd + 64;
	loop->watched = realloc(loop->watched, count * sizeof *loop->watched);
	if (!loop->watched)
		abort();
	memset(loop->watched + loop->watched_count, 0,
		(count - loop->watched_count) * sizeof *loop->watched);
	loop->watched_count = count;
	return &loop->watched[fd];
}

static void adjust(struct bare_loop *loop, int fd, struct watched *watched)
{
	struct epoll_event event = { .data.fd = fd, .events = watched->wanted };

	if (watched->set == watched->wanted)
		return;
	int operation = !watched->wanted ? EPOLL_CTL_DEL
		: watched->set           ? EPOLL_CTL_MOD
					 : EPOLL_CTL_ADD;
	epoll_ctl(loop->epoll, operation, fd, &event);
	watched->set = watched->wanted;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
	struct bare_loop *loop = data;
	struct watched *watched = watched_of(loop, fd);

	(void)easy;
	(void)known;
	watched->wanted = what == CURL_POLL_REMOVE
		? 0
		: (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
	if (watched->wanted)
		adjust(loop, fd, watched);
	return 0;
}

/* libcurl 7.88 closes some sockets without a word: the kernel has forgotten them by then, and the
 * number means a new one. */
static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	if (fd >= 0)
		*watched_of(data, fd) = (struct watched){ 0 };
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* The kernel forgets a descriptor with its closing, and its number may be another's soon. */
static int on_close(void *data, curl_socket_t fd)
{
	*watched_of(data, fd) = (struct watched){ 0 };
	return close(fd);
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
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, loop);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, loop);
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

static void act(struct bare_loop *loop, const struct epoll_event *event)
{
	struct watched *watched = watched_of(loop, event->data.fd);
	int mask = (event->events & EPOLLIN ? CURL_CSELECT_IN : 0) |
		(event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		(event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
	int running;

	if (watched->wanted)
		curl_multi_socket_action(loop->multi, event->data.fd, mask, &running);
	else
		adjust(loop, event->data.fd, watched);
}

static void wait_once(struct bare_loop *loop)
{
	struct epoll_event events[EVENTS];
	int running, timeout = loop->timeout_ms < 0 ? -1 : (int)loop->timeout_ms;
	int n = timeout == 0 ? 0 : epoll_wait(loop->epoll, events, EVENTS, timeout);

	for (int i = 0; i < n; i++)
		act(loop, &events[i]);
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
	free(loop->watched);
	free(loop->easy);
	free(loop);
}
