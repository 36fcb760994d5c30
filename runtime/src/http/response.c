/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/response.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/buffer.h"
#include "runtime/src/operation/conventions.h"
#include <stdio.h>
#include <string.h>

/* The most bytes that libcurl hands over at once. */
#define TRANSPORT_PIECE 16384

/* The header section of most replies has no more; a longer one grows. */
#define HEADERS_USUAL 512

struct tc_response {
	int status;
	bool lenient;
	size_t header_count;
	struct tc__buffer headers; /* name NUL value NUL, one after another */
	/* where the values of what is asked for again and again stand in these; 0: there is none */
	size_t request_id, content_type;
	struct tc__buffer body;
	const tc_json *json; /* NULL until asked for */
	char *file_name;     /* the same */
};

static void destroy_response(void *object)
{
	tc_response *response = object;

	tc_release(response->json);
	tc_release(response->file_name);
	tc__buffer_clear(&response->headers);
	tc__buffer_clear(&response->body);
}

/* ---- the public accessors ---- */

int tc_response_status(const tc_response *response)
{
	return response ? response->status : 0;
}

bool tc_response_header_at(
	const tc_response *response, size_t position, const char **name, const char **value)
{
	if (!response || position >= response->header_count)
		return false;
	const char *at = response->headers.data;
	for (size_t i = 0; i < 2 * position; i++)
		at += strlen(at) + 1;
	if (name)
		*name = at;
	if (value)
		*value = at + strlen(at) + 1;
	return true;
}

struct tc__fields tc__response_fields(const tc_response *response)
{
	if (!response)
		return (struct tc__fields){ 0 };
	return (struct tc__fields){ response->headers.data, response->header_count };
}

const char *tc_response_header(const tc_response *response, const char *name)
{
	struct tc__fields fields = tc__response_fields(response);

	return name ? tc__fields_find(&fields, name) : NULL;
}

static const char *value_at(const tc_response *response, size_t position)
{
	return position ? response->headers.data + position : NULL;
}

const char *tc_response_request_id(const tc_response *response)
{
	return response ? value_at(response, response->request_id) : NULL;
}

static const char *content_type(const tc_response *response)
{
	return response ? value_at(response, response->content_type) : NULL;
}

const char *tc_response_trace_id(const tc_response *response)
{
	return tc_response_header(response, "x-for-trace-id");
}

const char *tc_response_location(const tc_response *response)
{
	return tc_response_header(response, "location");
}

const char *tc_response_file_name(tc_response *response)
{
	if (response && !response->file_name)
		response->file_name =
			tc__file_name(tc_response_header(response, "content-disposition"));
	return response ? response->file_name : NULL;
}

const char *tc_response_body(const tc_response *response, size_t *length)
{
	if (length)
		*length = response ? response->body.length : 0;
	return response ? tc__buffer_get(&response->body) : "";
}

bool tc__response_is_lenient(const tc_response *response)
{
	return response->lenient;
}

const tc_json *tc_response_json(tc_response *response, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	tc_error_clear(err);
	if (!response) {
		tc__fail(err, TC_ERROR_ARGUMENT, "response is NULL");
		return NULL;
	}
	if (response->json)
		return response->json;
	const char *body = tc__buffer_get(&response->body);
	int rc = tc_json_read(body, response->body.length, TC_JSON_MEND, &response->json, &reason);
	if (rc == TC_ERROR_NOMEM) {
		tc__fail_with(err, &reason);
	} else if (rc != TC_OK) {
		const char *type = content_type(response);
		tc__fail(err, TC_ERROR_REPLY, "the reply (%s) is not JSON: %s",
			response->body.length == 0 ? "empty"
				: type             ? type
						   : "of no type",
			tc_error_text(&reason));
		tc_error_clear(&reason);
	}
	return response->json;
}

int tc__response_take_json(tc_response *response, const tc_json **json, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	*json = NULL;
	if (response->body.length == 0)
		return TC_OK;
	*json = tc_response_json(response, &reason);
	response->json = NULL;
	return *json ? TC_OK : tc__fail_with(err, &reason);
}

/* ---- pushing a reply in ---- */

void tc__reply_init(struct tc__reply *reply, size_t max, struct tc__sink *sink)
{
	*reply = (struct tc__reply){ .max = max, .sink = sink, .part = -1 };
}

static void stop_decoding(struct tc__reply *reply)
{
	tc__decoding_free(reply->decoding);
	reply->decoding = NULL;
	reply->ahead = 0;
}

