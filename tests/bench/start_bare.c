/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A program that makes one call with libcurl alone: the bare side of bench_start and bench_cli. It
 * asks libcurl for what ours asks for (tests/bench/start_ours.c), sends the same lines, each
 * written beforehand, looks at the status, and undoes what ours undoes: all but libcurl's own
 * start-up.
 */
#include <curl/curl.h>
#include <stdio.h>

#define AUTHORIZATION \
	"Authorization: Hawk id=\"project/releng/a-worker\", ts=\"1795958925\", " \
	"nonce=\"xTpt0Ft0idAAAAAA\", mac=\"35VsvXTYwTzmc2rdjIXy0gt3knYSKrxXynkaQZGPzFI=\""

static const char *const lines[] = {
	"User-Agent: libtaskcluster/0.1.0",
	"Accept-Encoding: gzip, deflate",
	"x-taskcluster-trace-id: UwFAbA3QnY-w0cw41sjpYg",
	AUTHORIZATION,
};

static size_t count(char *data, size_t size, size_t n, void *user)
{
	size_t *bytes = user;

	(void)data;
	*bytes += size * n;
	return size * n;
}

static struct curl_slist *headers_new(void)
{
	struct curl_slist *headers = NULL;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		headers = curl_slist_append(headers, lines[i]);
	return headers;
}

static void set_up(CURL *easy, const char *url, struct curl_slist *headers, size_t *bytes)
{
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 32768L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, bytes);
}

int main(int argc, char **argv)
{
	char url[512];
	size_t bytes = 0;
	long status = 0;

	if (argc != 2)
		return 2;
	snprintf(url, sizeof url, "%s/api/queue/v1/ping", argv[1]);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	CURL *easy = curl_easy_init();
	struct curl_slist *headers = headers_new();
	set_up(easy, url, headers, &bytes);
	CURLcode rc = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	return rc != CURLE_OK || status != 200 || bytes == 0;
}
