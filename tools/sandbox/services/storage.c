/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/storage.h"

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/request/error.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <unistd.h>

/* What the target of a request names. */
struct place {
	char blob[TC_SLUGID_SIZE];
	int64_t expires_ms;
	const char *signature;
};

const char *storage_create(
	struct request *request, const char *content_type, int64_t length, int64_t expires_ms)
{
	char blob[TC_SLUGID_SIZE];

	tc_slugid_nice(blob);
	store_run(request->sandbox->store,
		"INSERT INTO blobs (blob, content_type, expected, length, expires) VALUES (?, ?, "
		"?, -1, ?)",
		"ttii", blob, content_type, length, expires_ms);
	return tc__arena_text(&request->arena, blob, strlen(blob));
}

void storage_extend(struct request *request, const char *blob, int64_t expires_ms)
{
	store_run(request->sandbox->store, "UPDATE blobs SET expires = ? WHERE blob = ?", "it",
		expires_ms, blob);
}

static bool sign(const struct request *request, const char *method, const char *blob,
	int64_t expires_ms, char signature[DIGEST_SIZE])
{
	char text[100];

	snprintf(text, sizeof text, "%s\n%s\n%lld", method, blob, (long long)expires_ms);
	return digest_hmac_url(request->sandbox->storage_key, text, strlen(text), signature);
}

const char *storage_url(
	struct request *request, const char *blob, const char *method, int64_t expires_ms)
{
	char signature[DIGEST_SIZE];

	if (!sign(request, method, blob, expires_ms, signature))
		return NULL;
	return request_printf(request, "%s" STORAGE_PATH "%s?expires=%lld&signature=%s",
		request->sandbox->root_url, blob, (long long)expires_ms, signature);
}

static const char *file_of(struct request *request, const char *blob, const char *end)
{
	return request_printf(request, "%s/%s%s", request->sandbox->data, blob, end);
}

static void keep(struct request *request, const char *blob, const char *encoding, int64_t length)
{
	store_run(request->sandbox->store,
		"UPDATE blobs SET content_encoding = ?, length = ? WHERE blob = ?", "tit", encoding,
		length, blob);
}

bool storage_write(struct request *request, const char *blob, const void *bytes, size_t length)
{
	const char *path = file_of(request, blob, "");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return false;
	bool written = write(fd, bytes, length) == (ssize_t)length;
	close(fd);
	if (written)
		keep(request, blob, NULL, (int64_t)length);
	return written;
}

bool storage_present(struct request *request, const char *blob)
{
	return store_number(request->sandbox->store, -1, "SELECT length FROM blobs WHERE blob = ?",
		       "t", blob) >= 0;
}

static bool read_place(const struct request *request, struct place *place)
{
	const char *blob = request->target + strlen(STORAGE_PATH);
	size_t length = strcspn(blob, "?");
	char *end;

	if (length >= sizeof place->blob || strncmp(blob + length, "?expires=", 9) != 0)
		return false;
	memcpy(place->blob, blob, length);
	place->blob[length] = '\0';
	place->expires_ms = strtoll(blob + length + 9, &end, 10);
	if (strncmp(end, "&signature=", 11) != 0 || strchr(place->blob, '/') ||
		strchr(place->blob, '.'))
		return false;
	place->signature = end + 11;
	return true;
}

/* The error of a storage provider, which is XML. */
static int deny(struct request *request, int status, const char *code)
{
	tc__buffer_truncate(&request->reply.text, 0);
	request->content_type = "application/xml";
	tc__buffer_printf(&request->reply.text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code></Error>\n",
		code);
	return status;
}

static int check(struct request *request, struct place *place)
{
	char signature[DIGEST_SIZE];

	if (!read_place(request, place) ||
		!sign(request, request->method, place->blob, place->expires_ms, signature) ||
		!digest_same(signature, place->signature))
		return deny(request, 403, "SignatureDoesNotMatch");
	if (place->expires_ms < request->now_ms)
		return deny(request, 403, "AccessDenied");
	return 0;
}

/* PUT wants what the URL was made for. */
static int check_type(struct request *request, const struct place *place)
{
	const char *type = request_header(request, "Content-Type");
	struct row *row = store_query(request->sandbox->store,
		"SELECT content_type FROM blobs WHERE blob = ?", "t", place->blob);
	bool found = store_next(row);
	bool good = found && type && strcmp(type, store_text(row, 0)) == 0;

	store_end(request->sandbox->store, row);
	if (!found)
		return deny(request, 404, "NoSuchKey");
	return good ? 0 : deny(request, 403, "SignatureDoesNotMatch");
}

