/* SPDX-License-Identifier: MPL-2.0 */
/* Transfers that bring something: redirects, ranges, fences, and what nobody may see of them. */
#define _GNU_SOURCE /* strcasestr */
#include "transfers.h"

#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- a server by paths ---- */

struct site {
	struct tc_responder *responder;
	size_t requests;
	char heads[8][2000]; /* of the requests, in their order */
	char other[200];     /* the URL of another site */
	char range[100];     /* the Content-Range that it answers a range with; empty: none */
	int status;          /* of such a reply; 0: 206 */
	char body[200];
	bool busy; /* /busy answers 503 the first time */
	char line[400];
};

static void redirect(struct site *site, struct tc_responder_reply *reply, const char *location)
{
	reply->status = 302;
	snprintf(site->line, sizeof site->line, "Location: %s\r\n", location);
	reply->headers = site->line;
	reply->body = "Found. Redirecting";
	reply->body_length = strlen(reply->body);
}

static void answer_range(struct site *site, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	reply->body = site->body;
	reply->body_length = strlen(site->body);
	if (!tc_responder_header(request, "range") && strcmp(request->target, "/unasked") != 0)
		return;
	reply->status = site->status ? site->status : 206;
	snprintf(
		site->line, sizeof site->line, "Content-Range: %s\r\nETag: \"a\"\r\n", site->range);
	reply->headers = *site->range ? site->line : NULL;
}

static void answer_site(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct site *site = data;
	const char *target = request->target;
	char text[300];

	snprintf(site->heads[site->requests % 8], sizeof *site->heads, "%s %s\r\n%s",
		request->method, target, request->head);
	site->requests++;
	if (strncmp(target, "/chain/", 7) == 0) {
		int left = atoi(target + 7);
		snprintf(text, sizeof text, left ? "%d" : "../end?sig=secret", left - 1);
		redirect(site, reply, text);
	} else if (strcmp(target, "/loop") == 0) {
		redirect(site, reply, "/loop?X-Amz-Signature=secret");
	} else if (strncmp(target, "/loop?", 6) == 0) {
		redirect(site, reply, "?X-Amz-Signature=secret");
	} else if (strncmp(target, "/to/", 4) == 0) {
		redirect(site, reply, target + 4);
	} else if (strcmp(target, "/away") == 0) {
		snprintf(text, sizeof text, "%s/back", site->other);
		redirect(site, reply, text);
	} else if (strcmp(target, "/no-location") == 0) {
		reply->status = 302;
	} else if (strcmp(target, "/busy-behind") == 0) {
		redirect(site, reply, "busy");
	} else if (strcmp(target, "/busy") == 0 && !site->busy) {
		site->busy = true;
		reply->status = 503;
		reply->headers = "Retry-After: 1\r\n";
	} else if (strcmp(target, "/part") == 0 || strcmp(target, "/unasked") == 0) {
		answer_range(site, request, reply);
	} else {
		reply->body = "the end";
		reply->body_length = 7;
		reply->headers = "Content-Type: application/x-whatever\r\nSet-Cookie: a=b\r\n";
	}
}

/* What the other site does: it leads back. */
static void lead_back(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct site *site = data;
	char text[300];

	snprintf(site->heads[site->requests % 8], sizeof *site->heads, "%s", request->head);
	site->requests++;
	snprintf(text, sizeof text, "%s/end", site->other);
	redirect(site, reply, text);
}

struct fixture {
	struct site site;
	struct tc_options options;
	tc_client *client;
	tc_error err;
	char log[100000];
};

static void keep_log(void *data, enum tc_log_level level, const char *message)
{
	struct fixture *f = data;
	size_t length = strlen(f->log);

	(void)level;
	snprintf(f->log + length, sizeof f->log - length, "%s\n", message);
}

static struct fixture *open_fixture(void)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->options.log = keep_log;
	f->options.log_data = f;
	f->options.log_level = TC_LOG_DEBUG;
	f->site.responder = tc_responder_start(answer_site, &f->site);
	f->client = transfer_client(&f->options);
	return f;
}

static void close_fixture(struct fixture *f)
{
	tc_client_free(f->client);
	tc_responder_stop(f->site.responder);
	tc_error_clear(&f->err);
	free(f);
}

static tc_call *new_get(
	struct fixture *f, const char *path, const struct tc_transfer_options *options)
{
	char url[600];

