/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/error.h"

#include "runtime/src/base/redact.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a refusal's headers that its error keeps; most have a few hundred. */
#define FIELDS_MAX ((size_t)16 * 1024)

/* What the accessors read; all texts lie in the object's own arena. */
struct detail {
	const char *server_code;
	const char *server_message;
	const char *request_info;
	const char *request_id;
	const char *trace_id;
	const char *pointer;
	const char *body;
	size_t body_length;
	struct tc__fields fields; /* headers of the reply */
	bool final;               /* repeating cannot help, whatever code and status say */
	int64_t retry_after_ms;   /* -1: nobody asked for a pause */
};

static const struct {
	int code;
	const char *name;
	const char *text; /* for when no message could be allocated */
} codes[] = {
	{ TC_OK, "TC_OK", "no error" },
	{ TC_ERROR_NOMEM, "TC_ERROR_NOMEM", "out of memory" },
	{ TC_ERROR_ARGUMENT, "TC_ERROR_ARGUMENT", "an argument is not acceptable" },
	{ TC_ERROR_CREDENTIALS, "TC_ERROR_CREDENTIALS", "the credentials are not acceptable" },
	{ TC_ERROR_NETWORK, "TC_ERROR_NETWORK", "the network failed" },
	{ TC_ERROR_TIMEOUT, "TC_ERROR_TIMEOUT", "no reply came in time" },
	{ TC_ERROR_CANCELED, "TC_ERROR_CANCELED", "the call was canceled" },
	{ TC_ERROR_HTTP, "TC_ERROR_HTTP", "the server refused" },
	{ TC_ERROR_REPLY, "TC_ERROR_REPLY", "the reply is not what its reference promises" },
	{ TC_ERROR_INPUT, "TC_ERROR_INPUT", "the input is malformed" },
	{ TC_ERROR_SYSTEM, "TC_ERROR_SYSTEM", "the system failed" },
};

static size_t code_index(int code)
{
	size_t i = 0;

	while (i + 1 < sizeof codes / sizeof *codes && codes[i].code != code)
		i++;
	return i;
}

const char *tc_code_name(int code)
{
	size_t i = code_index(code);

	return codes[i].code == code ? codes[i].name : "unknown code";
}

const char *tc_error_text(const tc_error *err)
{
	if (!err)
		return codes[0].text;
	if (err->message)
		return err->message;
	return codes[code_index(err->code)].text;
}

static const struct detail *detail_of(const tc_error *err)
{
	static const struct detail none = { .retry_after_ms = -1 };

	return err && err->detail ? err->detail : &none;
}

const char *tc_error_server_code(const tc_error *err)
{
	return detail_of(err)->server_code;
}

const char *tc_error_server_message(const tc_error *err)
{
	return detail_of(err)->server_message;
}

const char *tc_error_body(const tc_error *err, size_t *length)
{
	if (length)
		*length = detail_of(err)->body_length;
	return detail_of(err)->body;
}

const char *tc_error_request_info(const tc_error *err)
{
	return detail_of(err)->request_info;
}

const char *tc_error_request_id(const tc_error *err)
{
	return detail_of(err)->request_id;
}

const char *tc_error_trace_id(const tc_error *err)
{
	return detail_of(err)->trace_id;
}

const char *tc_error_pointer(const tc_error *err)
{
	return detail_of(err)->pointer;
}

const char *tc_error_header(const tc_error *err, const char *name)
{
	return name ? tc__fields_find(&detail_of(err)->fields, name) : NULL;
}

int64_t tc_error_retry_after_ms(const tc_error *err)
{
	return detail_of(err)->retry_after_ms;
}

bool tc__status_may_pass(int status)
{
	if (status == 501) /* what a server does not have, it will not have soon */
		return false;
	return status >= 500 || status == 408 || status == 429;
}

bool tc_error_may_repeat(const tc_error *err)
{
	if (!err || detail_of(err)->final)
		return false;
	if (err->code == TC_ERROR_HTTP)
		return tc__status_may_pass(err->http_status);
	return err->code == TC_ERROR_NETWORK || err->code == TC_ERROR_TIMEOUT;
}

