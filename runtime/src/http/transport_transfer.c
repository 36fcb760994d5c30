/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* POLLRDHUP */
#include "runtime/src/http/transport_curl.h"

#include "runtime/src/http/address.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A kept connection that has been idle for longer may be closed at any moment (node's servers close
 * after 5 s, nginx after 75, Taskcluster's after 90): good enough for what may be sent again. */
#define IDLE_ONCE_S 4L
#define IDLE_REPEATABLE_S 85L

/* Bytes that curl reads at once: large replies come in fewer pieces. */
#define BUFFER_SIZE 32768L

/* curl_easy_setopt is a macro that takes any number of types; this collects its failures. */
#define SET(option, value) \
	do { \
		if (code == CURLE_OK) \
			code = curl_easy_setopt(transfer->easy, option, value); \
	} while (0)

/* ---- sockets ---- */

static bool remember(struct tc__sockets *sockets, int fd)
{
	if (sockets->count == sockets->capacity) {
		size_t capacity = 2 * sockets->capacity + 8;
		int *fds = realloc(sockets->fds, capacity * sizeof *fds);
		if (!fds)
			return false;
		sockets->fds = fds;
		sockets->capacity = capacity;
	}
	sockets->fds[sockets->count++] = fd;
	return true;
}

static int open_socket(int family, int type, int protocol)
{
#ifdef SOCK_CLOEXEC
	return socket(family, type | SOCK_CLOEXEC, protocol);
#else
	int fd = socket(family, type, protocol);
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
#endif
}

/* Whether a transfer must not go to where it would go. */
static bool has_fence(const struct tc__transfer *transfer)
{
	return transfer->delivery && transfer->delivery->public_only;
}

static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct tc__transfer *transfer = data;

	(void)purpose;
	if (has_fence(transfer) && !tc__address_is_public(&address->addr)) {
		transfer->fenced = true;
		return CURL_SOCKET_BAD;
	}
	int fd = open_socket(address->family, address->socktype, address->protocol);

	if (fd < 0)
		return CURL_SOCKET_BAD;
	if (!remember(transfer->sockets, fd)) {
		close(fd);
		return CURL_SOCKET_BAD;
	}
	return fd;
}

/* Where it is among the sockets; their number when it is none. */
static size_t find_socket(const struct tc__sockets *sockets, int fd)
{
	size_t i = 0;

	while (i < sockets->count && sockets->fds[i] != fd)
		i++;
	return i;
}

static int port_of(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *ipv4 = (const void *)address;
	const struct sockaddr_in6 *ipv6 = (const void *)address;

	if (address->ss_family == AF_INET)
		return ntohs(ipv4->sin_port);
	return address->ss_family == AF_INET6 ? ntohs(ipv6->sin6_port) : 0;
}

/* The socket of a connection, which libcurl tells only after it; -1 when there is none. */
static int find_connection(const struct tc__sockets *sockets, int local_port, int remote_port)
{
	struct sockaddr_storage here, there;

	for (size_t i = 0; i < sockets->count; i++) {
		socklen_t here_size = sizeof here, there_size = sizeof there;
		int fd = sockets->fds[i];
		if (getsockname(fd, (struct sockaddr *)&here, &here_size) == 0 &&
			getpeername(fd, (struct sockaddr *)&there, &there_size) == 0 &&
			port_of(&here) == local_port && port_of(&there) == remote_port)
			return fd;
	}
	return -1;
}

bool tc__sockets_has(const struct tc__sockets *sockets, int fd)
{
	return find_socket(sockets, fd) < sockets->count;
}

static int on_close(void *data, curl_socket_t fd)
{
	struct tc__sockets *sockets = data;
	size_t position = find_socket(sockets, fd);

	/* curl closes a connection as soon as it fails: errno still tells that malloc did */
	sockets->no_memory |= errno == ENOMEM;
	if (position < sockets->count)
		sockets->fds[position] = sockets->fds[--sockets->count];
	if (sockets->closing)
		sockets->closing(sockets->data, fd);
	return close(fd);
}

void tc__sockets_abandon(struct tc__sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		close(sockets->fds[i]);
	sockets->count = 0;
}

