/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/livelog/livelog.h"

#include "tools/livelog/inside.h"
#include "tools/livelog/listen.h"
#include "tools/livelog/pem.h"
#include "tools/livelog/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define READERS_MAX 100
#define STUCK_SECONDS 120
#define STRANGERS_MAX 32     /* connections beside the readers', */
#define STRANGERS_SECONDS 10 /* and how long those may say nothing */
#define CONNECTION_MEMORY ((size_t)64 * 1024)
#define PACE_MS 20   /* readers are woken no more often */
#define GONE_MS 1000 /* how often those who wait are looked at */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int at_most(int timeout_ms, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	return timeout_ms < 0 || ms < timeout_ms ? (int)ms : timeout_ms;
}

/* How long nothing has to be done by itself; -1: forever. */
static int idle_ms(const struct livelog *livelog, int64_t pace_ms, int64_t gone_ms)
{
	MHD_UNSIGNED_LONG_LONG own;
	int timeout = livelog->resumed ? 0 : -1;

	if (MHD_get_timeout(livelog->daemon, &own) == MHD_YES)
		timeout = at_most(timeout, own < GONE_MS ? (int64_t)own : GONE_MS);
	if (livelog->waiting)
		timeout = at_most(timeout, gone_ms);
	return pace_ms > 0 ? at_most(timeout, pace_ms) : timeout;
}

/* Waits until something happens; true: the log has grown. The bell is not heard before its time. */
static bool wait_for_news(struct livelog *livelog, int daemon_fd, int64_t pace_ms, int64_t gone_ms)
{
	struct pollfd fds[] = {
		{ .fd = daemon_fd, .events = POLLIN },
		{ .fd = livelog->bell.fd, .events = POLLIN },
	};
	nfds_t count = pace_ms > 0 ? 1 : 2;

	if (poll(fds, count, idle_ms(livelog, pace_ms, gone_ms)) <= 0 || count < 2 ||
		!fds[1].revents)
		return false;
	tc__bell_quiet(&livelog->bell);
	atomic_store(&livelog->rung, false); /* before the file is looked at */
	return true;
}

/* The whole of the server is in this thread: the daemon has none, so that nothing needs a lock. */
static void *serve(void *data)
{
	struct livelog *livelog = data;
	int daemon_fd = MHD_get_daemon_info(livelog->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	int64_t next_ms = 0, look_ms = 0;

	while (!atomic_load(&livelog->stopping)) {
		int64_t now = now_ms();
		bool grown = wait_for_news(livelog, daemon_fd, next_ms - now, look_ms - now);
		now = now_ms();
		if (grown) {
			readers_resume(livelog);
			next_ms = now + PACE_MS;
		}
		if (now >= look_ms) {
			readers_drop_gone(livelog);
			look_ms = now + GONE_MS;
		}
		livelog->resumed = false;
		MHD_run(livelog->daemon);
	}
	readers_resume(livelog); /* the daemon must not end with one suspended */
	MHD_stop_daemon(livelog->daemon);
	return NULL;
}

static bool is_token(const char *token)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~";

	return token && *token && !token[strspn(token, letters)];
}

static int check(const struct livelog_options *options, tc_error *err)
{
	if (!is_token(options->token))
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"token: expected letters, digits and - . _ ~, at least one");
	if (!options->certificate != !options->key)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s without %s: TLS needs both",
			options->key ? "key" : "certificate", options->key ? "certificate" : "key");
	if (options->readers_max < 0 || options->stuck_seconds < 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"readers_max and stuck_seconds: expected 0 or more");
	return TC_OK;
}

static int open_log(struct livelog *livelog, const struct livelog_options *options, tc_error *err)
{
	if (options->file)
		livelog->fd = open(options->file, O_RDONLY | O_CLOEXEC);
	else
		livelog->fd = fcntl(options->fd, F_DUPFD_CLOEXEC, 3);
	if (livelog->fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "cannot open the log %s: %s",
			options->file ? options->file : "by its descriptor", strerror(errno));
	char byte;
	if (pread(livelog->fd, &byte, 1, 0) < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "cannot read the log %s: %s",
			options->file ? options->file : "by its descriptor", strerror(errno));
	return TC_OK;
}

