/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/http.h"

#include "runtime/src/base/error.h"
#include "tools/sandbox/events/reader.h"
#include "tools/sandbox/request/journal.h"
#include "tools/sandbox/request/request.h"
#include "tools/sandbox/server/held.h"
#include "tools/sandbox/server/serve.h"
#include "tools/sandbox/server/web.h"
#include "tools/streams/streams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <taskcluster/loop.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4000
#define CONNECTION_MEMORY ((size_t)64 * 1024)
#define STREAM_PIECE ((size_t)32 * 1024)

/* The first callback of a request has its target as it was sent; later ones only a decoded path. */
static void *on_target(void *data, const char *target, struct MHD_Connection *connection)
{
	struct sandbox *sandbox = data;
	struct request *request = calloc(1, sizeof *request);

	if (!request)
		return NULL;
	request->sandbox = sandbox;
	request->connection = connection;
	request->body = TC__BUFFER(BODY_MAX);
	request->reply.text = TC__BUFFER(REPLY_MAX);
	request->upload_fd = -1;
	request->begun_ms = sandbox_now();
	request->target = tc__arena_text(&request->arena, target, strlen(target));
	return request;
}

static void on_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	struct request *request = *context;

	(void)data;
	(void)connection;
	(void)code;
	if (!request)
		return;
	held_forget(request);
	reader_close(request->stream);
	if (request->upload_fd >= 0)
		close(request->upload_fd);
	if (request->upload_path)
		unlink(request->upload_path);
	tc_release(request->input);
	tc__buffer_clear(&request->body);
	tc__buffer_clear(&request->reply.text);
	tc__arena_clear(&request->arena);
	free(request);
	*context = NULL;
}

/* Ids for x-for-request-id: 22 characters like a slugid, cheaper than random ones. */
static void make_id(uint64_t prefix, uint64_t number, char id[23])
{
	snprintf(id, 23, "%08x%014llx", (unsigned)(prefix & 0xffffffff),
		(unsigned long long)number & 0xffffffffffffff);
}

static void begin(struct request *request, const char *method)
{
	struct sandbox *sandbox = request->sandbox;
	const char *trace = request_header(request, "x-taskcluster-trace-id");

	request->head = strcmp(method, "HEAD") == 0;
	request->method = tc__arena_text(&request->arena, method, strlen(method));
	if (request->head)
		request->method = "GET";
	make_id(sandbox->id_prefix, sandbox->request_count++, request->request_id);
	if (trace && strlen(trace) < sizeof request->trace_id)
		snprintf(request->trace_id, sizeof request->trace_id, "%s", trace);
	else
		make_id(~sandbox->id_prefix, sandbox->request_count, request->trace_id);
	serve_begin(request);
}

/* Takes a part of the body. What is too much is read to its end, so that the refusal arrives. */
static bool take_body(struct request *request, const char *bytes, size_t length)
{
	if (request->upload_fd >= 0) {
		request->upload_length += length;
		return streams_write(request->upload_fd, bytes, length) == 0;
	}
	tc__buffer_add(&request->body, bytes, length);
	request->too_large = request->body.too_long;
	return !request->body.no_memory;
}

/* A body that ends in its middle, whatever Content-Length said. */
static ssize_t read_half(void *data, uint64_t position, char *buffer, size_t size)
{
	struct request *request = data;
	size_t half = request->reply.text.length / 2;

	if (position >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t rest = half - (size_t)position;
	size_t length = rest < size ? rest : size;
	memcpy(buffer, request->reply.text.data + position, length);
	return (ssize_t)length;
}

/*
 * Ends a stream without the last chunk that HTTP/1.1 has. libmicrohttpd 0.9.75 with epoll may keep
 * the socket of a connection that was resumed and whose content reader says that it ends; a write
 * that fails is always followed by a clean end. So the socket is closed here, for both directions,
 * and there is something to write.
 */
static ssize_t cut(const struct request *request, char *buffer)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (!info)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	shutdown(info->connect_fd, SHUT_RDWR); /* fails when the other side has reset it */
	*buffer = '\n';
	return 1;
}

/* A piece of a stream. Where nothing is to be sent the connection is held, or the daemon would ask
 * again at once. */
static ssize_t read_stream(void *data, uint64_t position, char *buffer, size_t size)
{
	struct request *request = data;
	int64_t now = sandbox_now();

	(void)position;
	if (request->gone)
		return cut(request, buffer);
	size_t length = reader_take(request->stream, buffer, size, now);
	if (length)
		return (ssize_t)length;
	if (reader_ended(request->stream, now))
		return request->chunks ? MHD_CONTENT_READER_END_OF_STREAM : cut(request, buffer);
	request->wake_ms = reader_due(request->stream);
	held_add(request);
	return 0;
}