	snprintf(url, sizeof url, "%s%s", tc_responder_url(f->site.responder), path);
	tc_call *call = tc_transfer_new(f->client, "GET", url, options, &f->err);
	assert_ok(f->err.code, &f->err);
	f->site.requests = 0;
	f->log[0] = '\0';
	return call;
}

/* Gets it, following so many redirects; the body is to be "the end" unless *err is set. */
static int get(struct fixture *f, enum face face, const char *path, int redirects)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	tc_response *response = NULL;

	options.redirects = redirects;
	tc_call *call = new_get(f, path, &options);
	int rc = transfer_perform(face, call, &response, &f->err);
	if (rc == TC_OK)
		assert_string_equal(tc_response_body(response, NULL), "the end");
	tc_release(response);
	tc_call_free(call);
	return rc;
}

/* ---- what it is ---- */

static void test_nothing_of_ours_goes_along(void **state)
{
	struct fixture *f = open_fixture();
	tc_response *response = NULL;
	const char *url = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		tc_call *call = new_get(f, "/x?a=b", NULL);
		assert_ok(tc_call_perform(call, &response, &f->err), &f->err);
		assert_string_equal(
			tc_response_header(response, "content-type"), "application/x-whatever");
		assert_null(strcasestr(f->site.heads[0], "authorization"));
		assert_null(strcasestr(f->site.heads[0], "trace"));
		assert_null(strcasestr(f->site.heads[0], "cookie"));
		assert_non_null(strcasestr(f->site.heads[0], "user-agent: libtaskcluster"));
		assert_string_equal(tc_call_operation(call)->service->name, "transfer");
		tc_call_signed_url(call, 0, &url, &f->err);
		assert_failure(&f->err, TC_ERROR_ARGUMENT, "nothing is signed");
		tc_release(response);
		tc_call_free(call);
	}
	close_fixture(f);
}

static void test_headers_are_the_callers(void **state)
{
	struct fixture *f = open_fixture();
	tc_call *call = new_get(f, "/x", NULL);

	(void)state;
	assert_ok(tc_call_header(call, "Authorization", "Bearer mine", &f->err), &f->err);
	assert_ok(tc_call_header(call, "Accept-Encoding", "identity", &f->err), &f->err);
	assert_ok(tc_call_header(call, "If-Range", "\"a\"", &f->err), &f->err);
	tc_call_header(call, "Range", "bytes=1-", &f->err);
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "range_begin");
	assert_ok(tc_call_perform(call, NULL, &f->err), &f->err);
	assert_non_null(strstr(f->site.heads[0], "\r\nAuthorization: Bearer mine\r\n"));
	assert_non_null(strstr(f->site.heads[0], "\r\nAccept-Encoding: identity\r\n"));
	assert_null(strstr(f->site.heads[0], "gzip"));
	assert_null(strstr(f->log, "Bearer mine"));
	tc_call_free(call);
	close_fixture(f);
}

static void test_refused_arguments(void **state)
{
	static const struct {
		const char *method, *url, *text;
		struct tc_transfer_options options;
	} rows[] = {
		{ "BREW", "http://a/", "expected GET, HEAD", { 0 } },
		{ "get", "http://a/", "expected GET, HEAD", { 0 } },
		{ NULL, "http://a/", "method is NULL", { 0 } },
		{ "GET", NULL, "url is NULL", { 0 } },
		{ "GET", "ftp://a/", "neither http:// nor https://", { 0 } },
		{ "GET", "file:///etc/passwd", "neither http:// nor https://", { 0 } },
		{ "GET", "/x", "neither http:// nor https://", { 0 } },
		{ "GET", "http://u:p@a/", "user info", { 0 } },
		{ "GET", "http://a/", "redirects is -1", { .redirects = -1 } },
		{ "GET", "http://a/", "range_begin is -1", { .range_begin = -1 } },
		{ "GET", "http://a/", "range_length -1", { .range_length = -1 } },
		{ "GET", "http://a/", "range_begin is 2",
			{ .range_begin = 2, .range_length = INT64_MAX } },
		{ "HEAD", "http://a/", "only a GET has a range", { .range_begin = 2 } },
	};
	struct fixture *f = open_fixture();
	struct tc_source body = TC_SOURCE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tc_transfer_options options = rows[i].options;
		options.size = sizeof options;
		assert_null(
			tc_transfer_new(f->client, rows[i].method, rows[i].url, &options, &f->err));
		assert_failure(&f->err, TC_ERROR_ARGUMENT, rows[i].text);
	}
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	options.body = &body;
	assert_null(tc_transfer_new(f->client, "GET", "http://a/", &options, &f->err));
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "a GET takes no body");
	body.length = -5;
	assert_null(tc_transfer_new(f->client, "PUT", "http://a/", &options, &f->err));
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "body: length is -5");
	body.size = 0;
	assert_null(tc_transfer_new(f->client, "PUT", "http://a/", &options, &f->err));
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "TC_SOURCE_INIT");
	assert_null(tc_transfer_new(NULL, "PUT", "http://a/", &options, &f->err));
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "client is NULL");
	close_fixture(f);
}

