/* SPDX-License-Identifier: MPL-2.0 */
#include "client.h"

#include "tests/harness/test.h"
#include "tools/sandbox/auth/verify.h"
#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/base/write.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct reply last;

void ask_end(void)
{
	free(last.body);
	free(last.headers);
	tc_release(last.json);
	last = (struct reply){ 0 };
}

static size_t append(char **text, size_t *length, const char *bytes, size_t size)
{
	char *grown = realloc(*text, *length + size + 1);

	if (!grown)
		return 0;
	memcpy(grown + *length, bytes, size);
	*text = grown;
	*length += size;
	grown[*length] = '\0';
	return size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
	struct reply *reply = data;

	(void)one;
	return append(&reply->body, &reply->body_length, bytes, size);
}

static size_t on_header(char *bytes, size_t one, size_t size, void *data)
{
	struct reply *reply = data;

	(void)one;
	return append(&reply->headers, &reply->headers_length, bytes, size);
}

static const char *host_of(const struct tc_test_server *server)
{
	return strstr(server->root_url, "://") + 3;
}

static void sign(const struct tc_test_server *server, const char *method, const char *path,
	const char *hash, const struct quirks *quirks, char *header, size_t size)
{
	const char *id = quirks->id ? quirks->id : server->client_id;
	const char *key = quirks->key ? quirks->key : server->access_token;
	struct verify_request request = { .host = host_of(server) };
	char mac[VERIFY_MAC_SIZE];
	char ts[30];

	snprintf(ts, sizeof ts, "%lld", (long long)time(NULL) + quirks->skew_s);
	struct verify_parts parts = { .type = "header",
		.ts = ts,
		.nonce = "nonce1",
		.method = method,
		.resource = path,
		.hash = hash,
		.ext = quirks->ext };
	assert_true(verify_mac(&request, &parts, key, mac));
	snprintf(header, size,
		"Authorization: Hawk id=\"%s\", ts=\"%s\", nonce=\"nonce1\"%s%s%s%s%s%s, "
		"mac=\"%s\"",
		id, ts, hash ? ", hash=\"" : "", hash ? hash : "", hash ? "\"" : "",
		quirks->ext ? ", ext=\"" : "", quirks->ext ? quirks->ext : "",
		quirks->ext ? "\"" : "", mac);
}

void ask_sign(const struct tc_test_server *server, const char *method, const char *path,
	const struct quirks *quirks, char *header, size_t size)
{
	sign(server, method, path, NULL, quirks, header, size);
}

static struct curl_slist *make_headers(const struct tc_test_server *server, const char *method,
	const char *path, const char *body, const struct quirks *quirks)
{
	const char *type = quirks->type ? quirks->type : "application/json";
	struct curl_slist *list = NULL;
	char computed[DIGEST_SIZE];
	const char *hash = quirks->hash;
	char line[5000];

	if (hash && !*hash) {
		assert_true(
			digest_payload(type, body ? body : "", body ? strlen(body) : 0, computed));
		hash = computed;
	}
	snprintf(line, sizeof line, "Content-Type: %s", type);
	list = curl_slist_append(list, line);
	list = curl_slist_append(list, "Expect:");
	if (!quirks->unsigned_) {
		sign(server, quirks->head ? "HEAD" : method, path, hash, quirks, line, sizeof line);
		list = curl_slist_append(list, line);
	}
	if (quirks->fault) {
		snprintf(line, sizeof line, "x-sandbox-fault: %s", quirks->fault);
		list = curl_slist_append(list, line);
	}
	if (quirks->origin) {
		snprintf(line, sizeof line, "Origin: %s", quirks->origin);
		list = curl_slist_append(list, line);
	}
	return quirks->header ? curl_slist_append(list, quirks->header) : list;
}

struct reply *ask(const struct tc_test_server *server, const char *method, const char *path,
	const char *body, const struct quirks *quirks)
{
	static const struct quirks none;
	char url[9000];
	CURL *curl = curl_easy_init();

	assert_non_null(curl);
	if (!quirks)
		quirks = &none;
	ask_end();
	struct curl_slist *headers = make_headers(server, method, path, body, quirks);
	snprintf(url, sizeof url, "%s%s", server->root_url, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, quirks->head ? NULL : method);
	curl_easy_setopt(curl, CURLOPT_NOBODY, quirks->head ? 1L : 0L);
	if (body || (strcmp(method, "GET") != 0 && !quirks->head)) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)(body ? strlen(body) : 0));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body ? body : "");
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &last);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &last);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
	last.curl = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &last.status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (last.body)
		tc_json_parse(last.body, last.body_length, &last.json, NULL);
	return &last;
}

const char *reply_header(const struct reply *reply, const char *name, char *value, size_t size)
{
	const char *line = reply->headers;
	size_t length = strlen(name);

	while (line && *line) {
		size_t i = 0;
		while (i < length && tolower((unsigned char)line[i]) == name[i])
			i++;
		if (i == length && line[i] == ':') {
			line += i + 1 + strspn(line + i + 1, " ");
			snprintf(value, size, "%.*s", (int)strcspn(line, "\r\n"), line);
			return value;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

const char *reply_text(const struct reply *reply, const char *pointer)
{
	const char *text = tc_json_text(tc_json_at(reply->json, pointer));

	return text ? text : "";
}

const char *date_text(long long from_now_s, char date[25])
{
	write_date(date, ((int64_t)time(NULL) + from_now_s) * 1000);
	return date;
}

const char *task_text(const char *more)
{
	static char text[20000];
	char created[25];
	char deadline[25];

	snprintf(text, sizeof text,
		"{%s\"taskQueueId\":\"prov/type\",\"created\":\"%s\",\"deadline\":\"%s\","
		"\"payload\":{\"command\":[\"true\"]},\"metadata\":{\"name\":\"n\","
		"\"description\":\"d\",\"owner\":\"o@example.com\",\"source\":\"http://x/\"}}",
		more, date_text(0, created), date_text(3600, deadline));
	return text;
}

const char *bewit_url(const struct tc_test_server *server, const char *path, long long lifetime_s)
{
	static char url[3000];
	struct verify_request request = { .host = host_of(server) };
	char mac[VERIFY_MAC_SIZE];
	char plain[400];
	char bewit[600];
	char ts[30];

	snprintf(ts, sizeof ts, "%lld", (long long)time(NULL) + lifetime_s);
	struct verify_parts parts = {
		.type = "bewit", .ts = ts, .nonce = "", .method = "GET", .resource = path
	};
	assert_true(verify_mac(&request, &parts, server->access_token, mac));
	snprintf(plain, sizeof plain, "%s\\%s\\%s\\", server->client_id, ts, mac);
	digest_base64(plain, strlen(plain), bewit);
	bewit[strcspn(bewit, "=")] = '\0';
	for (char *c = bewit; *c; c++) {
		if (*c == '+' || *c == '/')
			*c = *c == '+' ? '-' : '_';
	}
	snprintf(url, sizeof url, "%s%cbewit=%s", path, strchr(path, '?') ? '&' : '?', bewit);
	return url;
}