static struct MHD_Response *file_response(struct request *request)
{
	struct stat info;
	int fd = open(request->file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		close(fd);
		return NULL;
	}
	uint64_t length = request->file_length;
	if (!request->content_range)
		length = (uint64_t)info.st_size;
	return MHD_create_response_from_fd_at_offset64(length, fd, request->file_offset);
}

static void drop_text(void *text)
{
	tc_release(text);
}

static struct MHD_Response *make_response(struct request *request)
{
	struct tc__buffer *text = &request->reply.text;
	size_t length = text->length;

	if (request->stream)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, STREAM_PIECE, read_stream, request, NULL);
	if (request->faults.truncate && length > 1)
		return MHD_create_response_from_callback(length, 4096, read_half, request, NULL);
	if (request->file) {
		struct MHD_Response *response = file_response(request);
		if (response)
			return response;
		request->status = 404;
		request->content_type = NULL;
		return MHD_create_response_from_buffer(21,
			(void *)(uintptr_t) "{\"error\":\"Not found\"}", MHD_RESPMEM_PERSISTENT);
	}
	char *bytes = length ? tc__buffer_take(text) : NULL;
	if (!bytes)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer_with_free_callback(length, bytes, drop_text);
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value)
		MHD_add_response_header(response, name, value);
}

static void add_date(struct request *request, struct MHD_Response *response)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(request->now_ms / 1000);
	char text[40];
	struct tm tm;

	if (!gmtime_r(&now, &tm))
		return;
	snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
		tm.tm_hour, tm.tm_min, tm.tm_sec);
	add(response, "Date", text);
}

static void sign_reply(struct request *request)
{
	struct verify_request what = {
		.method = request->head ? "HEAD" : request->method,
		.resource = request->target,
		.host = request_header(request, "Host"),
		.tls = request->sandbox->options.certificate != NULL,
	};
	const char *type = request->content_type ? request->content_type : "application/json";
	const struct tc__buffer *text = &request->reply.text;
	const char *body = request->faults.bad_reply ? "something else" : tc__buffer_get(text);

	if (request->faults.sign_reply || request->faults.bad_reply)
		verify_reply(&request->arena, &what, &request->identity, type, body,
			request->faults.bad_reply ? strlen(body) : text->length,
			&request->server_authorization);
}

static enum MHD_Result answer(struct request *request)
{
	bool known = web_is_known(request);

	sign_reply(request);
	struct MHD_Response *response = make_response(request);

	if (!response)
		return MHD_NO;
	const char *type = request->content_type;
	if (request->status != 204 && !known)
		add(response, "Content-Type", type ? type : "application/json; charset=utf-8");
	add(response, "Location", request->location);
	add(response, "ETag", request->etag);
	add(response, "Content-Range", request->content_range);
	add(response, "Accept-Ranges", request->file && request->etag ? "bytes" : NULL);
	add(response, "WWW-Authenticate", request->www_authenticate);
	add(response, "Cache-Control", request->stream ? "no-store" : NULL);
	add(response, "Retry-After", request->retry_after);
	add(response, "Content-Encoding", request->content_encoding);
	add(response, "Server-Authorization", request->server_authorization);
	add(response, "x-taskcluster-artifact-storage-type", request->storage_type);
	add(response, "x-for-request-id", request->request_id);
	add(response, "x-for-trace-id", request->trace_id);
	add_date(request, response);
	web_add_headers(request, response);
	enum MHD_Result queued =
		MHD_queue_response(request->connection, (unsigned)request->status, response);
	MHD_destroy_response(response);
	return queued;
}

/* Bytes that are no HTTP, past the daemon's back; then it closes the connection. */
static void send_garbage(struct request *request)
{
	static const char garbage[] = "\x16\x03\x01garbage\r\n\0\xff no HTTP at all\n";
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info && send(info->connect_fd, garbage, sizeof garbage, MSG_NOSIGNAL) < 0)
		return;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context)
{
	struct request *request = *context;

	(void)data;
	(void)connection;
	(void)url;
	if (!request || !request->target)
		return MHD_NO;
	if (!request->method) {
		begin(request, method);
		request->chunks = strcmp(version, "HTTP/1.1") == 0;
		return request->method ? MHD_YES : MHD_NO;
	}
	if (*upload_size) {
		bool taken = take_body(request, upload, *upload_size);
		*upload_size = 0;
		return taken ? MHD_YES : MHD_NO;
	}
	if (request->was_held && held_is_gone(request))
		return MHD_NO;
	request->status = serve(request);
	if (request->status == HELD) {
		held_add(request);
		return MHD_YES;
	}
	journal_request(request);
	if (request->status != CLOSED)
		return answer(request);
	if (request->faults.garbage)
		send_garbage(request);
	return MHD_NO;
}