void tc__reply_restart(struct tc__reply *reply)
{
	reply->received = 0;
	reply->part = -1;
	reply->feeding = reply->headed = reply->measured = false;
	reply->transfer_encoded = reply->content_encoded = false;
	reply->untyped = reply->strange = reply->unreadable = false;
	stop_decoding(reply);
	tc_error_clear(&reply->err);
	tc_response *response = reply->response;
	if (!response)
		return;
	response->status = 0;
	response->header_count = response->request_id = response->content_type = 0;
	tc_release(response->json);
	tc_release(response->file_name);
	response->json = NULL;
	response->file_name = NULL;
	tc__buffer_clear(&response->headers);
	tc__buffer_clear(&response->body);
}

/* The most that is ever kept of a body. */
static size_t kept_max(const struct tc__reply *reply)
{
	return reply->max > TC__REFUSAL_MIN ? reply->max : TC__REFUSAL_MIN;
}

static size_t refusal_max(const struct tc__reply *reply)
{
	return reply->max == TC_UNLIMITED ? TC__REPLY_MAX : kept_max(reply);
}

static int ensure_response(struct tc__reply *reply)
{
	if (reply->response)
		return TC_OK;
	tc_response *response = tc__object_alloc_with(sizeof *response, destroy_response);
	if (!response)
		return tc__fail_nomem(&reply->err);
	response->headers = TC__BUFFER(TC__REPLY_HEADERS_SIZE_MAX);
	response->body = TC__BUFFER(kept_max(reply));
	response->lenient = reply->lenient;
	reply->response = response;
	return TC_OK;
}

bool tc__reply_is_success(const struct tc__reply *reply)
{
	return tc__is_success(reply->operation, tc__reply_status(reply)) && !reply->strange;
}

bool tc__reply_has_head(const struct tc__reply *reply)
{
	return reply->headed && tc__reply_status(reply) >= 200;
}

bool tc__reply_has_refused(const struct tc__reply *reply)
{
	return tc__reply_has_head(reply) && !tc__reply_is_success(reply);
}

/* ---- the header section ---- */

/* "HTTP/1.1 200 OK", "HTTP/2 200" */
static int status_line(struct tc__reply *reply, const char *line, size_t length)
{
	const char *end = line + length;
	const char *at = memchr(line, ' ', length);
	int status = 0, digits = 0;

	while (at && at < end && *at == ' ')
		at++;
	for (; at && at < end && *at >= '0' && *at <= '9' && digits < 4; at++, digits++)
		status = 10 * status + (*at - '0');
	if (digits != 3 || status < 100)
		return tc__fail(&reply->err, TC_ERROR_NETWORK,
			"the reply's status line is malformed: %.*s",
			(int)(length < 100 ? length : 100), line);
	tc__reply_restart(reply);
	reply->response->status = status;
	reply->measured = line[5] != '1' && line[5] != '0'; /* by the frames of later versions */
	return TC_OK;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether a name of a header is the literal; few have its length. */
#define IS_NAME(name, length, expected) \
	((length) == sizeof(expected) - 1 && tc__same_letters(name, expected, sizeof(expected) - 1))

/* What says how the body is to be read, and what is asked for with each reply; `at` is where its
 * value stands. */
static void note_header(struct tc__reply *reply, const char *name, size_t length, size_t at)
{
	bool transfer = IS_NAME(name, length, "transfer-encoding");

	reply->transfer_encoded |= transfer;
	reply->measured |= transfer || IS_NAME(name, length, "content-length");
	reply->content_encoded |= IS_NAME(name, length, "content-encoding");
	if (IS_NAME(name, length, "x-for-request-id"))
		reply->response->request_id = at;
	if (IS_NAME(name, length, "content-type"))
		reply->response->content_type = at;
}

/* Where its value then stands; with both NULs in one step, as this is done for every line. */
static size_t keep_header(tc_response *response, const char *name, size_t name_length,
	const char *value, size_t value_length)
{
	struct tc__buffer *headers = &response->headers;
	size_t size = name_length + 1 + value_length + 1;

	if (!headers->data)
		(void)tc__buffer_room(headers, HEADERS_USUAL);
	char *room = tc__buffer_room(headers, size);
	if (!room)
		return 0;
	memcpy(room, name, name_length);
	room[name_length] = '\0';
	memcpy(room + name_length + 1, value, value_length);
	room[size - 1] = room[size] = '\0';
	headers->length += size;
	response->header_count++;
	return headers->length - value_length - 1;
}

static int header_line(struct tc__reply *reply, const char *line, size_t length)
{
	tc_response *response = reply->response;
	const char *colon = memchr(line, ':', length);
	const char *end = line + length;

	/* what is no header, nobody can ask for by its name */
	if (!colon || is_blank(*line) || colon == line || memchr(line, '\0', length))
		return TC_OK;
	if (response->header_count == TC__REPLY_HEADERS_MAX)
		return tc__fail(&reply->err, TC_ERROR_REPLY, "the reply has over %d headers",
			TC__REPLY_HEADERS_MAX);
	const char *value = colon + 1;
	while (value < end && is_blank(*value))
		value++;
	/* a cookie is a secret, from here on: no copy of it stays behind */
	size_t name_length = (size_t)(colon - line);
	if (IS_NAME(line, name_length, "set-cookie"))
		response->headers.secret = true;
	while (end > value && is_blank(end[-1]))
		end--;
	size_t at = keep_header(response, line, name_length, value, (size_t)(end - value));
	if (response->headers.no_memory)
		return tc__fail_nomem(&reply->err);
	if (response->headers.too_long)
		return tc__fail(&reply->err, TC_ERROR_REPLY,
			"the reply's headers are over %d bytes", TC__REPLY_HEADERS_SIZE_MAX);
	note_header(reply, line, name_length, at);
	return TC_OK;
}

/* Whether a reply of this status to this request never has a body. */
static bool is_bodiless(const struct tc__reply *reply)
{
	int status = tc__reply_status(reply);

	return status == 204 || status == 205 || status == 304 ||
		(reply->operation && strcmp(reply->operation->method, "HEAD") == 0);
}

/* All values of a header as one, as a list of encodings may be spread over several. */
static void join_header(const struct tc__reply *reply, const char *wanted, char *text, size_t size)
{
	const char *at = reply->response->headers.data;
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < reply->response->header_count && used < size; i++) {
		const char *value = at + strlen(at) + 1;
		if (*value && tc__same_word(at, wanted))
			used += (size_t)snprintf(
				text + used, size - used, "%s%s", used ? ", " : "", value);
		at = value + strlen(value) + 1;
	}
}