/* ---- redirects ---- */

static void test_redirects(void **state)
{
	struct fixture *f = open_fixture();

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		assert_ok(get(f, face, "/chain/3", 4), &f->err);
		assert_int_equal(f->site.requests, 5);
		assert_true(strncmp(f->site.heads[4], "GET /end?sig=secret\r\n", 21) == 0);
		get(f, face, "/chain/3", 3);
		assert_int_equal(f->err.http_status, 302);
		assert_failure(&f->err, TC_ERROR_HTTP, "3 were followed already");
		get(f, face, "/chain/3", 0);
		assert_int_equal(f->site.requests, 1);
		assert_failure(&f->err, TC_ERROR_HTTP, ", to 2; expected 200 to 299");
		get(f, face, "/loop", 7);
		assert_int_equal(f->site.requests, 8);
		assert_failure(&f->err, TC_ERROR_HTTP, "X-Amz-Signature=(redacted)");
		assert_null(strstr(f->log, "secret"));
		get(f, face, "/no-location", 7);
		assert_failure(&f->err, TC_ERROR_HTTP, "it has no Location");
		get(f, face, "/to/ftp://127.0.0.1/x", 7);
		assert_failure(&f->err, TC_ERROR_HTTP, "neither http:// nor https://");
		get(f, face, "/to/file:///etc/passwd", 7);
		assert_failure(&f->err, TC_ERROR_HTTP, "is not followed");
		get(f, face, "/to/http://user:word@127.0.0.1/x", 7);
		assert_failure(&f->err, TC_ERROR_HTTP, "user info");
		assert_ok(get(f, face, "/to/../a/./b/../end?x=y#part", 1), &f->err);
		assert_true(strncmp(f->site.heads[1], "GET /a/end?x=y\r\n", 16) == 0);
	}
	close_fixture(f);
}

static void test_a_repetition_begins_at_the_first_url(void **state)
{
	struct fixture *f = open_fixture();

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		f->site.busy = false;
		assert_ok(get(f, face, "/busy-behind", 1), &f->err);
		assert_int_equal(f->site.requests, 4);
		assert_true(strncmp(f->site.heads[2], "GET /busy-behind\r\n", 18) == 0);
	}
	close_fixture(f);
}

/* What the hook was told of the attempts. */
struct told {
	size_t count;
	enum tc_repeat_reason reasons[8];
	char service[20];
	bool traced;
};

static void take_metrics(void *data, const struct tc_metrics *metrics)
{
	struct told *told = data;

	told->reasons[told->count++ % 8] = metrics->reason;
	told->traced |= metrics->trace_id != NULL;
	snprintf(told->service, sizeof told->service, "%s", metrics->service);
}

static void test_each_hop_is_an_attempt(void **state)
{
	struct fixture *f = open_fixture();
	struct told told = { 0 };

	(void)state;
	tc_client_free(f->client);
	f->options.metrics = take_metrics;
	f->options.metrics_data = &told;
	f->client = transfer_client(&f->options);
	for (enum face face = 0; face < FACES; face++) {
		told = (struct told){ 0 };
		assert_ok(get(f, face, "/chain/1", 2), &f->err);
		assert_int_equal(told.count, 3);
		assert_int_equal(told.reasons[0], TC_REASON_REDIRECT);
		assert_int_equal(told.reasons[1], TC_REASON_REDIRECT);
		assert_int_equal(told.reasons[2], TC_REASON_NONE);
		assert_string_equal(told.service, "transfer");
		assert_false(told.traced);
	}
	close_fixture(f);
}