/* Takes over the socket. */
static int start_daemon(struct livelog *livelog, int socket, const struct pem *pem, tc_error *err)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (pem->key ? MHD_USE_TLS : 0u);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, pem->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, pem->key },
		{ MHD_OPTION_END, 0, NULL },
	};

	livelog->daemon = MHD_start_daemon(flags, 0, NULL, NULL, reader_answer, livelog,
		MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_URI_LOG_CALLBACK, reader_begin,
		livelog, MHD_OPTION_NOTIFY_COMPLETED, reader_end, livelog,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)livelog->readers_max + STRANGERS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)STRANGERS_SECONDS,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, pem->key ? tls : tls + 2,
		MHD_OPTION_END);
	if (livelog->daemon)
		return TC_OK;
	if (pem->key)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"cannot start TLS with this certificate and key: expected PEM files that "
			"belong together");
	return tc_error_set(err, TC_ERROR_SYSTEM, "cannot start the HTTP server");
}

static int listen_and_serve(
	struct livelog *livelog, const struct livelog_options *options, tc_error *err)
{
	struct pem pem = { NULL, NULL };
	int socket, rc = TC_OK;

	if (options->key)
		rc = pem_read(&pem, options->certificate, options->key, err);
	if (rc == TC_OK)
		rc = listen_open(options->address, &livelog->port, &socket, err);
	if (rc == TC_OK)
		rc = start_daemon(livelog, socket, &pem, err);
	pem_clear(&pem);
	return rc;
}

/* With every signal blocked: they are for the program's own threads. */
static int start_thread(struct livelog *livelog, tc_error *err)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&livelog->thread, NULL, serve, livelog);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return tc_error_set(
			err, TC_ERROR_SYSTEM, "cannot start a thread: %s", strerror(failed));
	return TC_OK;
}

static void clear(struct livelog *livelog)
{
	tc__bell_close(&livelog->bell);
	if (livelog->fd >= 0)
		close(livelog->fd);
	free(livelog->token);
	free(livelog);
}

static int start(struct livelog *livelog, const struct livelog_options *options, tc_error *err)
{
	livelog->port = options->port;
	livelog->readers_max = options->readers_max ? options->readers_max : READERS_MAX;
	livelog->stuck_seconds =
		options->stuck_seconds ? (unsigned)options->stuck_seconds : STUCK_SECONDS;
	livelog->token = strdup(options->token);
	if (!livelog->token)
		return tc_error_set(err, TC_ERROR_NOMEM, "no memory for a live log");
	if (!tc__bell_open(&livelog->bell))
		return tc_error_set(err, TC_ERROR_SYSTEM, "cannot open an event descriptor: %s",
			strerror(errno));
	int rc = open_log(livelog, options, err);
	if (rc == TC_OK)
		rc = listen_and_serve(livelog, options, err);
	if (rc == TC_OK)
		rc = start_thread(livelog, err);
	if (rc != TC_OK && livelog->daemon)
		MHD_stop_daemon(livelog->daemon);
	return rc;
}

struct livelog *livelog_start(const struct livelog_options *options, tc_error *err)
{
	if (check(options, err) != TC_OK)
		return NULL;
	struct livelog *livelog = calloc(1, sizeof *livelog);
	if (!livelog) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory for a live log");
		return NULL;
	}
	livelog->fd = livelog->bell.fd = livelog->bell.ring_fd = -1;
	if (start(livelog, options, err) == TC_OK)
		return livelog;
	clear(livelog);
	return NULL;
}

int livelog_port(const struct livelog *livelog)
{
	return livelog->port;
}

void livelog_grew(struct livelog *livelog)
{
	if (!atomic_exchange(&livelog->rung, true))
		tc__bell_ring(&livelog->bell);
}

void livelog_end(struct livelog *livelog, bool broken)
{
	int grows = LOG_GROWS;

	if (atomic_compare_exchange_strong(
		    &livelog->state, &grows, broken ? LOG_BROKEN : LOG_WHOLE))
		livelog_grew(livelog);
}

int livelog_readers(const struct livelog *livelog)
{
	return atomic_load(&livelog->readers);
}

void livelog_free(struct livelog *livelog)
{
	if (!livelog)
		return;
	atomic_store(&livelog->stopping, true);
	tc__bell_ring(&livelog->bell);
	pthread_join(livelog->thread, NULL);
	clear(livelog);
}
