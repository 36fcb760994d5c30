/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* POLLRDHUP */
#include "runtime/src/http/transport_curl.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/common/clock.h"
#include "runtime/src/http/address.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* A kept connection that has been idle for longer may be closed at any moment (node's servers close
 * after 5 s, nginx after 75, Taskcluster's after 90): good enough for what may be sent again. */
#define IDLE_ONCE_S 4L
#define IDLE_REPEATABLE_S 85L

/* Bytes that curl reads at once. Most replies are small, and some versions of libcurl make a buffer
 * for each transfer; large ones come in fewer pieces, each of which costs a turn. */
#define BUFFER_MIN 4096L
#define BUFFER_MAX 32768L
#define HEAD_SIZE 1024 /* of the buffer, for a usual header section */

/* curl_easy_setopt is a macro that takes any number of types; this collects its failures. */
#define SET(option, value) \
	do { \
		if (code == CURLE_OK) \
			code = curl_easy_setopt(transfer->easy, option, value); \
	} while (0)

/* ---- sockets ---- */

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
	transfer->opened++;
	int fd = tc__sockets_open(
		transfer->sockets, address->family, address->socktype, address->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_close(void *data, curl_socket_t fd)
{
	return tc__sockets_close(data, fd);
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
 * the reply, and a little later it is over in any case. The pool sees to that: libcurl 8.22 counts
 * no time of what is paused, but for the whole of it.
 */
#define HANG_UP_MS 1000

static void wait_until(struct tc__transfer *transfer, int64_t over_ms)
{
	transfer->over_ms = over_ms;
	if (over_ms < *transfer->guard_ms)
		*transfer->guard_ms = over_ms;
}

static void hang_up(struct tc__transfer *transfer)
{
	transfer->hung_up = true;
	wait_until(transfer, tc__steady_ms(NULL) + HANG_UP_MS);
}

CURLcode tc__transfer_guard(struct tc__transfer *transfer, int64_t now_ms)
{
	if (!transfer->hung_up)
		return CURLE_OK;
	bool over = transfer->over_ms <= now_ms;
	wait_until(transfer, over ? now_ms + HANG_UP_MS : transfer->over_ms);
	return over ? curl_easy_pause(transfer->easy, CURLPAUSE_CONT) : CURLE_OK;
}

/* Over TLS a piece goes out in records of this size. libcurl asks for more at once, and between two
 * records nobody would look whether the server has closed. */
#define RECORD_SIZE 16384

static size_t piece_size(const struct tc__delivery *delivery, size_t room)
{
	bool secure = tc__same_letters(delivery->attempt->url, "https:", 6);

	return secure && room > RECORD_SIZE ? RECORD_SIZE : room;
}

static size_t on_source(char *bytes, size_t size, size_t count, void *data)
{
	struct tc__transfer *transfer = data;
	const struct tc__delivery *delivery = transfer->delivery;
	size_t length;

	if (!delivery || !delivery->body || is_canceled(delivery) || transfer->hung_up)
		return CURL_READFUNC_ABORT;
	size_t room = piece_size(delivery, size * count);
	if (tc__reading_next(delivery->body, bytes, room, &length) != TC_OK)
		return CURL_READFUNC_ABORT;
	if (!has_parting_words(transfer))
		return length;
	hang_up(transfer);
	return CURL_READFUNC_PAUSE;
}

/* The reply's head is there: a success is none before all is sent. What else the server has said is
 * read before anything is sent. */
static void end_hang_up(struct tc__transfer *transfer)
{
	if (transfer->hung_up && tc__reply_has_head(transfer->delivery->reply))
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
		transfer->connection =
			tc__sockets_connection(transfer->sockets, local_port, remote_port);
	transfer->requests++;
	transfer->moved = TC__NOT_MOVED; /* its silence begins now */
	if (transfer->requests == 1 || !transfer->delivery ||
		transfer->delivery->attempt->repeatable)
		return CURL_PREREQFUNC_OK;
	transfer->unanswered = true;
	return CURL_PREREQFUNC_ABORT;
}

/* What of a body is in the system's hands still: libcurl 8 gives it a little more with each look,
 * until there is no room at all. */
static int queued(const struct tc__transfer *transfer)
{
	int length = 0;

	if (transfer->connection < 0 || ioctl(transfer->connection, TIOCOUTQ, &length) != 0)
		return 0;
	return length;
}

#define LOOK_MS 100 /* bytes that flow cost nothing then */

/* Who has looked for no longer was kept by others, as a loop by somebody's callback: what came
 * meanwhile is not read yet. */
#define KEPT_MS 1500

/*
 * Whether nothing has moved for as long as it may. libcurl asks itself, too, but by a mean that
 * takes 6 s to forget what went at the beginning, and 18 and more with versions 8. It wakes up for
 * that once a second, which is when this is asked.
 */
static bool is_silent(struct tc__transfer *transfer, curl_off_t moved)
{
	const struct tc__delivery *delivery = transfer->delivery;

	if (delivery->silence_ms <= 0 || transfer->hung_up)
		return false;
	int64_t now_ms = tc__steady_ms(NULL);
	if (transfer->requests == 0 || tc__reply_is_paused(delivery->reply))
		transfer->moved = TC__NOT_MOVED;
	if (transfer->moved != TC__NOT_MOVED && now_ms - transfer->looked_ms < LOOK_MS)
		return false;
	bool kept = now_ms - transfer->looked_ms > KEPT_MS;
	transfer->looked_ms = now_ms;
	moved -= queued(transfer);
	if (moved > transfer->moved || kept) {
		transfer->moved = moved;
		transfer->moved_ms = now_ms;
	}
	transfer->silent = now_ms - transfer->moved_ms >= delivery->silence_ms;
	return transfer->silent;
}

bool tc__transfer_has_begun(const struct tc__transfer *transfer)
{
	return transfer->opened || transfer->requests || transfer->looks_up || transfer->crowded;
}

static int on_progress(void *data, curl_off_t receive_total, curl_off_t received,
	curl_off_t send_total, curl_off_t sent)
{
	struct tc__transfer *transfer = data;
	const struct tc__delivery *delivery = transfer->delivery;

	if (!delivery)
		return 0;
	if (is_canceled(delivery) || is_silent(transfer, sent + received))
		return 1;
	if (!delivery->progress || *transfer->driver != delivery->owner) /* somebody else waits */
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
	tc__sockets_doubt(transfer->sockets); /* the thread that looks it up tells by a pair */
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
		.url = curl_url(),
		.sockets = sockets,
		.network = tc__network_options(network),
		.buffer_size = BUFFER_MIN,
		.set = { TC__NOT_SET, TC__NOT_SET, TC__NOT_SET, TC__NOT_SET, TC__NOT_SET, false,
			false } };
	int rc = transfer->easy && transfer->url ? TC_OK : tc__fail_nomem(err);
	if (rc == TC_OK)
		rc = tc__network_set_up(network, transfer->easy, err);
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
	curl_url_cleanup(transfer->url);
	transfer->easy = NULL;
	transfer->url = NULL;
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
		typed |= body && strncmp(attempt->lines[count], "Content-Type:", 13) == 0;
	}
	if (body)
		link_line(transfer, count++, "Expect:"); /* no waiting for a "100 Continue" */
	if (body && !typed)
		link_line(transfer, count++, "Content-Type:"); /* not curl's "form" */
}

