/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/front.h"

#include "tools/proxy/exchange.h"
#include "tools/proxy/peer.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECTION_MEMORY ((size_t)96 * 1024) /* heads of requests and replies, and a piece */
#define GONE_MS 1000                          /* how often waiting connections are looked at */

/* ---- connections that wait ---- */

static void resume(struct exchange *exchange)
{
	struct proxy *proxy = exchange->proxy;

	if (!exchange->suspended)
		return;
	exchange->suspended = false;
	if (exchange->previous)
		exchange->previous->next = exchange->next;
	else
		proxy->waiting = exchange->next;
	if (exchange->next)
		exchange->next->previous = exchange->previous;
	MHD_resume_connection(exchange->connection);
}

static void suspend(struct exchange *exchange)
{
	struct proxy *proxy = exchange->proxy;

	if (exchange->suspended)
		return;
	exchange->suspended = true;
	exchange->previous = NULL;
	exchange->next = proxy->waiting;
	if (proxy->waiting)
		proxy->waiting->previous = exchange;
	proxy->waiting = exchange;
	MHD_suspend_connection(exchange->connection);
}

/* Whether the task has closed the connection. */
static bool is_gone(const struct exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char byte;

	if (!info)
		return false;
	ssize_t length = recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (length < 0)
		return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
	return length == 0;
}

/* The daemon does not look at connections that wait; nothing may be asked for them for long. */
static void drop_gone(void *data, uint64_t timer)
{
	struct proxy *proxy = data;
	struct exchange *next;

	(void)timer;
	for (struct exchange *exchange = proxy->waiting; exchange; exchange = next) {
		next = exchange->next;
		if (!is_gone(exchange))
			continue;
		exchange->broken = true;
		resume(exchange);
	}
	(void)tc_loop_timer(proxy->loop, GONE_MS, drop_gone, proxy, NULL, NULL);
}

/* ---- what the daemon calls ---- */

static void *on_target(void *data, const char *target, struct MHD_Connection *connection)
{
	return exchange_new(data, connection, target);
}

/* How long a connection may have no request: there are only so many, and they are for all. */
static unsigned idle_seconds(const struct proxy *proxy)
{
	int64_t seconds = (proxy->options.silence_ms + 999) / 1000;

	return seconds < 3600 ? (unsigned)seconds : 3600u;
}

static void on_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *context;

	*context = NULL;
	if (!exchange)
		return;
	if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		MHD_set_connection_option(
			connection, MHD_CONNECTION_OPTION_TIMEOUT, idle_seconds(data));
	if (exchange->suspended)
		resume(exchange);
	exchange_leave(exchange);
}

static enum MHD_Result answer(struct exchange *exchange)
{
	struct MHD_Response *response = exchange->response;

	exchange->response = NULL;
	exchange->queued = true;
	if (exchange->proxy->options.verbose)
		fprintf(stderr, "taskcluster-proxy: %s %.*s %u\n", exchange->method,
			(int)strcspn(exchange->target, "?"), exchange->target, exchange->status);
	enum MHD_Result queued =
		MHD_queue_response(exchange->connection, exchange->status, response);
	MHD_destroy_response(response);
	return queued;
}

/* Its body is not wanted, and it waits to be told so. */
static bool expects(const struct exchange *exchange)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, "Expect") != NULL;
}

static enum MHD_Result on_head(struct exchange *exchange, const char *method)
{
	/* the head is there: from now on a task may take its time */
	MHD_set_connection_option(exchange->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
	if (!exchange_begin(exchange, method))
		return MHD_NO;
	return exchange->response && expects(exchange) ? answer(exchange) : MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context)
{
	struct exchange *exchange = *context;

	(void)data;
	(void)connection;
	(void)url;
	(void)version;
	if (!exchange)
		return MHD_NO;
	if (!exchange->method)
		return on_head(exchange, method);
	if (*upload_size) {
		bool taken = exchange_take(exchange, upload, *upload_size);
		*upload_size = 0;
		return taken ? MHD_YES : MHD_NO;
	}
	if (!exchange->response && !exchange->started && !exchange_start(exchange))
		return MHD_NO;
	if (exchange->response)
		return answer(exchange);
	if (!exchange->running || exchange->broken) /* the task has gone, or memory */
		return MHD_NO;
	suspend(exchange);
	return MHD_YES;
}

/* ---- the daemon ---- */

static socklen_t make_address(const struct options *options, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, options->ip_address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(options->port);
		return sizeof *v4;
	}
	inet_pton(AF_INET6, options->ip_address, &v6->sin6_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(options->port);
	return sizeof *v6;
}

static void on_ready(void *data, int fd, int events)
{
	(void)data; /* front_turn follows */
	(void)fd;
	(void)events;
}

static int watch(struct proxy *proxy, tc_error *err)
{
	const union MHD_DaemonInfo *port =
		MHD_get_daemon_info(proxy->daemon, MHD_DAEMON_INFO_BIND_PORT);
	const union MHD_DaemonInfo *epoll =
		MHD_get_daemon_info(proxy->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (!port || !epoll)
		return tc_error_set(err, TC_ERROR_SYSTEM, "libmicrohttpd has no epoll");
	proxy->port = port->port;
	int rc = tc_loop_watch(proxy->loop, epoll->epoll_fd, TC_LOOP_READ, on_ready, proxy, err);
	return rc == TC_OK ? tc_loop_timer(proxy->loop, GONE_MS, drop_gone, proxy, NULL, err) : rc;
}

static enum MHD_Result may_connect(void *data, const struct sockaddr *address, socklen_t length)
{
	const struct proxy *proxy = data;

	if (proxy->options.uid < 0)
		return MHD_YES;
	return length && peer_is_user(address, (unsigned)proxy->port, (uid_t)proxy->options.uid)
		? MHD_YES
		: MHD_NO;
}

int front_open(struct proxy *proxy, tc_error *err)
{
	struct sockaddr_storage address;

	make_address(&proxy->options, &address);
	proxy->suspend = suspend;
	proxy->resume = resume;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
		MHD_USE_SUPPRESS_DATE_NO_CLOCK |
		(address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0u);
	errno = 0;
	proxy->daemon = MHD_start_daemon(flags, proxy->options.port, may_connect, proxy, on_request,
		proxy, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, on_target,
		proxy, MHD_OPTION_NOTIFY_COMPLETED, on_end, proxy, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)PROXY_REQUESTS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds(proxy),
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
	if (!proxy->daemon)
		return tc_error_set(err, TC_ERROR_SYSTEM, "cannot listen on %s port %u: %s",
			proxy->options.ip_address, proxy->options.port, strerror(errno));
	return watch(proxy, err);
}

void front_turn(struct proxy *proxy)
{
	MHD_run(proxy->daemon);
}

int64_t front_wait_ms(const struct proxy *proxy)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(proxy->daemon, &ms) != MHD_YES)
		return -1;
	return ms < INT32_MAX ? (int64_t)ms : INT32_MAX;
}

void front_close(struct proxy *proxy)
{
	const union MHD_DaemonInfo *epoll;

	if (!proxy->daemon)
		return;
	while (proxy->waiting)
		resume(proxy->waiting);
	epoll = MHD_get_daemon_info(proxy->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (epoll)
		tc_loop_watch(proxy->loop, epoll->epoll_fd, 0, NULL, NULL, NULL);
	MHD_stop_daemon(proxy->daemon);
	proxy->daemon = NULL;
}