/* A storage that wants a pause does not hold back Taskcluster, nor other storages. */
static void test_pauses_are_their_own(void **state)
{
	struct fixture *f = open_fixture();

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		f->site.busy = false;
		int64_t begun_ms = tc_test_now_ms();
		assert_ok(get(f, face, "/busy", 0), &f->err);
		assert_true(tc_test_now_ms() - begun_ms >= 900);
		assert_null(strstr(f->log, "no attempt of this client"));
	}
	close_fixture(f);
}

static void test_only_reads_follow(void **state)
{
	struct fixture *f = open_fixture();
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	char url[600];

	(void)state;
	options.redirects = 5;
	snprintf(url, sizeof url, "%s/chain/1", tc_responder_url(f->site.responder));
	tc_call *call = tc_transfer_new(f->client, "PUT", url, &options, &f->err);
	tc_call_perform(call, NULL, &f->err);
	assert_failure(&f->err, TC_ERROR_HTTP, "only those of a GET or HEAD are");
	tc_call_free(call);
	close_fixture(f);
}

static void test_secrets_stay_at_home(void **state)
{
	struct fixture *f = open_fixture();
	struct site other = { 0 };
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	(void)state;
	other.responder = tc_responder_start(lead_back, &other);
	snprintf(f->site.other, sizeof other.other, "%s", tc_responder_url(other.responder));
	snprintf(other.other, sizeof other.other, "%s", tc_responder_url(f->site.responder));
	options.redirects = 5;
	for (enum face face = 0; face < FACES; face++) {
		tc_call *call = new_get(f, "/away", &options);
		other.requests = 0;
		assert_ok(tc_call_header(call, "Authorization", "Bearer mine", &f->err), &f->err);
		assert_ok(tc_call_header(call, "X-Vault-Token", "mine", &f->err), &f->err);
		assert_ok(tc_call_header(call, "Cookie", "a=mine", &f->err), &f->err);
		assert_ok(tc_call_secret_header(call, "X-Own", "mine", &f->err), &f->err);
		assert_ok(tc_call_header(call, "X-Open", "yes", &f->err), &f->err);
		assert_ok(transfer_perform(face, call, NULL, &f->err), &f->err);
		assert_int_equal(f->site.requests, 2);
		assert_int_equal(other.requests, 1);
		assert_non_null(strstr(f->site.heads[0], "Bearer mine"));
		assert_non_null(strstr(f->site.heads[0], "X-Vault-Token: mine"));
		assert_non_null(strstr(f->site.heads[0], "X-Own: mine"));
		assert_null(strstr(f->log, "mine"));
		assert_null(strstr(other.heads[0], "mine"));
		assert_non_null(strstr(other.heads[0], "X-Open: yes"));
		assert_null(strstr(f->site.heads[1], "mine")); /* also when it was led back */
		tc_call_free(call);
	}
	tc_responder_stop(other.responder);
	close_fixture(f);
}

/* ---- ranges ---- */

static const struct {
	int64_t begin, length;
	const char *asked, *range, *body;
	const char *failure; /* NULL: it is good */
	int code;
} parts[] = {
	{ 3, 4, "bytes=3-6", "bytes 3-6/10", "defg", NULL, 0 },
	{ 3, 4, "bytes=3-6", "bytes 3-6/*", "defg", NULL, 0 },
	{ 3, 0, "bytes=3-", "bytes 3-9/10", "defghij", NULL, 0 },
	{ 3, 0, "bytes=3-", "bytes 3-9/*", "defghij", NULL, 0 },
	{ 0, 4, "bytes=0-3", "bytes 0-3/10", "abcd", NULL, 0 },
	{ 8, 4, "bytes=8-11", "bytes 8-9/10", "ij", NULL, 0 }, /* there is no more */
	{ 8, 4, "bytes=8-11", "bytes 8-9/*", "ij", "another part", TC_ERROR_REPLY },
	{ 3, 4, "bytes=3-6", "bytes 2-5/10", "cdef", "another part", TC_ERROR_REPLY },
	{ 3, 4, "bytes=3-6", "bytes 3-5/10", "def", "another part", TC_ERROR_REPLY },
	{ 3, 0, "bytes=3-", "bytes 3-6/10", "defg", "another part", TC_ERROR_REPLY },
	{ 3, 4, "bytes=3-6", "", "defg", "without Content-Range", TC_ERROR_REPLY },
	{ 3, 4, "bytes=3-6", "lines 3-6/10", "defg", "expected such as", TC_ERROR_REPLY },
	{ 3, 4, "bytes=3-6", "bytes 3-6/10", "defgh", "more than the 4", TC_ERROR_REPLY },
	{ 3, 4, "bytes=3-6", "bytes 3-6/10", "def", "fewer than the 4", TC_ERROR_NETWORK },
};