/* curl looks at each option anew whenever it is set, so that is done only when it changes. */
static CURLcode set_number(struct tc__transfer *transfer, CURLoption option, long value, long *last)
{
	if (*last == value)
		return CURLE_OK;
	CURLcode code = curl_easy_setopt(transfer->easy, option, value);
	*last = code == CURLE_OK ? value : TC__NOT_SET;
	return code;
}

/* How long the part of a URL is in front of its path, which many URLs have in common; 0 when none
 * is worth remembering. */
static size_t common_length(const char *url)
{
	int length;
	const char *host = authority(url, &length);
	size_t common = (size_t)(host - url) + (size_t)length;

	return common < TC__COMMON_MAX && url[common] == '/' && !strchr(url, '#') ? common : 0;
}

/* Of a path and nothing else curl takes only that. It would change the case of what is
 * percent-encoded (7.88). */
static bool is_other_path(const struct tc__transfer *transfer, const char *url)
{
	size_t common = transfer->common_length;

	return common && strncmp(url, transfer->common, common) == 0 && url[common] == '/' &&
		!strpbrk(url + common, "%?#");
}

static CURLUcode set_parts(struct tc__transfer *transfer, const char *url)
{
	if (is_other_path(transfer, url)) {
		(void)curl_url_set(transfer->url, CURLUPART_QUERY, NULL, 0);
		return curl_url_set(
			transfer->url, CURLUPART_PATH, url + transfer->common_length, 0);
	}
	CURLUcode parsed = curl_url_set(
		transfer->url, CURLUPART_URL, url, CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
	transfer->common_length = parsed == CURLUE_OK ? common_length(url) : 0;
	memcpy(transfer->common, url, transfer->common_length);
	return parsed;
}

/*
 * A URL that is given as text curl parses for each transfer, and then writes anew from what it has
 * read: an eighth of all that a call costs. So it is given in parts, too. What curl does not take
 * so it refuses when the transfer begins.
 */
static CURLcode set_url(struct tc__transfer *transfer, const char *url)
{
	CURLUcode parsed = set_parts(transfer, url);
	CURLcode code = CURLE_OK;

	if (parsed == CURLUE_OUT_OF_MEMORY)
		return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_URL, url);
	transfer->in_parts = parsed == CURLUE_OK;
	SET(CURLOPT_CURLU, transfer->in_parts ? transfer->url : NULL);
	return code;
}

