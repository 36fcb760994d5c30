/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_pages.h"

#include "tests/bench/bare_events.h"
#include <curl/curl.h>
#include <stdlib.h>

struct bare_pages {
	CURL *easy;
	struct curl_slist *headers;
	yajl_handle yajl;
	size_t events;
};

size_t bare_pages_parse(const char *text, size_t length, size_t piece)
{
	size_t events = 0;
	yajl_handle yajl = yajl_alloc(&bare_counting, NULL, &events);

	for (size_t at = 0; at < length; at += piece) {
		size_t n = length - at < piece ? length - at : piece;
		if (yajl_parse(yajl, (const unsigned char *)text + at, n) != yajl_status_ok)
			abort();
	}
	if (yajl_complete_parse(yajl) != yajl_status_ok)
		abort();
	yajl_free(yajl);
	return events;
}

static size_t feed(char *bytes, size_t size, size_t n, void *data)
{
	struct bare_pages *pages = data;

	if (yajl_parse(pages->yajl, (unsigned char *)bytes, size * n) != yajl_status_ok)
		abort();
	return size * n;
}

struct bare_pages *bare_pages_new(const char *authorization)
{
	struct bare_pages *pages = calloc(1, sizeof *pages);

	if (!pages)
		abort();
	pages->easy = curl_easy_init();
	pages->headers = curl_slist_append(NULL, authorization);
	curl_easy_setopt(pages->easy, CURLOPT_HTTPHEADER, pages->headers);
	curl_easy_setopt(pages->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(pages->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(pages->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(pages->easy, CURLOPT_BUFFERSIZE, 32768L); /* as ours */
	curl_easy_setopt(pages->easy, CURLOPT_WRITEFUNCTION, feed);
	curl_easy_setopt(pages->easy, CURLOPT_WRITEDATA, pages);
	return pages;
}

void bare_pages_compress(struct bare_pages *pages)
{
	curl_easy_setopt(pages->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

size_t bare_pages_get(struct bare_pages *pages, const char *url)
{
	pages->events = 0;
	pages->yajl = yajl_alloc(&bare_counting, NULL, &pages->events);
	curl_easy_setopt(pages->easy, CURLOPT_URL, url);
	if (curl_easy_perform(pages->easy) != CURLE_OK ||
		yajl_complete_parse(pages->yajl) != yajl_status_ok)
		abort();
	yajl_free(pages->yajl);
	return pages->events;
}

void bare_pages_free(struct bare_pages *pages)
{
	curl_easy_cleanup(pages->easy);
	curl_slist_free_all(pages->headers);
	free(pages);
}
