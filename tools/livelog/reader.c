/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* POLLRDHUP */
#include "tools/livelog/reader.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)32 * 1024)

#ifndef POLLRDHUP
#define POLLRDHUP POLLHUP
#endif

enum place { NOWHERE, REFUSED, THE_LOG };

struct reader {
	struct livelog *livelog;
	struct MHD_Connection *connection;
	enum place place;
	bool counted; /* in livelog->readers */
	bool sized;   /* was told the log's length */
	bool waits;   /* suspended, in livelog->waiting */
	bool gone;
	struct reader *previous, *next;
};

static const char prefix[] = "/log/";

/* Of the target as it was sent: what is behind the prefix is the token, byte for byte. */
static enum place place_of(const struct livelog *livelog, const char *target)
{
	size_t length = strlen(livelog->token);

	if (strncmp(target, prefix, sizeof prefix - 1) != 0)
		return NOWHERE;
	target += sizeof prefix - 1;
	if (strlen(target) != length || CRYPTO_memcmp(target, livelog->token, length) != 0)
		return REFUSED;
	return THE_LOG;
}

void *reader_begin(void *data, const char *target, struct MHD_Connection *connection)
{
	struct livelog *livelog = data;
	struct reader *reader = calloc(1, sizeof *reader);

	if (!reader)
		return NULL;
	reader->livelog = livelog;
	reader->connection = connection;
	reader->place = place_of(livelog, target);
	return reader;
}

/* Until the log has grown or the reader has gone: the daemon does not look at it meanwhile. */
static void wait_for_more(struct reader *reader)
{
	struct livelog *livelog = reader->livelog;

	reader->waits = true;
	reader->previous = NULL;
	reader->next = livelog->waiting;
	if (reader->next)
		reader->next->previous = reader;
	livelog->waiting = reader;
	MHD_suspend_connection(reader->connection);
}

static void wait_no_more(struct reader *reader)
{
	if (!reader->waits)
		return;
	reader->waits = false;
	if (reader->previous)
		reader->previous->next = reader->next;
	else
		reader->livelog->waiting = reader->next;
	if (reader->next)
		reader->next->previous = reader->previous;
}

static void resume(struct reader *reader)
{
	wait_no_more(reader);
	reader->livelog->resumed = true;
	MHD_resume_connection(reader->connection);
}

void readers_resume(struct livelog *livelog)
{
	while (livelog->waiting)
		resume(livelog->waiting);
}

static void count_no_more(struct reader *reader)
{
	if (reader->counted)
		atomic_fetch_sub(&reader->livelog->readers, 1);
	reader->counted = false;
}

static bool has_gone(const struct reader *reader)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(reader->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd end = { .fd = info ? info->connect_fd : -1, .events = POLLRDHUP };

	return poll(&end, 1, 0) > 0 && end.revents;
}

void readers_drop_gone(struct livelog *livelog)
{
	struct reader *next;

	for (struct reader *reader = livelog->waiting; reader; reader = next) {
		next = reader->next;
		reader->gone = has_gone(reader);
		if (!reader->gone)
			continue;
		count_no_more(reader);
		resume(reader);
	}
}

/* The end of the log's bytes, as MHD_ContentReaderCallback says it. */
static ssize_t at_end(struct reader *reader, enum log_state state)
{
	if (reader->sized || state == LOG_BROKEN)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (state == LOG_WHOLE)
		return MHD_CONTENT_READER_END_OF_STREAM;
	wait_for_more(reader);
	return 0;
}

static ssize_t read_log(void *data, uint64_t position, char *buffer, size_t size)
{
	struct reader *reader = data;
	struct livelog *livelog = reader->livelog;
	/* before the file is read: what was written before the end was told is then seen */
	enum log_state state = (enum log_state)atomic_load(&livelog->state);
	ssize_t length;

	if (reader->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	do
		length = pread(livelog->fd, buffer, size, (off_t)position);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return length ? length : at_end(reader, state);
}

static struct MHD_Response *text_response(const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

	if (response && *text)
		MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	return response;
}

static struct MHD_Response *log_response(struct reader *reader)
{
	struct livelog *livelog = reader->livelog;
	uint64_t size = MHD_SIZE_UNKNOWN;
	struct stat info;

	if (atomic_load(&livelog->state) == LOG_WHOLE) {
		if (fstat(livelog->fd, &info) != 0)
			return NULL;
		reader->sized = true;
		size = (uint64_t)info.st_size;
	}
	struct MHD_Response *response =
		MHD_create_response_from_callback(size, PIECE, read_log, reader, NULL);
	if (!response)
		return NULL;
	MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	MHD_add_response_header(response, "Access-Control-Expose-Headers", "Transfer-Encoding");
	return response;
}

static bool is_full(struct livelog *livelog)
{
	if (atomic_load(&livelog->readers) >= livelog->readers_max)
		readers_drop_gone(livelog);
	return atomic_load(&livelog->readers) >= livelog->readers_max;
}

/* Makes the reply to who knows the token; tells its status. */
static struct MHD_Response *log_reply(struct reader *reader, const char *method, unsigned *status)
{
	struct livelog *livelog = reader->livelog;
	struct MHD_Response *response;

	if (strcmp(method, "OPTIONS") == 0) {
		*status = MHD_HTTP_NO_CONTENT;
		response = text_response("");
		if (response) {
			MHD_add_response_header(
				response, "Access-Control-Allow-Methods", "GET, HEAD");
			MHD_add_response_header(response, "Access-Control-Allow-Headers", "*");
		}
		return response;
	}
	bool get = strcmp(method, "GET") == 0;
	if (!get && strcmp(method, "HEAD") != 0) {
		*status = MHD_HTTP_METHOD_NOT_ALLOWED;
		response = text_response("This endpoint can only handle GET requests");
		if (response)
			MHD_add_response_header(response, "Allow", "GET, HEAD, OPTIONS");
		return response;
	}
	if (get && is_full(livelog)) {
		*status = MHD_HTTP_SERVICE_UNAVAILABLE;
		return text_response("Too many readers");
	}
	if (get) {
		reader->counted = true;
		atomic_fetch_add(&livelog->readers, 1);
		MHD_set_connection_option(
			reader->connection, MHD_CONNECTION_OPTION_TIMEOUT, livelog->stuck_seconds);
	}
	*status = MHD_HTTP_OK;
	return log_response(reader);
}

static struct MHD_Response *make_reply(struct reader *reader, const char *method, unsigned *status)
{
	struct MHD_Response *response;

	if (reader->place == NOWHERE) {
		*status = MHD_HTTP_NOT_FOUND;
		return text_response("404 page not found\n");
	}
	if (reader->place == REFUSED) {
		*status = MHD_HTTP_UNAUTHORIZED;
		response = text_response("Access denied");
	} else {
		response = log_reply(reader, method, status);
	}
	if (response)
		MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
	return response;
}

enum MHD_Result reader_answer(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context)
{
	struct reader *reader = *context;
	unsigned status = 0;

	(void)data;
	(void)url;
	(void)version;
	(void)upload;
	(void)upload_size;
	if (!reader)
		return MHD_NO;
	struct MHD_Response *response = make_reply(reader, method, &status);
	if (!response)
		return MHD_NO;
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

void reader_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	struct reader *reader = *context;

	(void)data;
	(void)connection;
	(void)code;
	if (!reader)
		return;
	wait_no_more(reader);
	count_no_more(reader);
	free(reader);
	*context = NULL;
}
