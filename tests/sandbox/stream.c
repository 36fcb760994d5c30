/* SPDX-License-Identifier: MPL-2.0 */
#include "stream.h"

#include "tests/harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 5000

struct stream {
	CURLM *multi;
	CURL *curl;
	struct curl_slist *headers;
	char *text; /* what came and was not looked at yet */
	size_t length;
	char name[40];
	const tc_json *data; /* of the last event */
	bool ended;
};

static size_t on_bytes(char *bytes, size_t one, size_t size, void *data)
{
	struct stream *stream = data;
	char *text = realloc(stream->text, stream->length + size + 1);

	(void)one;
	assert_non_null(text);
	memcpy(text + stream->length, bytes, size);
	stream->text = text;
	stream->length += size;
	text[stream->length] = '\0';
	return size;
}

static struct stream *start(
	const struct tc_test_server *server, const char *path, const char *header, long version)
{
	struct stream *stream = calloc(1, sizeof *stream);
	char url[3500];
	int running;

	assert_non_null(stream);
	stream->multi = curl_multi_init();
	stream->curl = curl_easy_init();
	stream->headers = header ? curl_slist_append(NULL, header) : NULL;
	snprintf(url, sizeof url, "%s%s", server->root_url, path);
	curl_easy_setopt(stream->curl, CURLOPT_URL, url);
	curl_easy_setopt(stream->curl, CURLOPT_HTTP_VERSION, version);
	curl_easy_setopt(stream->curl, CURLOPT_HTTPHEADER, stream->headers);
	curl_easy_setopt(stream->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(stream->curl, CURLOPT_WRITEDATA, stream);
	curl_easy_setopt(stream->curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(stream->curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_multi_add_handle(stream->multi, stream->curl);
	curl_multi_perform(stream->multi, &running);
	return stream;
}

static const char *path_of(const char *about)
{
	static char path[200];

	snprintf(path, sizeof path, "/sandbox/events?about=%s", about);
	return path;
}

struct stream *stream_open(
	const struct tc_test_server *server, const char *about, const struct quirks *quirks)
{
	static const struct quirks none;
	char header[5000];

	if (quirks && quirks->unsigned_)
		return start(server, path_of(about), quirks->header, CURL_HTTP_VERSION_1_1);
	ask_sign(server, "GET", path_of(about), quirks ? quirks : &none, header, sizeof header);
	return start(server, path_of(about), header, CURL_HTTP_VERSION_1_1);
}

struct stream *stream_open_bewit(const struct tc_test_server *server, const char *about)
{
	return start(server, bewit_url(server, path_of(about), 60), NULL, CURL_HTTP_VERSION_1_1);
}

struct stream *stream_open_old(const struct tc_test_server *server, const char *about)
{
	return start(server, path_of(about), NULL, CURL_HTTP_VERSION_1_0);
}

void stream_close(struct stream *stream)
{
	curl_multi_remove_handle(stream->multi, stream->curl);
	curl_easy_cleanup(stream->curl);
	curl_multi_cleanup(stream->multi);
	curl_slist_free_all(stream->headers);
	tc_release(stream->data);
	free(stream->text);
	free(stream);
}

/* Waits for more, at most so long. */
static void pump(struct stream *stream, int64_t ms)
{
	int running;
	int count;

	curl_multi_poll(stream->multi, NULL, 0, (int)ms, NULL);
	curl_multi_perform(stream->multi, &running);
	const CURLMsg *message = curl_multi_info_read(stream->multi, &count);
	if (message)
		stream->ended = true;
}

static void drop(struct stream *stream, size_t length)
{
	stream->length -= length;
	memmove(stream->text, stream->text + length, stream->length + 1);
}

/* Takes an event out of what came; false when there is no whole one. Comments are dropped. */
static bool take(struct stream *stream)
{
	static const char data[] = "\ndata: ";
	char *end;

	while (stream->text && (end = strstr(stream->text, "\n\n"))) {
		size_t length = (size_t)(end + 2 - stream->text);
		const char *at = strstr(stream->text, data);
		if (*stream->text == ':') {
			drop(stream, length);
			continue;
		}
		if (sscanf(stream->text, "event: %39[a-z]", stream->name) != 1 || !at || at > end)
			fail_msg("no event: %.*s", (int)length, stream->text);
		at += sizeof data - 1;
		tc_release(stream->data);
		stream->data = NULL;
		tc_json_parse(at, (size_t)(end - at), &stream->data, NULL);
		assert_non_null(stream->data);
		drop(stream, length);
		return true;
	}
	return false;
}

/* False: nothing came in that time, or the stream is at its end. */
static bool wait_for(struct stream *stream, int ms)
{
	int64_t until = tc_test_now_ms() + ms;

	while (!take(stream)) {
		int64_t rest = until - tc_test_now_ms();
		if (stream->ended || rest <= 0)
			return false;
		pump(stream, rest);
	}
	return true;
}

static const char *data_text(const struct stream *stream)
{
	static char *text;

	tc_release(text);
	text = NULL;
	tc_json_write(stream->data, TC_JSON_COMPACT, &text, NULL, NULL);
	return text ? text : "";
}

const tc_json *stream_next(struct stream *stream, const char *name)
{
	if (!wait_for(stream, PATIENCE_MS))
		fail_msg("expected `%s`, but %s", name,
			stream->ended ? "the stream ended" : "nothing came");
	if (strcmp(stream->name, name) != 0)
		fail_msg("expected `%s`, got `%s`: %.500s", name, stream->name, data_text(stream));
	return stream->data;
}

const tc_json *stream_find(struct stream *stream, const char *name)
{
	do {
		if (!wait_for(stream, PATIENCE_MS))
			fail_msg("no `%s` came", name);
	} while (strcmp(stream->name, name) != 0);
	return stream->data;
}

void stream_silent(struct stream *stream, int ms)
{
	if (wait_for(stream, ms))
		fail_msg("expected nothing, got `%s`: %.500s", stream->name, data_text(stream));
	if (stream->ended)
		fail_msg("the stream ended");
}

void stream_calm(struct stream *stream, int ms)
{
	while (wait_for(stream, ms))
		;
}

void stream_ends(struct stream *stream, int ms)
{
	int64_t until = tc_test_now_ms() + ms;

	while (!stream->ended && tc_test_now_ms() < until)
		wait_for(stream, (int)(until - tc_test_now_ms()));
	assert_true(stream->ended);
}

long stream_status(struct stream *stream)
{
	long status = 0;

	for (int i = 0; i < 50 && !status; i++) {
		pump(stream, 100);
		curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
	}
	return status;
}
