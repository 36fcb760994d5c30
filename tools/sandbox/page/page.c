/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/page/page.h"

#include "tools/sandbox/request/error.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

/* What cmake/hold.cmake makes of the files of this folder. */
extern const char page_html[], page_css[], page_js[];
extern const size_t page_html_length, page_css_length, page_js_length;

enum { HTML, CSS, SCRIPT };

/* The sign-in's page talks to the program that opened it, which listens on loopback. */
#define LOOPBACK "http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*"

#define GZIP_BITS (15 + 16) /* as deflateInit2 wants it told */

/* ---- what it may do ---- */

/* Scripts and styles from here alone, never inside a page of somebody else's. */
static const char *policy(struct request *request)
{
	const struct sandbox *sandbox = request->sandbox;

	return request_printf(request,
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		"connect-src 'self' %.*s " LOOPBACK "; base-uri 'none'; form-action 'none'; "
		"frame-ancestors 'none'",
		(int)sandbox_origin_length(sandbox), sandbox->root_url);
}

/* ---- how it is sent ---- */

/* Whether what follows the name of a coding refuses it: ";q=0". */
static bool is_refused(const char *parameters, size_t length)
{
	const char *q = memchr(parameters, '=', length);

	return q && strspn(q + 1, "0.") >= length - (size_t)(q + 1 - parameters);
}

static bool takes_gzip(const struct request *request)
{
	const char *at = request_header(request, "Accept-Encoding");

	while (at && *at) {
		at += strspn(at, ", \t");
		size_t length = strcspn(at, ", \t;");
		size_t whole = strcspn(at, ",");
		if (length == 4 && strncasecmp(at, "gzip", 4) == 0)
			return !is_refused(at + length, whole - length);
		at += whole;
	}
	return false;
}

static bool deflate_all(z_stream *stream, const char *bytes, size_t length, struct packed *packed)
{
	size_t room = deflateBound(stream, (uLong)length);

	packed->bytes = malloc(room);
	if (!packed->bytes)
		return false;
	stream->next_in = (Bytef *)(uintptr_t)bytes;
	stream->avail_in = (uInt)length;
	stream->next_out = (Bytef *)packed->bytes;
	stream->avail_out = (uInt)room;
	bool good = deflate(stream, Z_FINISH) == Z_STREAM_END;
	packed->length = room - stream->avail_out;
	return good;
}

/* A file as gzip, which is made when it is asked for first; NULL without memory. */
static const struct packed *pack(
	struct request *request, int which, const char *bytes, size_t length)
{
	struct packed *packed = &request->sandbox->page_packed[which];
	z_stream stream = { 0 };

	if (packed->bytes)
		return packed;
	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_BITS, 9,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	bool good = deflate_all(&stream, bytes, length, packed);
	deflateEnd(&stream);
	if (good)
		return packed;
	free(packed->bytes);
	packed->bytes = NULL;
	return NULL;
}

static int serve(
	struct request *request, int which, const char *type, const char *bytes, size_t length)
{
	const struct packed *packed =
		takes_gzip(request) ? pack(request, which, bytes, length) : NULL;

	request->policy = policy(request);
	if (!request->policy)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	request->content_type = type;
	request->content_encoding = packed ? "gzip" : NULL;
	tc__buffer_add(&request->reply.text, packed ? packed->bytes : bytes,
		packed ? packed->length : length);
	return 200;
}

int page_serve_html(struct request *request)
{
	return serve(request, HTML, "text/html; charset=utf-8", page_html, page_html_length);
}

int page_serve_css(struct request *request)
{
	return serve(request, CSS, "text/css; charset=utf-8", page_css, page_css_length);
}

int page_serve_script(struct request *request)
{
	return serve(request, SCRIPT, "text/javascript; charset=utf-8", page_js, page_js_length);
}

void page_clear(struct sandbox *sandbox)
{
	for (size_t i = 0; i < PAGE_FILES; i++)
		free(sandbox->page_packed[i].bytes);
}