/* What a refusal is encoded by does not matter: it is the refusal that does. */
static int begin_decoding(struct tc__reply *reply)
{
	char encoding[128];

	if (!reply->content_encoded || is_bodiless(reply))
		return TC_OK;
	join_header(reply, "content-encoding", encoding, sizeof encoding);
	int rc = tc__decoding_open(&reply->decoding, encoding, &reply->err);
	if (rc != TC_ERROR_REPLY || tc__reply_is_success(reply))
		return rc;
	reply->unreadable = true;
	tc_error_clear(&reply->err);
	return TC_OK;
}

/* No other is asked for, and libcurl would take one off without looking for its end. */
static int check_transfer(struct tc__reply *reply)
{
	char encoding[128];

	if (!reply->transfer_encoded || !tc__reply_is_success(reply))
		return TC_OK;
	join_header(reply, "transfer-encoding", encoding, sizeof encoding);
	if (!*encoding || tc__same_word(encoding, "chunked"))
		return TC_OK;
	return tc__fail(&reply->err, TC_ERROR_REPLY,
		"the reply's Transfer-Encoding is \"%s\"; expected chunked or none", encoding);
}

static void look_at_type(struct tc__reply *reply)
{
	const char *type = content_type(reply->response);
	bool typed = tc__has_reply_type(reply->operation, tc__reply_status(reply), type);

	reply->untyped = !typed && !type;
	reply->strange = !typed && type;
}

/* Whether the body is for the sink. */
static bool is_for_sink(const struct tc__reply *reply)
{
	if (!reply->sink || !tc__reply_is_success(reply))
		return false;
	return !reply->sink->content_only || tc__reply_status(reply) < 300;
}

/* Whether it streams past the response into the sink. */
static bool is_fed(const struct tc__reply *reply)
{
	return !reply->hold && is_for_sink(reply);
}

/* A part of a transfer has to be the one that was asked for; a part of an operation's reply is its
 * caller's business. */
static int check_part(struct tc__reply *reply)
{
	if (!reply->range || tc__reply_status(reply) != 206)
		return TC_OK;
	if (reply->decoding)
		return tc__fail(&reply->err, TC_ERROR_REPLY,
			"the server sent a part (206) of an encoded content, which cannot be "
			"decoded");
	return tc__range_check(
		reply->range, tc__reply_header(reply, "content-range"), &reply->part, &reply->err);
}