void tc_error_clear(tc_error *err)
{
	if (!err)
		return;
	tc_release(err->message);
	tc_release(err->detail);
	*err = (tc_error)TC_ERROR_INIT;
}

/* How much of a text that was cut to `length` bytes, 4 at least, is whole characters: the last one
 * may have lost its end. */
static size_t whole_characters(const char *text, size_t length)
{
	size_t last = length;

	while (length - last < 3 && ((unsigned char)text[last - 1] & 0xC0) == 0x80)
		last--;
	unsigned char first = (unsigned char)text[last - 1];
	size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
	return size > length - last + 1 ? last - 1 : length;
}

/* The message for a text that may have been cut; NULL when memory ends. Whatever went into the
 * text, a URL or what a library said, no secret of it is told. */
static char *make_message(char text[TC__MESSAGE_MAX + 1])
{
	tc__redact_in_place(text, TC__MESSAGE_MAX + 1);
	size_t length = strlen(text);

	if (length == TC__MESSAGE_MAX)
		length = whole_characters(text, length);
	return tc__object_text(text, length);
}

/* The message that two texts make, of at most `max` bytes: it is the end that gives way. NULL when
 * memory ends. */
static char *join(const char *prefix, const char *text, size_t max)
{
	size_t before = strlen(prefix), length = strlen(text);

	if (length > max - before)
		length = max - before < 4 ? 0 : whole_characters(text, max - before);
	char *message = tc__object_alloc(before + length + 1);
	if (!message)
		return NULL;
	memcpy(message, prefix, before);
	memcpy(message + before, text, length);
	return message;
}

/* The message for what a server says; NULL when there is none, or memory ends. */
static char *make_long_message(const char *text)
{
	struct tc__buffer safe = TC__BUFFER(2 * TC__REFUSED_MAX);
	char *message = NULL;

	tc__redact(&safe, text, strlen(text));
	if (safe.length && !tc__buffer_failed(&safe))
		message = join("", safe.data, TC__REFUSED_MAX);
	tc__buffer_clear(&safe);
	return message;
}

/* Replaces what the error held. The arguments may point into it, so it is released last. */
static int set(tc_error *err, int code, const char *prefix, const char *format, va_list arguments)
{
	char text[TC__MESSAGE_MAX + 1];
	int used = snprintf(text, sizeof text, "%s%s", prefix, *prefix ? ": " : "");

	if (used < 0 || (size_t)used >= sizeof text)
		used = 0;
	vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
	tc_error old = *err;
	*err = (tc_error){ .code = code, .message = make_message(text) };
	tc_error_clear(&old);
	return code;
}

int tc__fail(tc_error *err, int code, const char *format, ...)
{
	if (!err)
		return code;
	va_list arguments;
	va_start(arguments, format);
	set(err, code, "", format, arguments);
	va_end(arguments);
	return code;
}

int tc_error_set(tc_error *err, int code, const char *format, ...)
{
	va_list arguments;

	if (code >= TC_OK)
		code = TC_ERROR_CANCELED;
	if (!err)
		return code;
	va_start(arguments, format);
	set(err, code, "", format, arguments);
	va_end(arguments);
	return code;
}

int tc__fail_nomem(tc_error *err)
{
	if (!err)
		return TC_ERROR_NOMEM;
	tc_error_clear(err);
	err->code = TC_ERROR_NOMEM;
	return TC_ERROR_NOMEM;
}

static const char *copy(struct tc__arena *arena, const char *text)
{
	return text ? tc__arena_string(arena, text) : NULL;
}

static struct detail *copy_detail(const struct tc__refusal *refusal, const char *pointer)
{
	struct tc__arena arena = { 0 };
	struct detail *detail = tc__arena_object(&arena, sizeof *detail);

	if (!detail) {
		tc__arena_clear(&arena);
		return NULL;
	}
	detail->pointer = copy(&arena, pointer);
	detail->server_code = copy(&arena, refusal->server_code);
	detail->request_id = copy(&arena, refusal->request_id);
	detail->trace_id = copy(&arena, refusal->trace_id);
	detail->server_message = copy(&arena, refusal->server_message);
	detail->request_info = copy(&arena, refusal->request_info);
	if (refusal->body)
		detail->body = tc__arena_text(&arena, refusal->body, refusal->body_length);
	detail->body_length = detail->body ? refusal->body_length : 0;
	detail->fields = tc__fields_copy(&refusal->fields, FIELDS_MAX, &arena);
	detail->retry_after_ms = -1;
	tc__arena_seal(&arena, detail);
	return detail;
}