void tc__sockets_clear(struct tc__sockets *sockets)
{
	free(sockets->fds);
	*sockets = (struct tc__sockets){ 0 };
}

/* ---- callbacks of a transfer; anything but the whole length ends it ---- */

static bool is_canceled(const struct tc__delivery *delivery)
{
	return delivery->canceled && delivery->canceled(delivery->canceled_data);
}

/* Whether the other side has closed the connection, and something of it can still be read. */
static bool has_parting_words(const struct tc__transfer *transfer)
{
	struct pollfd closed = { .fd = transfer->connection, .events = POLLRDHUP };
	char byte;

	return closed.fd >= 0 && poll(&closed, 1, 0) == 1 &&
		recv(closed.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

/*
 * A server that refuses may close the connection at once, with its reply on the way. libcurl, if it
 * sends first, finds the connection broken and reads no more. So it sends nothing then: it reads
 * the reply, and a little later it is over in any case.
 */
static void hang_up(struct tc__transfer *transfer)
{
	CURLcode code = CURLE_OK;

	transfer->hung_up = transfer->paced = true;
	SET(CURLOPT_LOW_SPEED_LIMIT, LONG_MAX);
	SET(CURLOPT_LOW_SPEED_TIME, 1L);
}

static size_t on_source(char *bytes, size_t size, size_t count, void *data)
{
	struct tc__transfer *transfer = data;
	const struct tc__delivery *delivery = transfer->delivery;
	size_t length;

	if (!delivery || !delivery->body || is_canceled(delivery) || transfer->hung_up)
		return CURL_READFUNC_ABORT;
	if (tc__reading_next(delivery->body, bytes, size * count, &length) != TC_OK)
		return CURL_READFUNC_ABORT;
	if (!has_parting_words(transfer))
		return length;
	hang_up(transfer);
	return CURL_READFUNC_PAUSE;
}

/* The refusal's head is there, and all that the server has said is read before anything is sent. */
static void end_hang_up(struct tc__transfer *transfer)
{
	if (transfer->hung_up && tc__reply_has_refused(transfer->delivery->reply))
		(void)curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
}

static int on_seek(void *data, curl_off_t offset, int origin)
{
	const struct tc__transfer *transfer = data;
	const struct tc__delivery *delivery = transfer->delivery;

	if (origin != SEEK_SET || !delivery || !delivery->body)
		return CURL_SEEKFUNC_FAIL;
	return tc__reading_seek(delivery->body, offset) == TC_OK ? CURL_SEEKFUNC_OK
								 : CURL_SEEKFUNC_FAIL;
}

/* What may stream for as long as it likes has an end when it is no stream, but a refusal or a
 * redirect. No transfer is as fast as this demands, so curl ends it when the time is over, event
 * loop or not. */
static void hurry(struct tc__transfer *transfer)
{
	const struct tc__delivery *delivery = transfer->delivery;
	CURLcode code = CURLE_OK;

	if (delivery->timeout_ms || !delivery->refusal_ms || !tc__reply_stays_here(delivery->reply))
		return;
	if (!delivery->reply->sink && tc__reply_is_success(delivery->reply))
		return;
	SET(CURLOPT_LOW_SPEED_LIMIT, LONG_MAX);
	SET(CURLOPT_LOW_SPEED_TIME, (long)(delivery->refusal_ms + 999) / 1000);
	transfer->paced = true; /* to be set anew */
}

static size_t on_line(char *line, size_t size, size_t count, void *data)
{
	struct tc__transfer *transfer = data;

	if (!transfer->delivery)
		return size * count;
	if (is_canceled(transfer->delivery) ||
		tc__reply_line(transfer->delivery->reply, line, size * count) != TC_OK)
		return 0;
	if (*line != '\r' && *line != '\n')
		return size * count;
	hurry(transfer); /* the head has ended */
	end_hang_up(transfer);
	return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct tc__transfer *transfer = data;
	size_t length = size * count;

	if (!transfer->delivery) /* nobody's any more */
		return length;
	if (is_canceled(transfer->delivery))
		return length ? 0 : 1;
	struct tc__reply *reply = transfer->delivery->reply;
	if (tc__reply_is_full(reply))
		return CURL_WRITEFUNC_PAUSE;
	if (tc__reply_body(reply, bytes, length) != TC_OK || tc__reply_has_enough(reply))
		return length ? 0 : 1;
	return tc__reply_is_paused(reply) ? CURL_WRITEFUNC_PAUSE : length;
}

/* On a kept connection that ends without a reply curl sends again by itself, as the server has most
 * likely just closed it. Likely is not enough for what must not be done twice.
 *
 * A stream that HTTP/2 refused may be sent twice (RFC 9113, 8.7), but is not told from that: on a
 * kept connection curl looks at nothing else (Curl_retry_request, 7.88 to 8.14), and the mark that
 * it sets for a refused stream stays on the handle and in later transfers, so that a second sending
 * on a new connection proves nothing either. */
static int on_request(void *data, char *remote, char *local, int remote_port, int local_port)
{
	struct tc__transfer *transfer = data;

	(void)local;
	/* also a connection that was there already, by whose address nobody was asked */
	if (has_fence(transfer) && !tc__address_text_is_public(remote)) {
		transfer->fenced = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (transfer->delivery && transfer->delivery->body)
		transfer->connection = find_connection(transfer->sockets, local_port, remote_port);
	transfer->requests++;
	if (transfer->requests == 1 || !transfer->delivery ||
		transfer->delivery->attempt->repeatable)
		return CURL_PREREQFUNC_OK;
	transfer->unanswered = true;
	return CURL_PREREQFUNC_ABORT;
}

static int on_progress(void *data, curl_off_t receive_total, curl_off_t received,
	curl_off_t send_total, curl_off_t sent)
{
	const struct tc__transfer *transfer = data;
	const struct tc__delivery *delivery = transfer->delivery;

	if (!delivery)
		return 0;
	if (is_canceled(delivery))
		return 1;
	if (*transfer->driver != delivery->owner) /* somebody else waits */
		return 0;
	struct tc_progress progress = {
		.sent = sent,
		.send_total = tc__delivery_length(delivery),
		.received = received,
		.receive_total = receive_total > 0 ? receive_total : -1,
		.call = delivery->call,
		.run = delivery->run,
	};

	(void)send_total; /* 0 until curl knows it; the attempt always does */
	return delivery->progress(delivery->progress_data, &progress) ? 1 : 0;
}

/* ---- looking a name up ---- */

/* "tc.example.com" of "https://tc.example.com/…" */
static const char *authority(const char *url, int *length)
{
	const char *begin = strstr(url, "://");

	begin = begin ? begin + 3 : url;
	*length = (int)strcspn(begin, "/?#");
	return begin;
}

/* Whether libcurl needs no resolver: it asks its own reading of addresses first. */
static bool is_address(const char *url)
{
	int length;
	const char *host = authority(url, &length);
	char text[INET_ADDRSTRLEN];
	struct in_addr address;

	if (*host == '[')
		return true;
	length = (int)strcspn(host, ":/?#");
	if ((size_t)length >= sizeof text)
		return false;
	memcpy(text, host, (size_t)length);
	text[length] = '\0';
	return inet_pton(AF_INET, text, &address) == 1;
}

/* Called before the host's name, or a proxy's, is looked up. */
static int on_look_up(void *resolver, void *reserved, void *data)
{
	struct tc__transfer *transfer = data;
	const struct tc__delivery *delivery = transfer->delivery;

	(void)resolver;
	(void)reserved;
	if (!delivery || (!transfer->network->http_proxy && is_address(delivery->attempt->url)))
		return 0;
	transfer->crowded = !tc__lookup_may_begin();
	transfer->looks_up = !transfer->crowded;
	return transfer->crowded ? 1 : 0;
}

void tc__transfer_left(struct tc__transfer *transfer)
{
	curl_off_t looked_up_us = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up_us);
	if (transfer->looks_up && looked_up_us == 0)
		tc__lookup_left();
	transfer->looks_up = false;
}

/* ---- setting up, once for a handle ---- */

static CURLcode set_callbacks(struct tc__transfer *transfer)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_HEADERFUNCTION, on_line);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_READFUNCTION, on_source);
	SET(CURLOPT_READDATA, transfer);
	SET(CURLOPT_SEEKFUNCTION, on_seek);
	SET(CURLOPT_SEEKDATA, transfer);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, transfer);
	SET(CURLOPT_ERRORBUFFER, transfer->reason);
	SET(CURLOPT_PRIVATE, transfer);
	return code;
}