static int end_headers(struct tc__reply *reply)
{
	reply->headed = true;
	if (tc__reply_status(reply) < 200)
		return TC_OK;
	look_at_type(reply);
	int rc = check_transfer(reply);
	if (rc == TC_OK)
		rc = begin_decoding(reply);
	if (rc == TC_OK)
		rc = check_part(reply);
	if (rc == TC_OK && is_fed(reply) && reply->sink->open)
		reply->sink->open(reply->sink);
	return rc;
}

int tc__reply_line(struct tc__reply *reply, const char *line, size_t length)
{
	if (reply->err.code != TC_OK)
		return reply->err.code;
	if (ensure_response(reply) != TC_OK)
		return reply->err.code;
	int status = reply->response->status;
	if (reply->headed && status >= 200)
		return TC_OK; /* trailers, which nobody may take for what came before the body */
	if ((reply->headed || !status) && length >= 6 && memcmp(line, "HTTP/", 5) == 0)
		return status_line(reply, line, length);
	if (length && (*line == '\r' || *line == '\n'))
		return end_headers(reply);
	return header_line(reply, line, length);
}

/* ---- the body ---- */

bool tc__reply_stays_here(const struct tc__reply *reply)
{
	return tc__reply_has_head(reply) && !is_for_sink(reply);
}

bool tc__reply_is_full(const struct tc__reply *reply)
{
	if (!is_fed(reply) || !reply->sink->full)
		return false;
	reply->sink->paused = reply->sink->full(reply->sink);
	return reply->sink->paused;
}

bool tc__reply_is_paused(const struct tc__reply *reply)
{
	return reply->sink && reply->sink->paused;
}

static int feed_sink(struct tc__reply *reply, const char *bytes, size_t length)
{
	int rc = TC_OK;

	if (!reply->feeding)
		rc = reply->sink->begin(reply->sink, reply->response, &reply->err);
	reply->feeding = reply->sink->begun = true;
	if (rc == TC_OK && length)
		rc = reply->sink->feed(reply->sink, bytes, length, &reply->err);
	return rc;
}

/* How many bytes of this body may come. */
static size_t max_of(const struct tc__reply *reply)
{
	if (!tc__reply_is_success(reply))
		return refusal_max(reply);
	return is_fed(reply) && reply->sink->max ? reply->sink->max : reply->max;
}

static int too_large(struct tc__reply *reply)
{
	return tc__fail(&reply->err, TC_ERROR_REPLY,
		"the reply is over %zu bytes, which is the limit (reply_max)", max_of(reply));
}

bool tc__reply_has_enough(const struct tc__reply *reply)
{
	return tc__reply_has_refused(reply) && reply->received == max_of(reply);
}

/* Whether a body that says nothing of its type may be the JSON that it should be. */
static bool begins_like_json(const char *bytes, size_t length)
{
	while (length && is_blank(*bytes)) {
		bytes++;
		length--;
	}
	return length == 0 || (*bytes && strchr("{[\"-0123456789tfn\xef", *bytes));
}

static int fail_part(struct tc__reply *reply, int code, const char *how_many)
{
	return tc__fail(&reply->err, code,
		"the server sent %s the %lld bytes that its Content-Range names", how_many,
		(long long)reply->part);
}

/* Bytes of the body without its encoding. */
static int take(struct tc__reply *reply, const char *bytes, size_t length)
{
	if (reply->untyped && !reply->received && length)
		reply->strange = !tc__has_reply_type(reply->operation, tc__reply_status(reply),
					 "application/json") ||
			!begins_like_json(bytes, length);
	if (reply->part >= 0 && (uint64_t)reply->received + length > (uint64_t)reply->part)
		return fail_part(reply, TC_ERROR_REPLY, "more than");
	size_t room = max_of(reply) - reply->received;
	if (length > room && tc__reply_is_success(reply))
		return too_large(reply);
	length = length > room ? room : length;
	reply->received += length;
	if (is_fed(reply))
		return feed_sink(reply, bytes, length);
	tc__buffer_add(&reply->response->body, bytes, length);
	if (reply->response->body.no_memory)
		return tc__fail_nomem(&reply->err);
	return TC_OK;
}

/* Whether decoding has to stand still until the sink takes more. */
static bool stands_still(struct tc__reply *reply, size_t given)
{
	if (!tc__decoding_has_more(reply->decoding) || !tc__reply_is_full(reply))
		return false;
	if (reply->ahead <= given)
		reply->ahead = given - tc__decoding_left(reply->decoding);
	return true;
}