static bool read_file(const char *path, char **text, tc_error *err)
{
	FILE *file = fopen(path, "rb");
	struct tc__buffer buffer = TC__BUFFER(1 << 20);
	char part[4096];
	size_t length;

	while (file && (length = fread(part, 1, sizeof part, file)) > 0)
		tc__buffer_add(&buffer, part, length);
	bool ok = file && !ferror(file);
	if (file)
		fclose(file);
	*text = ok ? tc__buffer_take(&buffer) : NULL;
	tc__buffer_clear(&buffer);
	if (!*text)
		tc__fail(err, TC_ERROR_SYSTEM, "cannot read %s", path);
	return *text != NULL;
}

static bool make_address(const struct options *options, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, options->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(options->port);
		return true;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(options->port);
	return inet_pton(AF_INET6, options->host, &v6->sin6_addr) == 1;
}

static void write_root_url(
	const struct options *options, bool v6, unsigned port, struct tc__buffer *url)
{
	static const char place[] = "{port}";
	const char *given = options->root_url;
	const char *at = given ? strstr(given, place) : NULL;

	if (!given)
		tc__buffer_printf(url, "%s://%s%s%s:%u", options->certificate ? "https" : "http",
			v6 ? "[" : "", options->host, v6 ? "]" : "", port);
	else if (!at)
		tc__buffer_text(url, given);
	else
		tc__buffer_printf(
			url, "%.*s%u%s", (int)(at - given), given, port, at + strlen(place));
}

static int store_root_url(struct sandbox *sandbox, bool v6, tc_error *err)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(sandbox->daemon, MHD_DAEMON_INFO_BIND_PORT);
	struct tc__buffer url = TC__BUFFER(300);

	write_root_url(&sandbox->options, v6, info ? info->port : 0u, &url);
	sandbox->root_url = tc__buffer_take(&url);
	return sandbox->root_url ? TC_OK : tc__fail_nomem(err);
}

static void on_ready(void *data, int fd, int events)
{
	(void)data; /* MHD_run follows */
	(void)fd;
	(void)events;
}

/* Where there is a loop it waits for the daemon, too; `events` 0: no more. */
static int watch(struct sandbox *sandbox, int events, tc_error *err)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(sandbox->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (!sandbox->loop)
		return TC_OK;
	if (!info)
		return tc__fail(err, TC_ERROR_SYSTEM, "libmicrohttpd has no epoll");
	return tc_loop_watch(sandbox->loop, info->epoll_fd, events, on_ready, NULL, err);
}

int http_start(struct sandbox *sandbox, tc_error *err)
{
	const struct options *options = &sandbox->options;
	struct sockaddr_storage address;
	char *certificate = NULL;
	char *key = NULL;

	sandbox->resume = held_resume;
	if (!make_address(options, &address))
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "--host %s: expected an IP address", options->host);
	bool tls = options->certificate != NULL;
	bool v6 = address.ss_family == AF_INET6;
	if (tls &&
		(!read_file(options->certificate, &certificate, err) ||
			!read_file(options->key, &key, err))) {
		tc_release(certificate);
		return TC_ERROR_SYSTEM;
	}
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
		MHD_USE_SUPPRESS_DATE_NO_CLOCK | (tls ? MHD_USE_TLS : 0u) |
		(v6 ? MHD_USE_IPv6 : 0u);
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, key },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem no_options[] = { { MHD_OPTION_END, 0, NULL } };
	errno = 0;
	sandbox->held_wake_ms = HELD_NEVER;
	sandbox->daemon = MHD_start_daemon(flags, options->port, NULL, NULL, on_request, sandbox,
		MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, on_target, sandbox,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, sandbox, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY,
		tls ? tls_options : no_options, MHD_OPTION_END);
	tc_release(certificate);
	tc_release(key);
	if (!sandbox->daemon)
		return tc__fail(err, TC_ERROR_SYSTEM, "cannot listen on %s port %u: %s",
			options->host, options->port, strerror(errno));
	int rc = watch(sandbox, TC_LOOP_READ, err);
	return rc == TC_OK ? store_root_url(sandbox, v6, err) : rc;
}

/* Waits until there is something to do, and does it. */
static void run(struct sandbox *sandbox, int64_t timeout_ms)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (!sandbox->loop) {
		MHD_run_wait(sandbox->daemon, (int32_t)timeout_ms);
		return;
	}
	if (MHD_get_timeout(sandbox->daemon, &ms) == MHD_YES && ms < (uint64_t)timeout_ms)
		timeout_ms = (int64_t)ms;
	tc_loop_poll(sandbox->loop, timeout_ms, NULL);
	MHD_run(sandbox->daemon);
}

void http_run(struct sandbox *sandbox, int64_t timeout_ms)
{
	int64_t wait_ms = held_run(sandbox, sandbox_now());

	run(sandbox, wait_ms < timeout_ms ? wait_ms : timeout_ms);
}

void http_stop(struct sandbox *sandbox)
{
	if (!sandbox->daemon)
		return;
	while (sandbox->held)
		held_resume(sandbox->held);
	watch(sandbox, 0, NULL);
	MHD_stop_daemon(sandbox->daemon);
	sandbox->daemon = NULL;
}