static CURLcode set_connection(struct tc__transfer *transfer, struct tc__sockets *sockets)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_RESOLVER_START_FUNCTION, on_look_up);
	SET(CURLOPT_RESOLVER_START_DATA, transfer);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, transfer);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, transfer);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
	SET(CURLOPT_CLOSESOCKETDATA, sockets);
	return code;
}

static CURLcode set_protocol(struct tc__transfer *transfer)
{
	CURLcode code = CURLE_OK;

#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	SET(CURLOPT_PATH_AS_IS, 1L); /* what is sent must be what is signed */
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's are not the reply's */
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);    /* it takes half a gzip for a whole one */
	SET(CURLOPT_BUFFERSIZE, BUFFER_SIZE);
	SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(CURLOPT_QUICK_EXIT, 1L); /* older ones wait for a look-up that hangs */
#endif
	SET(CURLOPT_TCP_KEEPALIVE, 1L); /* long polling through routers that forget */
	return code;
}

static int fail_setup(CURLcode code, tc_error *err)
{
	if (code == CURLE_OUT_OF_MEMORY)
		return tc__fail_nomem(err);
	return tc__fail(
		err, TC_ERROR_SYSTEM, "libcurl cannot do this: %s", curl_easy_strerror(code));
}

int tc__transfer_open(struct tc__transfer *transfer, struct tc__network *network,
	struct tc__sockets *sockets, tc_error *err)
{
	*transfer = (struct tc__transfer){ .easy = curl_easy_init(),
		.sockets = sockets,
		.network = tc__network_options(network) };
	if (!transfer->easy)
		return tc__fail_nomem(err);
	int rc = tc__network_set_up(network, transfer->easy, err);
	if (rc != TC_OK) {
		tc__transfer_close(transfer);
		return rc;
	}
	CURLcode code = set_callbacks(transfer);
	if (code == CURLE_OK)
		code = set_connection(transfer, sockets);
	if (code == CURLE_OK)
		code = set_protocol(transfer);
	if (code == CURLE_OK)
		return TC_OK;
	tc__transfer_close(transfer);
	return fail_setup(code, err);
}

