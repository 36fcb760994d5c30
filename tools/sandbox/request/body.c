/* SPDX-License-Identifier: MPL-2.0 */

/* Bodies: what counts as JSON, and what of it is taken. */

#include "tools/sandbox/request/body.h"

#include "tools/sandbox/request/error.h"
#include "tools/sandbox/request/mend.h"

#include <string.h>
#include <strings.h>

#define JSON_TYPE "application/json"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Letters' case does not matter, nor what follows the type. */
static bool is_json_type(const char *type)
{
	size_t length = strcspn(type, "; \t");

	return length == strlen(JSON_TYPE) && strncasecmp(type, JSON_TYPE, length) == 0;
}

/* A request says that it has a body by one of two headers; it may be empty all the same. */
static bool has_body(const struct request *request)
{
	return request_header(request, "Content-Length") ||
		request_header(request, "Transfer-Encoding");
}

/* Secrets answers what is no object with a page: it breaks while it hides the secret. */
static int refuse_body(struct request *request, const char *why)
{
	if (request->route && strcmp(request->route->operation->service->name, "secrets") == 0)
		return refuse_html(request, 500, "Internal Server Error");
	return refuse(request, MALFORMED_PAYLOAD, "Failed to parse JSON: %s", why);
}

/* Once as it is, and once more without the names that stand twice. */
static int parse(struct request *request, char *text, size_t length)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (tc_json_parse(text, length, &request->input, &err) == TC_OK)
		return 0;
	if (!mend_names(text, length))
		status = refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	else if (tc_json_parse(text, length, &request->input, NULL) != TC_OK)
		status = refuse_body(request, tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

static int read_json(struct request *request)
{
	const char *bytes = request->body.data;
	size_t length = request->body.length;

	if (length >= 3 && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	/* a copy: the body's hash may still be asked for */
	char *text = tc__arena_bytes(&request->arena, length + 1);
	if (!text)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	memcpy(text, bytes, length);
	request->unstorable = mend_escapes(text, length);
	int status = parse(request, text, length);
	if (status)
		return status;
	enum tc_json_kind kind = tc_json_kind(request->input);
	if (kind == TC_JSON_OBJECT || kind == TC_JSON_ARRAY)
		return 0;
	tc_release(request->input);
	request->input = NULL;
	return refuse_body(request, "expected an object or an array");
}

static int read_input(struct request *request)
{
	const char *type = request_header(request, "Content-Type");

	if (!type || !is_json_type(type) || !has_body(request))
		return refuse(request, MALFORMED_PAYLOAD,
			"Payload must be JSON with content-type: application/json got "
			"content-type: %s%s",
			type ? type : "(none)", has_body(request) ? "" : ", and no body");
	if (request->body.length > 0)
		return read_json(request);
	/* an empty body is the empty object */
	if (tc_json_parse("{}", 2, &request->input, NULL) == TC_OK)
		return 0;
	return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

int body_read(struct request *request)
{
	if (request->too_large)
		return refuse_html(request, 500, "Internal Server Error");
	return request->route->operation->has_input ? read_input(request) : 0;
}

int body_read_object(struct request *request)
{
	int status =
		request->too_large ? refuse_body(request, "it is too large") : read_input(request);

	if (!status && tc_json_kind(request->input) != TC_JSON_OBJECT)
		status = refuse_body(request, "expected an object");
	return status;
}