void storage_begin(struct request *request)
{
	struct place place;

	if (strcmp(request->method, "PUT") != 0)
		return;
	request->status = check(request, &place);
	if (!request->status)
		request->status = check_type(request, &place);
	if (request->status)
		return;
	const char *part = request_printf(
		request, "%s/%s.%s", request->sandbox->data, place.blob, request->request_id);
	if (part)
		request->upload_fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (request->upload_fd < 0)
		request->status = deny(request, 500, "InternalError");
	else
		request->upload_path = part;
}

static int finish_put(struct request *request, const struct place *place)
{
	const char *path = file_of(request, place->blob, "");
	struct store *store = request->sandbox->store;
	int64_t expected = store_number(
		store, -1, "SELECT expected FROM blobs WHERE blob = ?", "t", place->blob);

	if (expected >= 0 && (uint64_t)expected != request->upload_length)
		return deny(request, 400, "IncompleteBody");
	close(request->upload_fd);
	request->upload_fd = -1;
	if (!path || rename(request->upload_path, path) != 0)
		return deny(request, 500, "InternalError");
	request->upload_path = NULL;
	store_begin(store);
	keep(request, place->blob, request_header(request, "Content-Encoding"),
		(int64_t)request->upload_length);
	if (!store_commit(store))
		return deny(request, 500, "InternalError");
	request->etag = request_printf(
		request, "\"%s-%llu\"", place->blob, (unsigned long long)request->upload_length);
	request->content_type = "application/xml";
	return 200;
}

/* One range, "bytes=a-b", "bytes=a-" or "bytes=-n". 206, 416, or 200 for what is none. */
static int take_range(struct request *request, const char *range, uint64_t size)
{
	char *end = NULL;

	if (strncmp(range, "bytes=", 6) != 0 || strchr(range, ','))
		return 200;
	range += 6;
	bool suffix = *range == '-';
	uint64_t first = suffix ? 0 : strtoull(range, &end, 10);
	const char *dash = suffix ? range : end;
	if (*dash != '-' || (dash[1] && !isdigit((unsigned char)dash[1])) || (suffix && !dash[1]))
		return 200;
	const char *rest = dash + 1;
	uint64_t last = strtoull(rest, &end, 10);
	if (*end)
		return 200;
	if (suffix) {
		first = last < size ? size - last : 0;
		last = size - 1;
	} else if (end == rest || last >= size) {
		last = size - 1;
	}
	if (first >= size || last < first) {
		request->content_range =
			request_printf(request, "bytes */%llu", (unsigned long long)size);
		return 416;
	}
	request->file_offset = first;
	request->file_length = last - first + 1;
	request->content_range = request_printf(request, "bytes %llu-%llu/%llu",
		(unsigned long long)first, (unsigned long long)last, (unsigned long long)size);
	return 206;
}

static int serve_get(struct request *request, const struct place *place)
{
	const char *range = request_header(request, "Range");
	const char *if_range = request_header(request, "If-Range");
	struct row *row = store_query(request->sandbox->store,
		"SELECT content_type, content_encoding, length FROM blobs WHERE blob = ?", "t",
		place->blob);
	int64_t length = store_next(row) ? store_int(row, 2) : -1;

	if (length >= 0) {
		request->content_type = store_copy(&request->arena, row, 0);
		request->content_encoding = store_copy(&request->arena, row, 1);
	}
	store_end(request->sandbox->store, row);
	if (length < 0)
		return deny(request, 404, "NoSuchKey");
	request->etag = request_printf(request, "\"%s-%lld\"", place->blob, (long long)length);
	const char *known = request_header(request, "If-None-Match");
	if (known && request->etag && strcmp(known, request->etag) == 0)
		return 304;
	int status = 200;
	if (range && (!if_range || strcmp(if_range, request->etag) == 0))
		status = take_range(request, range, (uint64_t)length);
	if (status == 416)
		return deny(request, 416, "InvalidRange");
	if (status == 200)
		request->file_length = (uint64_t)length;
	request->file = file_of(request, place->blob, "");
	return status;
}

int storage_serve(struct request *request)
{
	struct place place;
	int status = check(request, &place);

	if (status)
		return status;
	if (request->upload_fd >= 0)
		return finish_put(request, &place);
	if (strcmp(request->method, "GET") == 0)
		return serve_get(request, &place);
	return deny(request, 405, "MethodNotAllowed");
}