static CURLcode set_lines(struct tc__transfer *transfer)
{
	bool any = transfer->lines[0].data != NULL;
	CURLcode code = CURLE_OK;

	if (any != transfer->set.listed)
		SET(CURLOPT_HTTPHEADER, any ? transfer->lines : NULL);
	if (code == CURLE_OK)
		transfer->set.listed = any;
	return code;
}

/* The length is told, so that nothing is sent in chunks. */
static CURLcode set_upload(struct tc__transfer *transfer, const char *method, int64_t length)
{
	CURLcode code = CURLE_OK;

	/* where libcurl still knows of another body it does not go back in this one when a kept
	 * connection was dead, and waits for nothing; it makes a POST of it, so this comes first */
	SET(CURLOPT_POSTFIELDS, NULL);
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
	bool get = !body && strcmp(method, "GET") == 0;
	CURLcode code = CURLE_OK;

	if (get && transfer->set.get)
		return code;
	transfer->set.get = false;
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
		SET(CURLOPT_CUSTOMREQUEST, get ? NULL : method);
		transfer->set.get = get && code == CURLE_OK;
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

/* So much longer than allowed libcurl itself takes for silence, which is_silent measures: it is to
 * wake up for that. */
#define WAKE_S 3600L

/* Before the connection stands nobody counts silence, and a look-up may hang. */
static CURLcode set_pace(struct tc__transfer *transfer, const struct tc__delivery *delivery)
{
	bool paced = delivery->silence_ms > 0;
	bool sooner = paced && delivery->silence_ms < transfer->network->connect_timeout_ms;
	int64_t connect_ms = sooner ? delivery->silence_ms : transfer->network->connect_timeout_ms;

	CURLcode code = set_number(
		transfer, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms, &transfer->set.connect_ms);
	if (code == CURLE_OK)
		code = set_number(transfer, CURLOPT_TIMEOUT_MS, (long)delivery->timeout_ms,
			&transfer->set.timeout_ms);
	if (paced || transfer->paced) {
		SET(CURLOPT_LOW_SPEED_LIMIT, paced ? 1L : 0L);
		SET(CURLOPT_LOW_SPEED_TIME, WAKE_S + (long)(delivery->silence_ms / 1000));
	}
	transfer->paced = paced;
	return code;
}

/* Whether it has a body, or is of a method that tells the length of none. */
static bool sends_length(const struct tc__delivery *delivery)
{
	const struct tc__attempt *attempt = delivery->attempt;
	const char *method = attempt->method;

	if (attempt->body || delivery->body)
		return true;
	return *method == 'P' &&
		(strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
			strcmp(method, "PATCH") == 0);
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

void tc__transfer_widen(struct tc__transfer *transfer)
{
	transfer->buffer_size = BUFFER_MAX;
}

/* What streams is large; what is collected comes into a buffer that has grown with the replies that
 * the handle had. */
static void set_buffer(struct tc__transfer *transfer, const struct tc__delivery *delivery)
{
	if (delivery->reply->sink)
		tc__transfer_widen(transfer);
	/* a handle that was not the last one of its connection (HTTP/2) may still have the buffer,
	 * and then takes none of another size: it goes on with that */
	(void)set_number(
		transfer, CURLOPT_BUFFERSIZE, transfer->buffer_size, &transfer->set.buffer_size);
}

static void grow_buffer(struct tc__transfer *transfer, size_t received)
{
	while (transfer->buffer_size < BUFFER_MAX &&
		(size_t)transfer->buffer_size < received + HEAD_SIZE)
		transfer->buffer_size *= 2;
}

/* A connection that is its user's alone, for another protocol. */
static CURLcode set_connect_only(struct tc__transfer *transfer, const struct tc__delivery *delivery)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_URL, delivery->attempt->url);
	SET(CURLOPT_CONNECT_ONLY, 1L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
	SET(CURLOPT_SSL_ENABLE_ALPN, 0L); /* what would be agreed on is HTTP */
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)delivery->timeout_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)delivery->timeout_ms);
	SET(CURLOPT_NOPROGRESS, 1L);
	return code;
}

