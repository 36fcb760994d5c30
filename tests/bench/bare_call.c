/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_call.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bare_call {
	CURL *easy;
	struct curl_slist *headers;
	size_t bytes;
};

static size_t count(char *data, size_t size, size_t n, void *user)
{
	struct bare_call *call = user;

	(void)data;
	call->bytes += size * n;
	return size * n;
}

static struct curl_slist *split(const char *lines)
{
	char *copy = strdup(lines), *rest;
	struct curl_slist *list = NULL;

	if (!copy)
		abort();
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		list = curl_slist_append(list, line);
	free(copy);
	return list;
}

struct bare_call *bare_call_new(const char *url, const char *lines, const char *body)
{
	struct bare_call *call = calloc(1, sizeof *call);

	if (!call)
		abort();
	call->easy = curl_easy_init();
	call->headers = split(lines);
	curl_easy_setopt(call->easy, CURLOPT_URL, url);
	curl_easy_setopt(call->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(call->easy, CURLOPT_BUFFERSIZE, 32768L); /* as ours: fewer pieces */
	curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, count);
	curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
	if (body) {
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	}
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	return call;
}

void bare_call_perform(struct bare_call *call)
{
	long status = 0;
	CURLcode rc = curl_easy_perform(call->easy);

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK && status < 300)
		return;
	fprintf(stderr, "bare call: %s, status %ld\n", curl_easy_strerror(rc), status);
	abort();
}

void bare_call_compress(struct bare_call *call)
{
	curl_easy_setopt(call->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

size_t bare_call_bytes(const struct bare_call *call)
{
	return call->bytes;
}

void bare_call_free(struct bare_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	free(call);
}