void tc__transfer_close(struct tc__transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
}

/* ---- loading, for each attempt ---- */

/* curl wants lists of lines that may be written to, though it only reads them. Building the nodes
 * here spares the allocations and copies of curl_slist_append. */
static void link_line(struct tc__transfer *transfer, size_t position, const char *line)
{
	union {
		const char *read_only;
		char *data;
	} text = { line };

	transfer->lines[position].data = text.data;
	transfer->lines[position].next = NULL;
	if (position)
		transfer->lines[position - 1].next = &transfer->lines[position];
}

static void link_lines(struct tc__transfer *transfer, const struct tc__attempt *attempt, bool body)
{
	size_t count = 0;
	bool typed = false;

	for (; count < attempt->line_count; count++) {
		link_line(transfer, count, attempt->lines[count]);
		typed |= strncmp(attempt->lines[count], "Content-Type:", 13) == 0;
	}
	if (body)
		link_line(transfer, count++, "Expect:"); /* no waiting for a "100 Continue" */
	if (body && !typed)
		link_line(transfer, count++, "Content-Type:"); /* not curl's "form" */
}

/* The length is told, so that nothing is sent in chunks. */
static CURLcode set_upload(struct tc__transfer *transfer, const char *method, int64_t length)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)length);
	SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "PUT") == 0 ? NULL : method);
	transfer->uploads = true;
	return code;
}

static CURLcode end_upload(struct tc__transfer *transfer)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_UPLOAD, 0L);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)-1);
	transfer->uploads = false;
	return code;
}

