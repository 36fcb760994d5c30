/* SPDX-License-Identifier: MPL-2.0 */
/* A program that makes one call with libcurl alone: the bare side of bench_start. */
#include <curl/curl.h>
#include <stdio.h>

static size_t count(char *data, size_t size, size_t n, void *user)
{
	(void)data;
	(void)user;
	return size * n;
}

int main(int argc, char **argv)
{
	char url[512];

	if (argc != 2)
		return 2;
	snprintf(url, sizeof url, "%s/api/queue/v1/ping", argv[1]);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	CURL *easy = curl_easy_init();
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count);
	int failed = curl_easy_perform(easy) != CURLE_OK;
	curl_easy_cleanup(easy);
	return failed;
}