int tc__fail_at(tc_error *err, int code, const char *pointer, const char *format, ...)
{
	if (!err)
		return code;
	struct detail *detail = copy_detail(&(struct tc__refusal){ 0 }, pointer);
	va_list arguments;
	va_start(arguments, format);
	set(err, code, *pointer ? pointer : "/", format, arguments);
	va_end(arguments);
	err->detail = detail;
	return code;
}

int tc__fail_refused(tc_error *err, int code, const struct tc__refusal *refusal, const char *text)
{
	if (!err)
		return code;
	tc_error failure = { .code = code, .http_status = refusal->status };
	failure.message = make_long_message(text);
	failure.detail = copy_detail(refusal, NULL);
	tc_error_clear(err);
	*err = failure;
	return code;
}

int tc__fail_with(tc_error *to, tc_error *from)
{
	int code = from->code;

	if (!to) {
		tc_error_clear(from);
		return code;
	}
	tc_error_clear(to);
	*to = *from;
	*from = (tc_error)TC_ERROR_INIT;
	return code;
}

/* All that it says, as far as memory allows. */
static struct detail *again(const struct detail *detail)
{
	const struct tc__refusal refusal = {
		.server_code = detail->server_code,
		.server_message = detail->server_message,
		.request_info = detail->request_info,
		.request_id = detail->request_id,
		.trace_id = detail->trace_id,
		.body = detail->body,
		.body_length = detail->body_length,
		.fields = detail->fields,
	};
	struct detail *copied = copy_detail(&refusal, detail->pointer);

	if (copied) {
		copied->final = detail->final;
		copied->retry_after_ms = detail->retry_after_ms;
	}
	return copied;
}

int tc_error_copy(tc_error *to, const tc_error *from)
{
	int code = from ? from->code : TC_OK;

	if (!to || to == from)
		return code;
	tc_error_clear(to);
	if (code == TC_OK)
		return TC_OK;
	*to = (tc_error){ .code = code, .http_status = from->http_status };
	to->message = from->message ? join("", from->message, TC__REFUSED_MAX) : NULL;
	to->detail = from->detail ? again(from->detail) : NULL;
	return code;
}

void tc__error_attach(tc_error *err, const struct tc__refusal *refusal)
{
	if (!err)
		return;
	struct detail *detail = copy_detail(refusal, tc_error_pointer(err));
	if (detail) {
		detail->final = detail_of(err)->final;
		detail->retry_after_ms = detail_of(err)->retry_after_ms;
		tc_release(err->detail);
		err->detail = detail;
	}
	err->http_status = refusal->status;
}

void tc_error_set_server(
	tc_error *err, int http_status, const char *server_code, const char *server_message)
{
	const struct tc__refusal refusal = {
		.status = http_status, .server_code = server_code, .server_message = server_message
	};

	if (err && err->code != TC_OK)
		tc__error_attach(err, &refusal);
}

void tc__error_outlook(tc_error *err, bool final, int64_t retry_after_ms)
{
	if (!err || (!final && retry_after_ms < 0))
		return;
	if (!err->detail)
		err->detail = copy_detail(&(struct tc__refusal){ 0 }, NULL);
	struct detail *detail = err->detail;
	if (!detail)
		return;
	detail->final = final;
	detail->retry_after_ms = retry_after_ms;
}

void tc_error_prefix(tc_error *err, const char *format, ...)
{
	char text[TC__MESSAGE_MAX + 1];

	if (!err || !err->message)
		return;
	va_list arguments;
	va_start(arguments, format);
	int used = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (used < 0 || (size_t)used + 2 >= sizeof text)
		return;
	tc__redact_in_place(text, sizeof text - 2);
	strcat(text, ": ");
	bool is_long = strlen(err->message) > TC__MESSAGE_MAX;
	char *message = join(text, err->message, is_long ? TC__REFUSED_MAX : TC__MESSAGE_MAX);
	if (!message)
		return;
	tc_release(err->message);
	err->message = message;
}