/* A kept connection may turn out dead when the body's first bytes are gone. */
static CURLcode set_freshness(struct tc__transfer *transfer, const struct tc__delivery *delivery)
{
	bool fresh = delivery->body && tc__source_is_once(delivery->body->source);
	CURLcode code = CURLE_OK;

	if (fresh != transfer->fresh)
		SET(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
	transfer->fresh = fresh;
	return code;
}

static CURLcode set_method(
	struct tc__transfer *transfer, const struct tc__delivery *delivery, bool body)
{
	const struct tc__attempt *attempt = delivery->attempt;
	const char *method = attempt->method;
	CURLcode code = CURLE_OK;

	if (transfer->uploads)
		code = end_upload(transfer);
	if (transfer->head)
		SET(CURLOPT_NOBODY, 0L);
	transfer->head = strcmp(method, "HEAD") == 0;
	if (transfer->head) {
		SET(CURLOPT_CUSTOMREQUEST, NULL);
		SET(CURLOPT_NOBODY, 1L);
		return code;
	}
	if (!body) {
		SET(CURLOPT_HTTPGET, 1L);
		SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "GET") == 0 ? NULL : method);
		return code;
	}
	if (code == CURLE_OK && delivery->body)
		return set_upload(transfer, method, tc__delivery_length(delivery));
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)attempt->body_length);
	SET(CURLOPT_POSTFIELDS, attempt->body ? attempt->body : "");
	SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "POST") == 0 ? NULL : method);
	return code;
}

/* curl counts silence in seconds, and not the time in which the sink has the transfer paused. It
 * counts none before the connection stands, where a look-up may hang. */
static CURLcode set_pace(struct tc__transfer *transfer, const struct tc__delivery *delivery)
{
	bool paced = delivery->silence_ms > 0;
	bool sooner = paced && delivery->silence_ms < transfer->network->connect_timeout_ms;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_CONNECTTIMEOUT_MS,
		(long)(sooner ? delivery->silence_ms : transfer->network->connect_timeout_ms));
	SET(CURLOPT_TIMEOUT_MS, (long)delivery->timeout_ms);
	if (paced || transfer->paced) {
		SET(CURLOPT_LOW_SPEED_LIMIT, paced ? 1L : 0L);
		SET(CURLOPT_LOW_SPEED_TIME, (long)(delivery->silence_ms + 999) / 1000);
	}
	transfer->paced = paced;
	return code;
}

static bool sends_length(const struct tc__delivery *delivery)
{
	const struct tc__attempt *attempt = delivery->attempt;

	return attempt->body || delivery->body || strcmp(attempt->method, "POST") == 0 ||
		strcmp(attempt->method, "PUT") == 0 || strcmp(attempt->method, "PATCH") == 0;
}

/* libcurl compares the whole seconds that have passed: after 2.9 s it is not over 2. Newer versions
 * compare milliseconds, and take 0 for no limit. */
static long idle_s(const struct tc__transfer *transfer, const struct tc__attempt *attempt)
{
	long usual = attempt->repeatable ? IDLE_REPEATABLE_S : IDLE_ONCE_S;
	long own = transfer->network->idle_s;
	long most = own && own < usual ? own : usual;

	return most > 1 ? most - 1 : 1;
}

int tc__transfer_load(struct tc__transfer *transfer, struct tc__delivery *delivery, tc_error *err)
{
	const struct tc__attempt *attempt = delivery->attempt;
	bool body = sends_length(delivery);
	CURLcode code = CURLE_OK;

	errno = 0;
	transfer->sockets->no_memory = false;
	transfer->delivery = delivery;
	transfer->reason[0] = '\0';
	transfer->requests = 0;
	transfer->hung_up = false;
	transfer->connection = -1;
	transfer->unanswered = transfer->looks_up = transfer->crowded = transfer->fenced = false;
	transfer->lines[0] = (struct curl_slist){ 0 };
	link_lines(transfer, attempt, body);
	SET(CURLOPT_URL, attempt->url);
	if (code == CURLE_OK)
		code = set_method(transfer, delivery, body);
	if (code == CURLE_OK)
		code = set_freshness(transfer, delivery);
	SET(CURLOPT_HTTPHEADER, transfer->lines[0].data ? transfer->lines : NULL);
	if (code == CURLE_OK)
		code = set_pace(transfer, delivery);
	SET(CURLOPT_NOPROGRESS, delivery->progress ? 0L : 1L);
	SET(CURLOPT_MAXAGE_CONN, idle_s(transfer, attempt));
	return code == CURLE_OK ? TC_OK : fail_setup(code, err);
}