static void begin_load(struct tc__transfer *transfer, struct tc__delivery *delivery)
{
	errno = 0;
	transfer->sockets->no_memory = false;
	transfer->delivery = delivery;
	transfer->reason[0] = '\0';
	transfer->requests = 0;
	transfer->hung_up = transfer->silent = false;
	transfer->moved = TC__NOT_MOVED;
	transfer->connection = -1;
	transfer->unanswered = transfer->looks_up = transfer->crowded = transfer->fenced = false;
	transfer->opened = 0;
	transfer->lines[0] = (struct curl_slist){ 0 };
}

int tc__transfer_load(struct tc__transfer *transfer, struct tc__delivery *delivery, tc_error *err)
{
	const struct tc__attempt *attempt = delivery->attempt;
	bool body = sends_length(delivery);
	CURLcode code = CURLE_OK;

	begin_load(transfer, delivery);
	if (delivery->connect_only) {
		code = set_connect_only(transfer, delivery);
		return code == CURLE_OK ? TC_OK : fail_setup(code, err);
	}
	link_lines(transfer, attempt, body);
	code = set_url(transfer, attempt->url);
	if (code == CURLE_OK)
		code = set_method(transfer, delivery, body);
	if (code == CURLE_OK)
		code = set_freshness(transfer, delivery);
	set_buffer(transfer, delivery);
	if (code == CURLE_OK)
		code = set_lines(transfer);
	if (code == CURLE_OK)
		code = set_pace(transfer, delivery);
	if (code == CURLE_OK)
		code = set_number(transfer, CURLOPT_NOPROGRESS,
			delivery->progress || delivery->silence_ms > 0 ? 0L : 1L,
			&transfer->set.quiet);
	if (code == CURLE_OK)
		code = set_number(transfer, CURLOPT_MAXAGE_CONN, idle_s(transfer, attempt),
			&transfer->set.idle_s);
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

	if (tc__reply_has_head(reply))
		return NULL;
	if (code == CODE_TOO_LARGE ||
		(code == CURLE_OUT_OF_MEMORY && begun && !is_out_of_memory(transfer)))
		return "a line of its headers is over 100 KB, the most that libcurl takes";
	if (strncmp(transfer->reason, too_many, sizeof too_many - 1) == 0)
		return "its headers are over 300 KB, the most that libcurl takes";
	return NULL;
}

/* The option that gave the way on which nobody was reached: libcurl names the URL's host, even
 * where it has looked for a file. */
static const char *way_of(const struct tc__transfer *transfer, CURLcode code)
{
	const struct tc__network_options *options = transfer->network;

	if (code == CURLE_INTERFACE_FAILED && options->interface)
		return "interface";
	return code == CURLE_COULDNT_CONNECT && options->unix_socket ? "unix_socket" : NULL;
}