static void test_ranges(void **state)
{
	struct fixture *f = open_fixture();

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (enum face face = 0; face < FACES; face++) {
			struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
			tc_response *response = NULL;
			options.range_begin = parts[i].begin;
			options.range_length = parts[i].length;
			snprintf(f->site.range, sizeof f->site.range, "%s", parts[i].range);
			snprintf(f->site.body, sizeof f->site.body, "%s", parts[i].body);
			tc_call *call = new_get(f, "/part", &options);
			transfer_perform(face, call, &response, &f->err);
			assert_non_null(strstr(f->site.heads[0], parts[i].asked));
			assert_non_null(strstr(f->site.heads[0], "Accept-Encoding: identity"));
			if (parts[i].failure) {
				assert_failure(&f->err, parts[i].code, parts[i].failure);
			} else {
				assert_ok(f->err.code, &f->err);
				assert_int_equal(tc_response_status(response), 206);
				assert_string_equal(
					tc_response_body(response, NULL), parts[i].body);
			}
			tc_release(response);
			tc_call_free(call);
		}
	close_fixture(f);
}

/* What a sink was told, and got. */
struct seen {
	int status;
	char bytes[100];
	size_t length;
};

static int see_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct seen *seen = data;

	(void)err;
	seen->status = tc_response_status(head);
	seen->length -= (size_t)discard;
	return TC_OK;
}

static int see_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct seen *seen = data;

	(void)err;
	assert_true(seen->length + length < sizeof seen->bytes);
	memcpy(seen->bytes + seen->length, bytes, length);
	seen->length += length;
	return TC_OK;
}

static void test_sinks_and_ranges(void **state)
{
	static const int statuses[] = { 206, 200, 416 };
	struct fixture *f = open_fixture();
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	(void)state;
	options.range_begin = 3;
	strcpy(f->site.body, "defghij");
	strcpy(f->site.range, "bytes 3-9/10");
	for (size_t i = 0; i < 3; i++)
		for (enum face face = 0; face < FACES; face++) {
			struct seen seen = { 0 };
			struct tc_sink sink = TC_SINK_INIT;
			sink.begin = see_begin;
			sink.write = see_bytes;
			sink.data = &seen;
			f->site.status = statuses[i];
			tc_call *call = new_get(f, "/part", &options);
			transfer_download(face, call, &sink, &f->err);
			if (statuses[i] == 416) {
				assert_int_equal(seen.length, 0);
				assert_failure(&f->err, TC_ERROR_HTTP, "416");
			} else {
				assert_ok(f->err.code, &f->err);
				assert_int_equal(seen.status, statuses[i]);
				assert_string_equal(seen.bytes, "defghij");
			}
			tc_call_free(call);
		}
	/* another part than was asked for reaches no sink */
	strcpy(f->site.range, "bytes 2-9/10");
	f->site.status = 206;
	struct seen seen = { 0 };
	struct tc_sink sink = TC_SINK_INIT;
	sink.begin = see_begin;
	sink.write = see_bytes;
	sink.data = &seen;
	tc_call *call = new_get(f, "/part", &options);
	tc_call_download(call, &sink, NULL, &f->err);
	assert_failure(&f->err, TC_ERROR_REPLY, "another part");
	assert_int_equal(seen.status, 0);
	tc_call_free(call);
	close_fixture(f);
}

static void test_part_that_nobody_asked_for(void **state)
{
	struct fixture *f = open_fixture();
	tc_call *call = new_get(f, "/unasked", NULL);

	(void)state;
	strcpy(f->site.range, "bytes 0-2/10");
	strcpy(f->site.body, "abc");
	tc_call_perform(call, NULL, &f->err);
	assert_failure(&f->err, TC_ERROR_REPLY, "all of it was asked for");
	tc_call_free(call);
	close_fixture(f);
}

/* ---- limits ---- */

static void test_reply_max_holds(void **state)
{
	struct fixture *f = open_fixture();

	(void)state;
	tc_client_free(f->client);
	f->options.reply_max = 5;
	f->client = transfer_client(&f->options);
	for (enum face face = 0; face < FACES; face++) {
		get(f, face, "/end", 0);
		assert_failure(&f->err, TC_ERROR_REPLY, "reply_max");
	}
	close_fixture(f);
}

