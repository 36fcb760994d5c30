/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/reply.h"

#include "runtime/src/base/ascii.h"
#include "tools/proxy/headers.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>
#include <taskcluster/version.h>

#define PIECE 32768
#define HEADERS_MAX 40000 /* bytes of a service's headers */

/* ---- headers ---- */

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value)
		MHD_add_response_header(response, name, value);
}

/* What every reply to the task tells of the proxy. */
static void add_own(const struct exchange *exchange, struct MHD_Response *response)
{
	const struct identity *identity = &exchange->proxy->identity;

	add(response, "X-Taskcluster-Proxy-Version", tc_sdk_version());
	add(response, "X-Taskcluster-Proxy-Revision", PROXY_REVISION);
	add(response, "X-Taskcluster-Endpoint", exchange->endpoint);
	if (identity->client_id)
		add(response, identity->id_header, identity->client_id);
	add(response, "X-Taskcluster-Proxy-Temp-Scopes", identity->certificate_scopes);
	add(response, "X-Taskcluster-Authorized-Scopes", identity->authorized_scopes);
}

/* False when they are too many for the connection's memory. */
static bool add_service(const tc_response *from, struct MHD_Response *response)
{
	size_t total = 0;
	const char *connection = tc_response_header(from, "connection");
	const char *name, *value;

	for (size_t i = 0; tc_response_header_at(from, i, &name, &value); i++)
		if (headers_pass_reply(name, connection)) {
			total += strlen(name) + strlen(value) + 4;
			MHD_add_response_header(response, name, value);
		}
	return total <= HEADERS_MAX;
}

/* ---- replies ---- */

static bool finish(struct exchange *exchange, unsigned status, struct MHD_Response *response)
{
	if (!response)
		return false;
	if (!exchange->stranger)
		add_own(exchange, response);
	if (exchange->response)
		MHD_destroy_response(exchange->response);
	exchange->status = status;
	exchange->response = response;
	return true;
}

/* MHD does not write to it. */
static struct MHD_Response *copy(const char *bytes, size_t length)
{
	union {
		const char *read_only;
		void *bytes;
	} text = { bytes };

	return MHD_create_response_from_buffer(length, text.bytes, MHD_RESPMEM_MUST_COPY);
}

bool reply_text(struct exchange *exchange, unsigned status, const char *text, const char *location)
{
	struct MHD_Response *response = copy(text, strlen(text));

	if (!response)
		return false;
	if (*text)
		add(response, "Content-Type", "text/plain; charset=utf-8");
	add(response, "Location", location);
	return finish(exchange, status, response);
}

bool reply_error(struct exchange *exchange, unsigned status, const char *code, const char *message)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json = NULL;
	size_t length = 0;
	char *text = NULL;

	tc_json_add_object(builder);
	tc_json_add_name(builder, "code");
	tc_json_add_string(builder, code);
	tc_json_add_name(builder, "message");
	tc_json_add_string(builder, message);
	tc_json_end(builder);
	if (tc_json_build(builder, &json, NULL) == TC_OK)
		tc_json_write(json, TC_JSON_COMPACT, &text, &length, NULL);
	tc_release(json);
	struct MHD_Response *response = text ? copy(text, length) : NULL;
	tc_release(text);
	if (!response)
		return false;
	add(response, "Content-Type", "application/json; charset=utf-8");
	if (status == 405)
		add(response, "Allow",
			exchange->route.kind == ROUTE_CREDENTIALS
				? "PUT"
				: "GET, HEAD, PUT, POST, PATCH, DELETE");
	return finish(exchange, status, response);
}

/* Whether the body is as long as its Content-Length says: encoded content was decoded. */
static uint64_t told_length(const tc_response *head)
{
	const char *encoding = tc_response_header(head, "content-encoding");
	const char *length = tc_response_header(head, "content-length");
	char *end;

	if (!length || (encoding && *encoding && !tc__same_word(encoding, "identity")))
		return MHD_SIZE_UNKNOWN;
	unsigned long long value = strtoull(length, &end, 10);
	return *length && !*end ? value : MHD_SIZE_UNKNOWN;
}

/* Of a HEAD the length that a GET would have is told; there is nothing to read. */
static ssize_t read_nothing(void *data, uint64_t position, char *bytes, size_t size)
{
	(void)data;
	(void)position;
	(void)bytes;
	(void)size;
	return MHD_CONTENT_READER_END_OF_STREAM;
}

/* With the service's status and headers. */
static bool finish_service(
	struct exchange *exchange, const tc_response *from, struct MHD_Response *response)
{
	if (!response)
		return false;
	if (add_service(from, response))
		return finish(exchange, (unsigned)tc_response_status(from), response);
	MHD_destroy_response(response);
	return reply_error(
		exchange, 502, "BadGateway", "The service's headers are longer than 40000 bytes.");
}

bool reply_whole(struct exchange *exchange, const tc_response *from)
{
	size_t length;
	const char *body = tc_response_body(from, &length);
	struct MHD_Response *response;

	if (strcmp(exchange->method, "HEAD") == 0)
		response = MHD_create_response_from_callback(
			told_length(from), PIECE, read_nothing, NULL, NULL);
	else
		response = copy(body, length);
	return finish_service(exchange, from, response);
}

bool reply_stream(
	struct exchange *exchange, const tc_response *head, MHD_ContentReaderCallback read)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(told_length(head), PIECE, read, exchange, NULL);

	return finish_service(exchange, head, response);
}