/* ---- the end of a transfer ---- */

/* CURLE_TOO_LARGE, which the headers of older versions do not have */
#define CODE_TOO_LARGE ((CURLcode)100)

static int code_of(CURLcode code)
{
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		return TC_ERROR_NOMEM;
	case CURLE_ABORTED_BY_CALLBACK:
		return TC_ERROR_CANCELED;
	case CURLE_OPERATION_TIMEDOUT:
		return TC_ERROR_TIMEOUT;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
		return TC_ERROR_ARGUMENT;
	default:
		return TC_ERROR_NETWORK;
	}
}

static bool is_permanent(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_URL_MALFORMAT ||
		code == CURLE_SSL_CIPHER || code == CURLE_SSL_ENGINE_NOTFOUND ||
		code == CURLE_NOT_BUILT_IN || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

/* A proxy that refuses to connect, as for want of a password, goes on refusing. */
static bool is_refused_by_proxy(const struct tc__transfer *transfer)
{
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return status >= 400 && status < 500 && status != 408 && status != 429;
}

/* A file of the options, or the system's, is not what it should be. */
static int fail_file(
	const struct tc__transfer *transfer, CURLcode code, const char *reason, tc_error *err)
{
	const struct tc__network_options *options = transfer->network;
	const char *name = options->ca_file ? "ca_file"
		: options->ca_pem           ? "ca_pem"
		: options->ca_folder        ? "ca_folder"
					    : NULL;

	/* of certificates in memory curl says the same as of ours */
	if (code == CURLE_SSL_CERTPROBLEM && options->client_certificate)
		name = options->ca_pem ? "client_certificate or ca_pem" : "client_certificate";
	if (name)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s: %s", name, reason);
	return tc__fail(err, TC_ERROR_SYSTEM,
		"the system's certificate store cannot be read: %s; install it (on Debian the "
		"package ca-certificates) or name a file by the option ca_file",
		reason);
}

/* Whether memory really ended: malloc has said so, or there is none for a few header lines. */
static bool is_out_of_memory(const struct tc__transfer *transfer)
{
	if (transfer->sockets->no_memory)
		return true;
	void *block = malloc((size_t)256 * 1024);
	free(block);
	return !block;
}

/*
 * What is wrong with the header section, for which curl's codes have other names: of a line over
 * its limit versions before 8.6 say that memory ended, later ones that something is too large. NULL
 * when it is something else.
 */
static const char *header_fault(const struct tc__transfer *transfer, CURLcode code)
{
	static const char too_many[] = "Too large response headers";
	const struct tc__reply *reply = transfer->delivery->reply;
	bool begun = tc__reply_status(reply) != 0;

	if (reply->headed && tc__reply_status(reply) >= 200)
		return NULL;
	if (code == CODE_TOO_LARGE ||
		(code == CURLE_OUT_OF_MEMORY && begun && !is_out_of_memory(transfer)))
		return "a line of its headers is over 100 KB, the most that libcurl takes";
	if (strncmp(transfer->reason, too_many, sizeof too_many - 1) == 0)
		return "its headers are over 300 KB, the most that libcurl takes";
	return NULL;
}

/* What libcurl says; but a proxy's URL that it cannot read it repeats, and a password may be in it.
 * Those of options were checked when the client was made. */
static const char *reason_of(const struct tc__transfer *transfer, CURLcode code)
{
	const char *reason = transfer->reason;

	if (*reason && !strchr(reason, '@'))
		return reason;
	return strstr(reason, "proxy") ? "the URL of the proxy in the environment is malformed"
				       : curl_easy_strerror(code);
}

static int fail(struct tc__transfer *transfer, CURLcode code, tc_error *err)
{
	const char *reason = reason_of(transfer, code);
	const char *fault = header_fault(transfer, code);
	int length;
	const char *host = authority(transfer->delivery->attempt->url, &length);

	if (fault)
		return tc__fail(err, TC_ERROR_REPLY, "the reply from %.*s cannot be read: %s",
			length, host, fault);
	if (transfer->fenced)
		return tc__fail(err, TC_ERROR_NETWORK,
			"no reply from %.*s: its address is not a public one, and only such are "
			"allowed (public_only)",
			length, host);
	if (transfer->crowded)
		return tc__fail(err, TC_ERROR_NETWORK,
			"no reply from %.*s: its name is not looked up now, as %d look-ups that "
			"were given "
			"up may still be under way",
			length, host, TC__LOOKUPS_LEFT_MAX);
	if (transfer->hung_up)
		return tc__fail(err, TC_ERROR_NETWORK,
			"no reply from %.*s: it closed the connection while the body was on its "
			"way",
			length, host);
	if (transfer->unanswered)
		return tc__fail(err, TC_ERROR_NETWORK,
			"no reply from %.*s: it refused the request, or closed a kept connection "
			"after it was sent, and it must not be sent twice",
			length, host);

	switch (code_of(code)) {
	case TC_ERROR_NOMEM:
		return tc__fail_nomem(err);
	case TC_ERROR_CANCELED:
		return tc__fail(err, TC_ERROR_CANCELED, "canceled by the progress callback");
	case TC_ERROR_ARGUMENT:
		return fail_file(transfer, code, reason, err);
	default:
		return tc__fail(err, code_of(code), "no reply from %.*s: %s", length, host, reason);
	}
}

/* A refusal counts, though its body breaks off: servers answer before they have read the request,
 * and then close the connection or (HTTP/2) the stream. */
static bool is_refused(const struct tc__transfer *transfer, CURLcode code)
{
	const struct tc__reply *reply = transfer->delivery->reply;
	bool broken = code_of(code) == TC_ERROR_NETWORK || code_of(code) == TC_ERROR_TIMEOUT ||
		transfer->hung_up;

	return broken && tc__reply_has_refused(reply);
}

/* Servers may answer before they have read the request; a success is none, then. */
static int check_sent(const struct tc__transfer *transfer, tc_error *err)
{
	const struct tc__delivery *delivery = transfer->delivery;
	curl_off_t sent = 0;

	if (!delivery->body || !tc__reply_is_success(delivery->reply))
		return TC_OK;
	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	if (sent == tc__delivery_length(delivery))
		return TC_OK;
	return tc__fail(err, TC_ERROR_NETWORK,
		"the server answered %d after %lld of the body's %lld bytes",
		tc__reply_status(delivery->reply), (long long)sent,
		(long long)tc__delivery_length(delivery));
}

/* A body that cannot be read explains what curl took for a wish to end. */
static bool is_source_fault(const struct tc__delivery *delivery)
{
	return delivery->body && delivery->body->err.code != TC_OK &&
		!tc__reply_has_refused(delivery->reply);
}

int tc__transfer_result(struct tc__transfer *transfer, CURLcode code, tc_error *err)
{
	struct tc__delivery *delivery = transfer->delivery;
	long sent = 0;
	int rc = TC_OK;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
	if (delivery->timing)
		tc__transfer_timing(transfer, delivery->timing);
	delivery->maybe_sent = sent > 0 || transfer->unanswered;
	delivery->permanent = is_permanent(code) || transfer->fenced ||
		(code != CURLE_OK && is_refused_by_proxy(transfer));
	if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
		transfer->looks_up = false; /* it has come to its end */
	if (code != CURLE_OK)
		tc__transfer_left(transfer);
	if (code != CURLE_OK && is_source_fault(delivery)) {
		delivery->permanent = true;
		rc = tc__fail_with(err, &delivery->body->err);
	} else if (code != CURLE_OK && delivery->reply->err.code == TC_OK &&
		!is_refused(transfer, code)) {
		rc = fail(transfer, code, err);
	} else if (code == CURLE_OK) {
		rc = check_sent(transfer, err);
	}
	transfer->delivery = NULL;
	return rc;
}