static void test_public_only(void **state)
{
	struct fixture *f = open_fixture();
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	const char *port = strrchr(tc_responder_url(f->site.responder), ':');
	static const char *const hosts[] = { "127.0.0.1", "localhost", "0x7f000001", "2130706433",
		"[::1]", "[::ffff:127.0.0.1]" };
	char url[100];

	(void)state;
	options.public_only = true;
	options.redirects = 3;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		for (enum face face = 0; face < FACES; face++) {
			size_t requests = f->site.requests = 0;
			/* also when there is a connection that could be used again */
			if (i == 0)
				assert_ok(get(f, face, "/end", 0), &f->err);
			requests = f->site.requests;
			snprintf(url, sizeof url, "http://%s%s/end", hosts[i], port);
			tc_call *call = tc_transfer_new(f->client, "GET", url, &options, &f->err);
			assert_ok(f->err.code, &f->err);
			transfer_perform(face, call, NULL, &f->err);
			assert_failure(&f->err, TC_ERROR_NETWORK, "public_only");
			assert_int_equal(f->site.requests, requests);
			tc_call_free(call);
		}
	close_fixture(f);
}

static void test_public_only_behind_a_proxy(void **state)
{
	struct fixture *f = open_fixture();
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	(void)state;
	options.public_only = true;
	tc_client_free(f->client);
	f->options.http_proxy = "http://127.0.0.1:1";
	f->client = transfer_client(&f->options);
	assert_null(tc_transfer_new(f->client, "GET", "http://a/", &options, &f->err));
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "behind a proxy");
	tc_client_free(f->client);
	f->client = tc_client_new(NULL, &f->err); /* from the environment */
	assert_ok(f->err.code, &f->err);
	tc_call *call = tc_transfer_new(f->client, "GET", "http://127.0.0.1:1/", &options, &f->err);
	assert_ok(f->err.code, &f->err);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	tc_call_perform(call, NULL, &f->err);
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "behind a proxy");
	assert_null(tc_transfer_new(f->client, "GET", "http://a/", &options, &f->err));
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "behind a proxy");
	setenv("no_proxy", "a", 1); /* a redirect may lead to others */
	tc_call_perform(call, NULL, &f->err);
	assert_failure(&f->err, TC_ERROR_ARGUMENT, "behind a proxy");
	setenv("no_proxy", "*", 1);
	tc_call_perform(call, NULL, &f->err);
	assert_failure(&f->err, TC_ERROR_NETWORK, "public_only");
	unsetenv("no_proxy");
	unsetenv("all_proxy");
	tc_call_free(call);
	close_fixture(f);
}

static void test_public_only_where_a_proxy_is_for_nobody(void **state)
{
	static const struct {
		const char *no_proxy;
		int code;
	} lists[] = { { "127.0.0.1", TC_ERROR_ARGUMENT }, { "*,", TC_ERROR_ARGUMENT },
		{ "*", TC_ERROR_NETWORK } };
	struct fixture *f = open_fixture();
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	(void)state;
	options.public_only = true;
	f->options.http_proxy = "http://127.0.0.1:1";
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		tc_client_free(f->client);
		f->options.no_proxy = lists[i].no_proxy;
		f->client = transfer_client(&f->options);
		tc_call *call =
			tc_transfer_new(f->client, "GET", "http://127.0.0.1:1/", &options, &f->err);
		if (call)
			tc_call_perform(call, NULL, &f->err);
		assert_int_equal(f->err.code, lists[i].code);
		tc_error_clear(&f->err);
		tc_call_free(call);
	}
	close_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_of_ours_goes_along),
		cmocka_unit_test(test_headers_are_the_callers),
		cmocka_unit_test(test_refused_arguments),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_a_repetition_begins_at_the_first_url),
		cmocka_unit_test(test_each_hop_is_an_attempt),
		cmocka_unit_test(test_pauses_are_their_own),
		cmocka_unit_test(test_only_reads_follow),
		cmocka_unit_test(test_secrets_stay_at_home),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_sinks_and_ranges),
		cmocka_unit_test(test_part_that_nobody_asked_for),
		cmocka_unit_test(test_reply_max_holds),
		cmocka_unit_test(test_public_only),
		cmocka_unit_test(test_public_only_behind_a_proxy),
		cmocka_unit_test(test_public_only_where_a_proxy_is_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
