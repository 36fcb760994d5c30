/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* MSG_TRUNC drops bytes of a stream, accept4 */
#include "tests/bench/store.h"

#include "tests/harness/test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HEAD_SIZE 16384
#define BODY_SIZE (256 * 1024)
#define AT_ONCE ((int64_t)1024 * 1024)
#define AT_RATE ((int64_t)64 * 1024) /* at once, where there is a rate */
#define PAGE 1000
#define DATE "\"2099-01-01T00:00:00.000Z\""
#define ETAG "\"measured-1\""

/* What the two processes share. */
struct counts {
	atomic_llong sent, taken;
	atomic_size_t cuts;
};

struct tc_store {
	struct tc_store_options options;
	int listener;
	char url[64];
	char credentials[1024]; /* of a member that is so called */
	struct counts *counts;
	pid_t pid;
};

struct connection {
	const struct tc_store *store;
	int fd;
	size_t length; /* of what came and is not used yet */
	char in[HEAD_SIZE + 1];
	char body[BODY_SIZE]; /* of a reply */
};

struct request {
	char *method, *path;
	const char *head;
	int64_t length; /* of its body */
};

/* ---- sending and reading ---- */

static bool send_all(int fd, const char *bytes, size_t length, int flags)
{
	while (length) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL | flags);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

static bool receive(struct connection *connection)
{
	ssize_t n;

	if (connection->length == HEAD_SIZE)
		return false;
	do
		n = recv(connection->fd, connection->in + connection->length,
			HEAD_SIZE - connection->length, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	connection->length += (size_t)n;
	connection->in[connection->length] = '\0';
	return true;
}

static void use(struct connection *connection, size_t length)
{
	connection->length -= length;
	memmove(connection->in, connection->in + length, connection->length + 1);
}

static const char *find_header(const struct request *request, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = request->head; line && *line;) {
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " ");
		line = strstr(line, "\r\n");
		line = line ? line + 2 : NULL;
	}
	return NULL;
}

