/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The decoder of contents beside zlib alone, in instructions: a log by gzip, fed as libcurl hands
 * it over. And items streamed out of pages that come by gzip, beside the same pages as they are:
 * the transfer is paused all the time, and takes no more than the decoding does.
 */
#include "tests/bench/bare_decode.h"
#include "tests/bench/measure.h"
#include "tests/harness/encode.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"

#include "runtime/src/http/decode.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>

#define LIMIT 1.02
#define PIECE 16384 /* what curl hands over at a time */
#define LOG_SIZE ((size_t)4 * 1024 * 1024)
#define ROOM ((size_t)1024 * 1024) /* larger than what any piece becomes */

#define ITEMS_LIMIT 2.0
#define ITEMS 20000
#define MEMORY_LIMIT 1.20 /* over those without an encoding */

/* ---- the decoder ---- */

struct log_text {
	char *bytes;
	size_t length; /* encoded */
	size_t size;
};

static struct log_text make_log(void)
{
	char *text = malloc(LOG_SIZE + 200);
	size_t size = 0;
	unsigned state = 7;

	if (!text)
		abort();
	while (size < LOG_SIZE) {
		state = state * 1103515245 + 12345;
		size += (size_t)sprintf(text + size,
			"[taskcluster 2026-01-0%u %02u:%02u:%02u.%03uZ] task %u: compiling "
			"src/module_%u/file_%u.c with -O2 -g\n",
			state % 9 + 1, state / 7 % 24, state / 11 % 60, state / 13 % 60,
			state / 17 % 1000, state / 19 % 100000, state / 23 % 40, state / 29 % 1000);
	}
	struct log_text log = { .size = size };
	log.bytes = tc_test_encode(TC_TEST_GZIP, text, size, &log.length);
	free(text);
	return log;
}

void decode_ours(const struct log_text *log);
void decode_bare(const struct log_text *log);

/* What valgrind counts: it knows these two by their names. */
__attribute__((noinline)) void decode_ours(const struct log_text *log)
{
	struct tc__decoding *decoding;
	size_t size, all = 0;
	const char *piece;
	int rc = tc__decoding_open(&decoding, "gzip", NULL);

	for (size_t at = 0; at < log->length && rc == TC_OK; at += PIECE) {
		size_t left = log->length - at;
		tc__decoding_give(decoding, log->bytes + at, left < PIECE ? left : PIECE);
		do {
			rc = tc__decoding_take(decoding, SIZE_MAX, &piece, &size, NULL);
			all += size;
		} while (rc == TC_OK && size);
	}
	if (rc != TC_OK || tc__decoding_finish(decoding, NULL) != TC_OK || all != log->size)
		abort();
	tc__decoding_free(decoding);
}

__attribute__((noinline)) void decode_bare(const struct log_text *log)
{
	if (bare_decode(log->bytes, log->length, PIECE, ROOM) != log->size)
		abort();
}

static bool measure_decoder(const char *program)
{
	double ours = measure_instructions(program, "decode_ours", "once");
	double bare = measure_instructions(program, "decode_bare", "once");

	return measure_ratio("decode.4 MiB", ours, bare, "instructions", LIMIT);
}

/* ---- items ---- */

static const struct tc_service lists;
static const struct tc_operation list = { .service = &lists,
	.name = "listThings",
	.method = "GET",
	.route = "/things",
	.has_output = true,
	.pages = true };
static const struct tc_service lists = {
	.name = "lists", .version = "v1", .operations = &list, .operation_count = 1
};

struct page {
	char *bytes;
	size_t length;
	const char *headers;
};

static char *make_page(size_t *length)
{
	char *text = malloc((size_t)ITEMS * 200);
	size_t size = 0;

	if (!text)
		abort();
	size += (size_t)sprintf(text, "{\"things\":[");
	for (int i = 0; i < ITEMS; i++)
		size += (size_t)sprintf(text + size,
			"%s{\"name\":\"public/build/target.part-%04d.tar.zst\",\"expires\":"
			"\"2025-0%d-17T0%d:12:44.%03dZ\",\"contentLength\":%d}",
			i ? "," : "", i, i % 9 + 1, i % 7, i % 1000, i * 104729);
	size += (size_t)sprintf(text + size, "]}");
	*length = size;
	return text;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	const struct page *page = data;

	(void)request;
	reply->headers = page->headers;
	reply->body = page->bytes;
	reply->body_length = page->length;
}

static void read_items(void *data)
{
	const tc_call *call = data;
	tc_error err = TC_ERROR_INIT;
	tc_items *items = tc_items_new(call, NULL, &err);
	const tc_json *item = NULL;
	size_t count = 0;

	while (items && tc_items_next(items, &item, &err) == TC_OK && item)
		count++;
	if (count != ITEMS) {
		fprintf(stderr, "decode: %zu items: %s\n", count, tc_error_text(&err));
		abort();
	}
	tc_items_free(items);
}

static tc_call *call_of(tc_client **client, const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = root_url;
	*client = tc_client_new(&options, NULL);
	tc_call *call = tc_generated_call(*client, &list, NULL, NULL, NULL);
	if (!call)
		abort();
	return call;
}

/* In a process of its own, as only the peak of all of it is known. */
static int print_memory(const char *root_url)
{
	tc_client *client;
	tc_call *call = call_of(&client, root_url);

	for (int i = 0; i < 3; i++)
		read_items(call);
	printf("peak %ld\n", measure_peak_kib());
	tc_call_free(call);
	tc_client_free(client);
	return 0;
}

static double memory_of(const char *program, const char *root_url)
{
	char command[4096];

	snprintf(command, sizeof command, "'%s' %s", program, root_url);
	return measure_figure(command, "peak ");
}

static bool measure_items(const char *program)
{
	struct page plain = { .headers = "Content-Type: application/json\r\n" };
	struct page packed = {
		.headers = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
	};
	tc_client *clients[2];

	plain.bytes = make_page(&plain.length);
	packed.bytes = tc_test_encode(TC_TEST_GZIP, plain.bytes, plain.length, &packed.length);
	struct tc_responder *plain_server = tc_responder_fork(answer, &plain);
	struct tc_responder *packed_server = tc_responder_fork(answer, &packed);
	tc_call *calls[2] = { call_of(&clients[0], tc_responder_url(packed_server)),
		call_of(&clients[1], tc_responder_url(plain_server)) };
	const struct measure_side ours = { "gzip", read_items, calls[0] };
	const struct measure_side bare = { "plain", read_items, calls[1] };
	struct measure_result result = measure_pair(&ours, &bare, ITEMS);
	bool fine = measure_print("pages.items by gzip", &result, ITEMS_LIMIT);
	double with = memory_of(program, tc_responder_url(packed_server));
	double without = memory_of(program, tc_responder_url(plain_server));
	bool small = measure_ratio(
		"pages.memory by gzip", with, without, "KiB at the peak", MEMORY_LIMIT);
	for (int i = 0; i < 2; i++) {
		tc_call_free(calls[i]);
		tc_client_free(clients[i]);
	}
	tc_responder_stop(packed_server); /* first: it was forked from beside the other */
	tc_responder_stop(plain_server);
	free(plain.bytes);
	free(packed.bytes);
	return fine && small;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "once") != 0)
		return print_memory(argv[1]);
	struct log_text log = make_log();
	bool fine = true;
	if (argc == 2) { /* what valgrind looks at */
		decode_ours(&log);
		decode_bare(&log);
	} else {
		fine = measure_decoder(argv[0]);
		fine = measure_items(argv[0]) && fine;
	}
	free(log.bytes);
	return !fine;
}