static int fail_way(
	const struct tc__transfer *transfer, CURLcode code, const char *reason, tc_error *err)
{
	const struct tc__network_options *options = transfer->network;
	bool local = code == CURLE_INTERFACE_FAILED;
	int length;
	const char *host = authority(transfer->delivery->attempt->url, &length);

	return tc__fail(err, TC_ERROR_NETWORK, "no reply from %.*s: %s %.100s: %s", length, host,
		way_of(transfer, code), local ? options->interface : options->unix_socket,
		local ? reason : curl_easy_strerror(code));
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

/* A connection is tried again for days. Without libcurl's " after 12 ms" the same trouble has the
 * same text, by which it is known that it was told before. */
static void forget_time(char *reason)
{
	static const char after[] = " after ";
	char *at = strstr(reason, after);
	char *number = at ? at + sizeof after - 1 : NULL;
	size_t digits = at ? strspn(number, "0123456789") : 0;

	if (!digits || strncmp(number + digits, " m", 2) != 0)
		return;
	char *rest = number + digits + 1;
	rest += strspn(rest, "milseconds"); /* or "ms" */
	memmove(at, rest, strlen(rest) + 1);
}

static int fail_to_connect(struct tc__transfer *transfer, CURLcode code, tc_error *err)
{
	forget_time(transfer->reason);
	const char *reason = reason_of(transfer, code);
	int length;
	const char *host = authority(transfer->delivery->attempt->url, &length);

	if (transfer->crowded)
		reason = "its name is not looked up now, as too many look-ups that were given up "
			 "may still be under way";
	switch (code_of(code)) {
	case TC_ERROR_NOMEM:
		return tc__fail_nomem(err);
	case TC_ERROR_ARGUMENT:
		return fail_file(transfer, code, reason, err);
	default:
		return tc__fail(
			err, code_of(code), "no connection to %.*s: %s", length, host, reason);
	}
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
	if (transfer->silent)
		return tc__fail(err, TC_ERROR_TIMEOUT,
			"no reply from %.*s: too slow: not a byte went for %lld ms", length, host,
			(long long)transfer->delivery->silence_ms);
	if (transfer->unanswered)
		return tc__fail(err, TC_ERROR_NETWORK,
			"no reply from %.*s: it refused the request, or closed a kept connection "
			"after it was sent, and it must not be sent twice",
			length, host);

	if (way_of(transfer, code))
		return fail_way(transfer, code, reason, err);

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
		transfer->hung_up || transfer->silent;

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

/* What curl has taken apart is a URL: when memory ends while it copies the parts, or writes the URL
 * from them, later versions (8.14) say that there is none, or that it is malformed, and not how. */
static CURLcode true_code(const struct tc__transfer *transfer, CURLcode code)
{
	const char *reason = transfer->reason;

	if (code != CURLE_URL_MALFORMAT || !transfer->in_parts)
		return code;
	return !*reason || strcmp(reason, "No URL set") == 0 ? CURLE_OUT_OF_MEMORY : code;
}

int tc__transfer_result(struct tc__transfer *transfer, CURLcode code, tc_error *err)
{
	struct tc__delivery *delivery = transfer->delivery;
	long sent = 0;
	int rc = TC_OK;

	code = true_code(transfer, code);
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
	if (delivery->connect_only) {
		rc = code == CURLE_OK ? TC_OK : fail_to_connect(transfer, code, err);
	} else if (code != CURLE_OK && is_source_fault(delivery)) {
		delivery->permanent = true;
		rc = tc__fail_with(err, &delivery->body->err);
	} else if (code != CURLE_OK && delivery->reply->err.code == TC_OK &&
		!is_refused(transfer, code)) {
		rc = fail(transfer, code, err);
	} else if (code == CURLE_OK) {
		grow_buffer(transfer, delivery->reply->received);
		rc = check_sent(transfer, err);
	}
	transfer->delivery = NULL;
	return rc;
}

int tc__transfer_socket(const struct tc__transfer *transfer)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
		return -1;
	return fd == CURL_SOCKET_BAD ? -1 : fd;
}