static int decode(struct tc__reply *reply, const char *bytes, size_t length)
{
	size_t known = reply->ahead < length ? reply->ahead : length;
	const char *piece;
	size_t size;
	int rc;

	/* a sink that may be full gets pieces as it does without an encoding */
	size_t most = reply->sink && reply->sink->full ? TRANSPORT_PIECE : SIZE_MAX;
	tc__decoding_give(reply->decoding, bytes + known, length - known);
	do {
		rc = tc__decoding_take(reply->decoding, most, &piece, &size, &reply->err);
		if (rc == TC_OK && size)
			rc = take(reply, piece, size);
		if (rc == TC_OK && size && stands_still(reply, length))
			return TC_OK;
	} while (rc == TC_OK && size);
	reply->ahead -= known;
	return rc;
}

int tc__reply_body(struct tc__reply *reply, const char *bytes, size_t length)
{
	if (reply->err.code != TC_OK)
		return reply->err.code;
	if (ensure_response(reply) != TC_OK)
		return reply->err.code;
	if (!reply->decoding)
		return take(reply, bytes, length);
	bool success = tc__reply_is_success(reply);
	if (reply->unreadable || (!success && reply->received == max_of(reply)))
		return TC_OK; /* enough of a refusal, or all that can be read of it */
	int rc = decode(reply, bytes, length);
	if (rc != TC_ERROR_REPLY || tc__reply_is_success(reply))
		return rc;
	reply->unreadable = true;
	tc_error_clear(&reply->err);
	return TC_OK;
}

/* ---- the end ---- */

static int finish_sink(struct tc__reply *reply)
{
	struct tc__buffer *held = &reply->response->body;
	int rc = feed_sink(reply, tc__buffer_get(held), held->length);

	if (rc == TC_OK)
		rc = reply->sink->finish(reply->sink, &reply->err);
	tc__buffer_clear(held);
	return rc;
}

/* Where only the end of the connection tells that of the body, it may have broken. */
static int finish_decoding(struct tc__reply *reply)
{
	int status = tc__reply_status(reply);

	if (!reply->decoding || !tc__is_success(reply->operation, status) ||
		(reply->received && reply->strange) || (!reply->received && status >= 300))
		return TC_OK;
	int rc = tc__decoding_finish(reply->decoding, &reply->err);
	if (rc == TC_ERROR_REPLY && !reply->measured)
		rc = reply->err.code = TC_ERROR_NETWORK;
	return rc;
}

static int finish_success(struct tc__reply *reply)
{
	if (is_for_sink(reply))
		return finish_sink(reply);
	if (!reply->sink || !reply->sink->begun)
		return TC_OK;
	/* a redirect brings nothing, so what an earlier attempt brought goes */
	return reply->sink->begin(reply->sink, reply->response, &reply->err);
}

int tc__reply_finish(struct tc__reply *reply, tc_error *err)
{
	int status = tc__reply_status(reply);
	int rc = reply->err.code;

	if (rc == TC_OK && status < 200)
		rc = tc__fail(&reply->err, TC_ERROR_NETWORK, "the reply has no status");
	if (rc == TC_OK && !reply->headed)
		rc = tc__fail(&reply->err, TC_ERROR_NETWORK, "the reply ends within its headers");
	if (rc == TC_OK)
		rc = finish_decoding(reply);
	/* nothing has no type, but not every operation may be answered with nothing */
	if (rc == TC_OK && reply->received == 0)
		reply->strange = tc__needs_content(reply->operation, status);
	if (rc == TC_OK && reply->part >= 0 && (uint64_t)reply->received < (uint64_t)reply->part)
		rc = fail_part(reply, TC_ERROR_NETWORK, "fewer than");
	if (rc == TC_OK && tc__reply_is_success(reply))
		rc = finish_success(reply);
	if (rc == TC_OK)
		return TC_OK;
	reply->err.http_status = status;
	return tc__fail_with(err, &reply->err);
}

int tc__reply_status(const struct tc__reply *reply)
{
	return tc_response_status(reply->response);
}

const char *tc__reply_header(const struct tc__reply *reply, const char *name)
{
	return tc_response_header(reply->response, name);
}

tc_response *tc__reply_take(struct tc__reply *reply)
{
	tc_response *response = reply->response;

	reply->response = NULL;
	return response;
}

void tc__reply_clear(struct tc__reply *reply)
{
	tc_release(reply->response);
	tc_error_clear(&reply->err);
	stop_decoding(reply);
	tc__reply_init(reply, reply->max, reply->sink);
}