/* Bytes that nobody looks at do not leave the kernel. */
static bool drop_body(struct connection *connection, int64_t length)
{
	size_t there = connection->length < (size_t)length ? connection->length : (size_t)length;

	use(connection, there);
	length -= (int64_t)there;
	while (length > 0) {
		size_t size = length < 4 * AT_ONCE ? (size_t)length : (size_t)(4 * AT_ONCE);
		ssize_t n = recv(connection->fd, NULL, size, MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		length -= n;
		atomic_fetch_add(&connection->store->counts->taken, n);
	}
	return true;
}

/* ---- replies of services ---- */

static bool reply_json(struct connection *connection, const char *json)
{
	char head[256];
	int length = snprintf(head, sizeof head,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
		"Content-Length: %zu\r\n\r\n",
		strlen(json));

	return send_all(connection->fd, head, (size_t)length, MSG_MORE) &&
		send_all(connection->fd, json, strlen(json), 0);
}

#define UPLOAD "\"projectId\":\"none\",\"uploadId\":\"" TC_STORE_TASK "\",\"expires\":" DATE

static const char status[] =
	"{\"status\":{\"taskId\":\"" TC_STORE_TASK "\",\"provisionerId\":\"proj\",\"workerType\":"
	"\"build\",\"taskQueueId\":\"proj/build\",\"schedulerId\":\"ci-level-3\",\"projectId\":"
	"\"none\",\"taskGroupId\":\"" TC_STORE_TASK "\",\"deadline\":" DATE ",\"expires\":" DATE ","
	"\"retriesLeft\":5,\"state\":\"completed\",\"runs\":[{\"runId\":0,\"state\":\"completed\","
	"\"reasonCreated\":\"scheduled\",\"reasonResolved\":\"completed\",\"scheduled\":" DATE ","
	"\"started\":" DATE ",\"resolved\":" DATE "}]}}";

static void write_list(struct connection *connection, const char *path)
{
	const struct tc_store_options *options = &connection->store->options;
	const char *token = strstr(path, "continuationToken=");
	size_t first = token ? strtoul(token + strlen("continuationToken="), NULL, 10) : 0;
	size_t end = first + PAGE < options->listed ? first + PAGE : options->listed;
	char *at = connection->body;

	at += sprintf(at, "{\"artifacts\":[");
	for (size_t i = first; i < end; i++)
		at += sprintf(at,
			"%s{\"storageType\":\"s3\",\"name\":\"public/%05zu\",\"expires\":" DATE ","
			"\"contentType\":\"application/octet-stream\"}",
			i > first ? "," : "", i);
	at += sprintf(at, "]");
	if (end < options->listed)
		at += sprintf(at, ",\"continuationToken\":\"%zu\"", end);
	sprintf(at, "}");
}

/* Where one artifact is. */
static void write_content(struct connection *connection, const char *name)
{
	char *to = connection->body;

	if (strncmp(name, "public%2Fobject", 15) == 0 || strncmp(name, "public/object", 13) == 0)
		snprintf(to, BODY_SIZE, "{\"storageType\":\"object\",\"name\":\"t/object\",%s}",
			connection->store->credentials);
	else
		snprintf(to, BODY_SIZE, "{\"storageType\":\"s3\",\"url\":\"%s/store/%s\"}",
			connection->store->url, name);
}

static void write_made(struct connection *connection, const char *body)
{
	bool object = strstr(body, "\"object\"") != NULL;

	if (object)
		snprintf(connection->body, BODY_SIZE,
			"{\"storageType\":\"object\",\"name\":\"t/object\"," UPLOAD ",%s}",
			connection->store->credentials);
	else
		snprintf(connection->body, BODY_SIZE,
			"{\"storageType\":\"s3\",\"contentType\":\"application/octet-stream\","
			"\"expires\":" DATE ",\"putUrl\":\"%s/store/s3\"}",
			connection->store->url);
}

static void write_upload(struct connection *connection, const char *body)
{
	const char *length = strstr(body, "\"contentLength\":");

	snprintf(connection->body, BODY_SIZE,
		"{" UPLOAD
		",\"uploadMethod\":{\"putUrl\":{\"url\":\"%s/store/object\",\"expires\":" DATE
		",\"headers\":{\"Content-Length\":\"%lld\",\"Content-Type\":"
		"\"application/octet-stream\"}}}}",
		connection->store->url,
		length ? atoll(length + strlen("\"contentLength\":")) : 0LL);
}

static void write_download(struct connection *connection)
{
	const struct tc_store_options *options = &connection->store->options;

	snprintf(connection->body, BODY_SIZE,
		"{\"method\":\"getUrl\",\"url\":\"%s/store/object\",\"expires\":" DATE ","
		"\"hashes\":{\"sha256\":\"%s\",\"sha512\":\"%s\"}}",
		connection->store->url, options->sha256, options->sha512);
}

/* What a service answers; all of the request's body is at connection->in. */
static bool answer(struct connection *connection, const struct request *request, const char *body)
{
	const char *content = strstr(request->path, "/artifact-content/");
	const char *artifacts = strstr(request->path, "/artifacts");

	strcpy(connection->body, "{}");
	if (content)
		write_content(connection, content + strlen("/artifact-content/"));
	else if (strstr(request->path, "/start-download/"))
		write_download(connection);
	else if (strstr(request->path, "/upload/"))
		write_upload(connection, body);
	else if (strstr(request->path, "/status"))
		strcpy(connection->body, status);
	else if (artifacts && strcmp(request->method, "POST") == 0)
		write_made(connection, body);
	else if (artifacts && strcmp(request->method, "GET") == 0)
		write_list(connection, request->path);
	return reply_json(connection, connection->body);
}

/* ---- replies of the storage ---- */

static void sleep_until(const struct timespec *begun, double seconds)
{
	struct timespec until = *begun;
	long ns = (long)((seconds - (double)(time_t)seconds) * 1e9) + begun->tv_nsec;

	until.tv_sec += (time_t)seconds + ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Where the connection is to break next, if that is in between; else `end`. */
static int64_t next_cut(const struct tc_store *store, int64_t begin, int64_t end)
{
	size_t next = atomic_load(&store->counts->cuts);

	if (next >= store->options.cut_count || store->options.cuts[next] < begin ||
		store->options.cuts[next] >= end)
		return end;
	return store->options.cuts[next];
}

static bool send_file(const struct connection *connection, int64_t begin, int64_t end)
{
	const struct tc_store *store = connection->store;
	int64_t rate = store->options.rate, stop = next_cut(store, begin, end);
	off_t at = (off_t)begin;
	struct timespec begun;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	while (at < stop) {
		int64_t size = rate ? AT_RATE : AT_ONCE;
		ssize_t n = sendfile(connection->fd, store->options.fd, &at,
			(size_t)(stop - at < size ? stop - at : size));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		atomic_fetch_add(&store->counts->sent, n);
		if (rate)
			sleep_until(&begun, (double)(at - begin) / (double)rate);
	}
	if (stop < end)
		atomic_fetch_add(&store->counts->cuts, 1);
	return stop == end;
}

static bool serve_file(const struct connection *connection, const struct request *request)
{
	const struct tc_store_options *options = &connection->store->options;
	const char *range = find_header(request, "Range");
	long long begin = 0, end = options->size, last = 0;
	char head[512], told[128] = "";

	if (range && sscanf(range, "bytes=%lld-%lld", &begin, &last) == 2)
		end = last + 1 < options->size ? last + 1 : options->size;
	if (range)
		snprintf(told, sizeof told, "Content-Range: bytes %lld-%lld/%lld\r\n", begin,
			end - 1, (long long)options->size);
	int length = snprintf(head, sizeof head,
		"HTTP/1.1 %s\r\nContent-Type: application/octet-stream\r\nETag: " ETAG "\r\n"
		"Accept-Ranges: bytes\r\n%sContent-Length: %lld\r\n\r\n",
		range ? "206 Partial Content" : "200 OK", told, end - begin);
	return send_all(connection->fd, head, (size_t)length, end > begin ? MSG_MORE : 0) &&
		send_file(connection, begin, end);
}

static bool take_file(struct connection *connection, int64_t length)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

	return drop_body(connection, length) &&
		send_all(connection->fd, reply, sizeof reply - 1, 0);
}

/* ---- a connection ---- */

/* The next request's head, in place; 0: there is none any more. */
static size_t read_head(struct connection *connection, struct request *request)
{
	char *end;

	while (!(end = connection->length ? strstr(connection->in, "\r\n\r\n") : NULL))
		if (!receive(connection))
			return 0;
	end[2] = '\0';
	request->head = strstr(connection->in, "\r\n") + 2;
	request->method = connection->in;
	request->path = strchr(connection->in, ' ');
	if (!request->path)
		return 0;
	*request->path++ = '\0';
	request->path[strcspn(request->path, " ")] = '\0';
	const char *length = find_header(request, "Content-Length");
	request->length = length ? strtoll(length, NULL, 10) : 0;
	return (size_t)(end + 4 - connection->in);
}

static bool serve_store(struct connection *connection, const struct request *request, size_t head)
{
	static const char refusal[] = "HTTP/1.1 411 Length Required\r\nConnection: close\r\n"
				      "Content-Length: 0\r\n\r\n";
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	int64_t length = request->length;

	if (strcmp(request->method, "PUT") != 0) {
		bool good = serve_file(connection, request);
		use(connection, head);
		return good;
	}
	if (find_header(request, "Transfer-Encoding")) { /* storage wants the length */
		send_all(connection->fd, refusal, sizeof refusal - 1, 0);
		return false;
	}
	bool waits = find_header(request, "Expect") != NULL;
	use(connection, head);
	return (!waits || send_all(connection->fd, go_on, sizeof go_on - 1, 0)) &&
		take_file(connection, length);
}

static bool serve_one(struct connection *connection)
{
	struct request request;
	size_t head = read_head(connection, &request);

	if (!head)
		return false;
	if (strncmp(request.path, "/store/", 7) == 0)
		return serve_store(connection, &request, head);
	size_t whole = head + (size_t)request.length;
	while (connection->length < whole)
		if (!receive(connection))
			return false;
	char behind = connection->in[whole];
	connection->in[whole] = '\0';
	bool good = answer(connection, &request, connection->in + head);
	connection->in[whole] = behind;
	use(connection, whole);
	return good;
}

static void *serve_connection(void *data)
{
	struct connection *connection = data;

	while (serve_one(connection))
		;
	close(connection->fd);
	free(connection);
	return NULL;
}

static void serve(const struct tc_store *store)
{
	int one = 1;

	for (;;) {
		pthread_t thread;
		int fd = accept4(store->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		struct connection *connection = calloc(1, sizeof *connection);
		if (!connection)
			abort();
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		connection->store = store;
		connection->fd = fd;
		if (pthread_create(&thread, NULL, serve_connection, connection) != 0)
			abort();
		pthread_detach(thread);
	}
}

/* ---- from beginning to end ---- */

/* Nobody checks whether they are signed. */
static void write_credentials(struct tc_store *store)
{
	const int64_t hour = 3600, now = (int64_t)time(NULL);

	snprintf(store->credentials, sizeof store->credentials,
		"\"credentials\":{\"clientId\":\"task-client/" TC_STORE_TASK "/0\",\"accessToken\":"
		"\"no-secret-no-secret-no-secret-no-secret-no\",\"certificate\":\"{\\\"version"
		"\\\":1,\\\"scopes\\\":[\\\"object:upload:none:t/*\\\"],\\\"start\\\":%lld000,"
		"\\\"expiry\\\":%lld000,\\\"seed\\\":\\\"" TC_STORE_TASK TC_STORE_TASK
		"\\\",\\\"signature\\\":\\\"c2lnbmF0dXJlc2lnbmF0dXJlc2lnbmF0dXJlc2lnbmE=\\\","
		"\\\"issuer\\\":\\\"queue\\\"}\"}",
		(long long)(now - hour), (long long)(now + 24 * hour));
}

static void listen_on_loopback(struct tc_store *store)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;

	store->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(store->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(store->listener, 1024), 0);
	assert_int_equal(getsockname(store->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(store->url, sizeof store->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

struct tc_store *tc_store_fork(const struct tc_store_options *options)
{
	struct tc_store *store = calloc(1, sizeof *store);

	assert_non_null(store);
	store->options = *options;
	store->counts = mmap(NULL, sizeof *store->counts, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(store->counts != MAP_FAILED);
	listen_on_loopback(store);
	write_credentials(store);
	fflush(NULL);
	store->pid = fork();
	assert_true(store->pid >= 0);
	if (store->pid > 0) {
		close(store->listener);
		return store;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN); /* sendfile has no flag for that */
	serve(store);
	_exit(0);
}

const char *tc_store_url(const struct tc_store *store)
{
	return store->url;
}

size_t tc_store_cuts(const struct tc_store *store)
{
	return atomic_load(&store->counts->cuts);
}

int64_t tc_store_sent(const struct tc_store *store)
{
	return atomic_load(&store->counts->sent);
}

int64_t tc_store_taken(const struct tc_store *store)
{
	return atomic_load(&store->counts->taken);
}

void tc_store_stop(struct tc_store *store)
{
	if (!store)
		return;
	kill(store->pid, SIGKILL);
	waitpid(store->pid, NULL, 0);
	munmap(store->counts, sizeof *store->counts);
	free(store);
}
