#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libcurl 7.88.1, Debian 12's (libcurl4-openssl-dev); 8.14.1 does the same, 8.22.0 makes upper case of it.
# Expected: a path is the same whether curl_url_set gets it within a URL or as a part of its own.
# Seen: as a part of its own (CURLUPART_PATH, without a flag) its percent-encoded bytes become lower case; within
#   a URL they stay.
# Matters: who keeps a URL handle and gives it another path for each request sends another path than was signed;
#   index namespaces and artifact names with a slash in them have such bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >part.c <<'CODE'
#include <curl/curl.h>
#include <stdio.h>

static void show(CURLU *url, const char *how)
{
	char *path = NULL;

	curl_url_get(url, CURLUPART_PATH, &path, 0);
	printf("%s: %s\n", how, path);
	curl_free(path);
}

int main(void)
{
	CURLU *url = curl_url();

	printf("libcurl %s\n", curl_version_info(CURLVERSION_NOW)->version);
	curl_url_set(url, CURLUPART_URL, "https://tc.example.com/v1/a%2Fb%3f", 0);
	show(url, "/v1/a%2Fb%3f within a URL");
	curl_url_set(url, CURLUPART_PATH, "/v1/a%2Fb%3f", 0);
	show(url, "/v1/a%2Fb%3f as a part of its own");
	curl_url_cleanup(url);
	return 0;
}
CODE
cc part.c -o part -lcurl
./part | tee seen
diff - seen <<'TEXT'
libcurl 7.88.1
/v1/a%2Fb%3f within a URL: /v1/a%2Fb%3f
/v1/a%2Fb%3f as a part of its own: /v1/a%2fb%3f
TEXT
