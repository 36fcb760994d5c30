/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads from storage that breaks off, changes what it has, lies, or cannot do what others can.
 */
#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include "tests/harness/encode.h"
#include "tests/harness/raw.h"
#include "tests/harness/rig.h"
#include <limits.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SIZE ((size_t)300000)
#define LARGE ((size_t)9000000) /* many pieces for several streams */

/* ---- one stream ---- */

static void it_goes_on_behind_a_cut(void **state)
{
	struct visit visit;

	(void)state;
	for (int face = 0; face < 2; face++) {
		visit_begin(&visit, SIZE);
		visit.on_loop = face;
		visit.depot.cut = 70000;
		visit.depot.cuts = 3;
		visit_succeeds(&visit);
		assert_int_equal(visit.depot.asked, 4);
		assert_int_equal(visit.depot.sent, SIZE);
		assert_int_equal(visit.done.received, SIZE);
		assert_int_equal(visit.done.restarts, 0);
		assert_string_equal(visit.depot.seen[0].range, "");
		assert_string_equal(visit.depot.seen[1].if_range, "\"one\"");
		assert_string_equal(visit.depot.seen[3].range, "bytes=210000-");
		assert_string_equal(visit.done.content_type, "application/x-test");
		assert_string_equal(visit.done.storage, "s3");
		assert_false(visit.done.verified);
		visit_end(&visit);
	}
}

/* Attempts are counted from the last byte that came. */
static void many_cuts_are_no_failure(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.cut = 10000;
	visit.depot.cuts = 1000;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, SIZE);
	visit_end(&visit);
}

/* Without a strong ETag nobody could say that the rest is of the same. */
static void it_begins_anew_without_a_strong_etag(void **state)
{
	static const char *const etags[] = { NULL, "W/\"weak\"" };
	struct visit visit;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		visit_begin(&visit, SIZE);
		visit.depot.etag = etags[i];
		visit.depot.cut = 70000;
		visit.depot.cuts = 2;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.restarts, 2);
		assert_int_equal(visit.done.received, SIZE + 140000);
		for (size_t j = 0; j < 3; j++)
			assert_string_equal(visit.depot.seen[j].range, "");
		visit_end(&visit);
	}
}

static void it_gives_up_where_nothing_is_gained(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.etag = NULL;
	visit.depot.cut = 70000;
	visit.depot.cuts = 1000;
	visit_fails(&visit, TC_ERROR_NETWORK, "artifact public/x of task " DEPOT_TASK, 0);
	assert_int_equal(visit.depot.asked, 6);
	visit_end(&visit);
}

static void a_server_without_ranges_begins_anew(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.no_ranges = true;
	visit.depot.cut = 70000;
	visit.depot.cuts = 2;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.restarts, 2);
	visit_end(&visit);
}

static char *others; /* what the depot has later */

static void change_at_1(struct depot *depot, size_t number)
{
	if (number != 1)
		return;
	depot->bytes = others;
	depot->length = SIZE / 2;
	depot->etag = "\"two\"";
}

/* With If-Range it answers 200; deaf to that, 206 of the other one, or 416 when that is shorter. */
static void what_changes_in_between_begins_anew(void **state)
{
	static const size_t cuts[] = { 70000, 70000, 200000 };
	struct visit visit;

	(void)state;
	others = make_bytes(SIZE / 2, 2);
	for (size_t i = 0; i < 3; i++) {
		visit_begin(&visit, SIZE);
		visit.depot.cut = cuts[i];
		visit.depot.cuts = 1;
		visit.depot.deaf = i > 0;
		visit.depot.before = change_at_1;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.restarts, 1);
		visit_end(&visit);
	}
	free(others);
}

/* 412 and 416, whatever the reason: once more from the beginning. */
static void refuse_the_second(struct depot *depot, size_t number)
{
	depot->refusals = number == 1;
}

static void refusals_of_a_range_begin_anew(void **state)
{
	static const int statuses[] = { 412, 416 };
	struct visit visit;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		visit_begin(&visit, SIZE);
		visit.on_loop = i / 2;
		visit.depot.cut = 70000;
		visit.depot.cuts = 1;
		visit.depot.status = statuses[i % 2];
		visit.depot.before = refuse_the_second;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.restarts, 1);
		assert_string_equal(visit.depot.seen[2].range, "");
		visit_end(&visit);
	}
}

static void a_refusal_for_ever_is_an_end(void **state)
{
	static const int statuses[] = { 412, 416, 403, 404, 410 };
	struct visit visit;

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		visit_begin(&visit, SIZE);
		visit.depot.status = statuses[i];
		visit.depot.refusals = 1000;
		visit_fails(&visit, TC_ERROR_HTTP, "artifact public/x", 0);
		visit_end(&visit);
	}
}

/* Another part than was asked for is never put there. */
static void a_wrong_part_begins_anew(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.cut = 70000;
	visit.depot.cuts = 1;
	visit.depot.wrong_part = true;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.restarts, 1);
	visit_end(&visit);
}

/* ---- encoded ---- */

static void what_is_compressed_begins_anew(void **state)
{
	struct visit visit;
	size_t size;
	char *log = malloc(SIZE);

	(void)state;
	assert_non_null(log);
	tc_test_fill_log(log, SIZE);
	char *zipped = tc_test_encode(TC_TEST_GZIP, log, SIZE, &size);
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		visit_begin(&visit, 0);
		visit.options.ranges = ranges;
		visit.depot.bytes = zipped;
		visit.depot.length = size;
		visit.depot.no_ranges = true;
		visit.depot.headers = "Content-Encoding: gzip\r\n";
		visit.depot.cut = size / 2;
		visit.depot.cuts = 2;
		assert_ok(visit_download(&visit), &visit.err);
		assert_int_equal(visit.done.restarts, 2);
		assert_int_equal(visit.done.length, SIZE);
		visit.depot.bytes = log;
		visit.depot.length = SIZE;
		visit_check(&visit);
		visit_end(&visit);
	}
	free(zipped);
	free(log);
}

/* Bytes that came before are no progress: such storage would be asked for ever. */
static void storage_that_never_gets_further_is_given_up(void **state)
{
	struct visit visit;

	(void)state;
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		visit_begin(&visit, SIZE);
		visit.options.ranges = ranges;
		visit.depot.no_ranges = true;
		visit.depot.cut = SIZE / 2;
		visit.depot.cuts = INT_MAX;
		visit.options.deadline_ms = 20000;
		visit_fails(&visit, TC_ERROR_NETWORK, "artifact public/x", 2);
		visit_end(&visit);
	}
}

/* Ranges of what is compressed are of no use to anybody. */
static void parts_of_what_is_compressed_are_not_taken(void **state)
{
	struct visit visit;
	size_t size;
	char *log = malloc(SIZE);

	(void)state;
	assert_non_null(log);
	tc_test_fill_log(log, SIZE);
	char *zipped = tc_test_encode(TC_TEST_GZIP, log, SIZE, &size);
	visit_begin(&visit, 0);
	visit.options.ranges = 4;
	visit.depot.bytes = zipped;
	visit.depot.length = size;
	visit.depot.headers = "Content-Encoding: gzip\r\n";
	assert_ok(visit_download(&visit), &visit.err);
	visit.depot.bytes = log;
	visit.depot.length = SIZE;
	visit_check(&visit);
	visit_end(&visit);
	free(zipped);
	free(log);
}

static void identity_is_asked_for(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit_succeeds(&visit);
	visit.options.identity = true;
	visit_succeeds(&visit);
	assert_non_null(strstr(visit.depot.seen[0].accept_encoding, "gzip"));
	assert_string_equal(visit.depot.seen[1].accept_encoding, "identity");
	visit_end(&visit);
}

/* ---- lengths ---- */

/* In chunks without an end it is seen that it broke off. The rest tells how much there is. */
static void no_length_goes_on_behind_a_cut(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 4; i++) {
		visit_begin(&visit, SIZE);
		visit.on_loop = i & 1;
		visit.depot.no_length = true;
		visit.depot.cut = 70000;
		visit.depot.cuts = 1;
		if (i & 2) { /* another time, by several streams */
			tc_client_free(visit.client);
			visit.client = depot_client(&visit.depot, 1);
			assert_int_equal(visit_download(&visit), TC_ERROR_NETWORK);
			visit.options.ranges = 4;
		}
		visit_succeeds(&visit);
		assert_int_equal(visit.done.received, i & 2 ? SIZE - 70000 : SIZE);
		assert_int_equal(visit.done.restarts, 0);
		visit_end(&visit);
	}
}

/* All of it came, and only its last chunk did not: nothing is asked for again. */
static void only_the_end_is_missing(void **state)
{
	struct visit visit;

	(void)state;
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		visit_begin(&visit, ranges > 1 ? LARGE / 4 : SIZE);
		visit.options.ranges = ranges;
		visit.depot.no_length = true;
		visit.depot.cut = ranges > 1 ? 1024 * 1024 : SIZE / 2;
		visit.depot.cuts = 2;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.received, visit.length);
		assert_int_equal(visit.done.restarts, 0);
		if (!tc_rig()) /* it knows of no end without a length, and may wait for more */
			assert_int_equal(visit.depot.cuts, 0);
		visit_end(&visit);
	}
}

/* A server of the old kind ends its reply by closing: nothing says that this was not all of it, but
 * the range that was asked for. */
struct old_server {
	const char *bytes;
	int replies;
};

static void serve_as_of_old(void *data, int fd, size_t number)
{
	struct old_server *old = data;
	char head[4096], lines[300];
	size_t begin = 0;

	(void)number;
	if (!tc_raw_head(fd, head, sizeof head))
		return;
	const char *range = strstr(head, "Range: bytes=");
	if (range)
		begin = strtoul(range + strlen("Range: bytes="), NULL, 10);
	size_t end = ++old->replies == 3 ? SIZE : begin + 50000;
	snprintf(lines, sizeof lines,
		begin ? "HTTP/1.1 206 Part\r\nETag: \"one\"\r\nConnection: close\r\n"
			"Content-Range: bytes %zu-%zu/%zu\r\n\r\n"
		      : "HTTP/1.1 200 OK\r\nETag: \"one\"\r\nX: %zu%zu\r\n"
			"Content-Length: %zu\r\n\r\n",
		begin, SIZE - 1, SIZE);
	tc_raw_say(fd, lines);
	for (; begin < end; begin += 10000)
		send(fd, old->bytes + begin, end - begin < 10000 ? end - begin : 10000,
			MSG_NOSIGNAL);
}

static void give_old_url(struct depot *depot, size_t number)
{
	(void)number;
	depot->status = 307;
	depot->refusals = 1;
}

static void a_part_that_ends_by_closing_is_counted(void **state)
{
	struct visit visit;
	char location[200];

	(void)state;
	if (tc_rig()) /* from https it would not be followed */
		skip();
	visit_begin(&visit, SIZE);
	struct old_server old = { .bytes = visit.bytes };
	struct tc_raw *raw = tc_raw_start(serve_as_of_old, &old);
	snprintf(location, sizeof location, "Location: %s/x\r\n", tc_raw_url(raw));
	visit.depot.headers = location;
	visit.depot.before = give_old_url;
	visit_succeeds(&visit);
	assert_int_equal(old.replies, 3);
	assert_int_equal(visit.done.received, SIZE);
	tc_raw_stop(raw);
	visit_end(&visit);
}

static void empty_ones_are_whole(void **state)
{
	struct visit visit;
	struct tc_target memory = TC_TARGET_INIT;

	(void)state;
	for (int i = 0; i < 8; i++) {
		visit_begin(&visit, 0);
		visit.on_loop = i & 1;
		visit.options.ranges = i & 2 ? 4 : 1;
		visit.depot.no_ranges = i & 4;
		visit_succeeds(&visit);
		assert_ok(visit_download_to(&visit, &memory), &visit.err);
		assert_int_equal(visit.done.length, 0);
		assert_non_null(visit.done.bytes);
		assert_string_equal(visit.done.bytes, "");
		visit_end(&visit);
	}
}

/* ---- URLs that end ---- */

static void urls_that_have_ended_are_fetched_anew(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 4; i++) {
		visit_begin(&visit, SIZE);
		visit.on_loop = i & 1;
		visit.object = i & 2;
		visit.depot.sha256 = sha256_of(visit.bytes, SIZE);
		visit.depot.lives = 1;
		visit.depot.cut = 50000;
		visit.depot.cuts = 1000;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.received, SIZE);
		assert_int_equal(visit.done.restarts, 0);
		assert_int_equal(visit.depot.located, 6);
		assert_int_equal(visit.done.verified, visit.object);
		visit_end(&visit);
	}
}

static void a_reference_that_is_refused_is_not_asked_for_again(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.storage = "reference";
	visit.depot.status = 403;
	visit.depot.refusals = 1000;
	visit_fails(&visit, TC_ERROR_HTTP, "403", 0);
	assert_int_equal(visit.depot.located, 1);
	assert_int_equal(visit.depot.asked, 1);
	visit_end(&visit);
}

/* ---- hashes ---- */

static void a_wrong_hash_leaves_nothing(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 4; i++) {
		visit_begin(&visit, 2 * 1024 * 1024 + 7);
		visit.on_loop = i & 1;
		visit.object = true;
		visit.options.ranges = i & 2 ? 4 : 1;
		visit_fails(&visit, TC_ERROR_REPLY, "object x: its bytes have the sha256", 0);
		assert_int_equal(visit.depot.located, 1); /* it is not tried again */
		tc_folder_put(&visit.folder, "x", "mine", 0644);
		visit_fails(&visit, TC_ERROR_REPLY, "and should have 0000", 1);
		tc_folder_check(&visit.folder, "x", "mine");
		visit_end(&visit);
	}
}

/* Any one of them is enough. */
static void the_other_hash(void **state)
{
	unsigned char digest[SHA512_DIGEST_LENGTH];
	char hex[2 * SHA512_DIGEST_LENGTH + 1];
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	SHA512((const unsigned char *)visit.bytes, SIZE, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	visit.object = true;
	visit.depot.sha512 = hex;
	visit.depot.cut = 70000;
	visit.depot.cuts = 1;
	visit_succeeds(&visit);
	assert_true(visit.done.verified);
	visit.options.keep_same = true;
	assert_ok(visit_download(&visit), &visit.err);
	assert_true(visit.done.kept);
	hex[0] = hex[0] == '0' ? '1' : '0';
	visit_fails(&visit, TC_ERROR_REPLY, "its bytes have the sha512", 1);
	visit_end(&visit);
}

/* Objects are where they are said to be; what they lead to is nobody's word. */
static void an_objects_redirect_is_not_followed(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.object = true;
	visit.depot.sha256 = sha256_of(visit.bytes, SIZE);
	visit.depot.status = 302;
	visit.depot.refusals = 1;
	visit.depot.headers = "Location: /storage/2\r\n";
	visit_fails(&visit, TC_ERROR_HTTP, "302, to /storage/2", 0);
	assert_int_equal(visit.depot.asked, 1);
	visit.object = false;
	visit.depot.refusals = 1;
	visit_succeeds(&visit); /* while storage of the queue may do so */
	assert_int_equal(visit.depot.asked, 3);
	visit_end(&visit);
}

/* ---- silence ---- */

static void silence_is_a_break(void **state)
{
	struct visit visit;
	struct tc_options options = TC_OPTIONS_INIT;

	(void)state;
	visit_begin(&visit, SIZE);
	tc_client_free(visit.client);
	options.root_url = tc_responder_url(visit.depot.responder);
	options.timeout_ms = 300;
	options.retry_delay_ms = 1;
	visit.client = tc_client_new(&options, &visit.err);
	visit.depot.cut = 70000;
	visit.depot.cuts = 1;
	visit.depot.silent = true;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, SIZE);
	assert_int_equal(visit.done.restarts, 0);
	visit_end(&visit);
}

/* ---- several streams ---- */

static size_t count_parts(const struct visit *visit)
{
	size_t parts = 0;

	for (size_t i = 0; i < visit->depot.asked && i < DEPOT_SEEN; i++)
		parts += visit->depot.seen[i].status == 206;
	return parts;
}

static void several_at_once(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 4; i++) {
		visit_begin(&visit, LARGE);
		visit.on_loop = i & 1;
		visit.object = i & 2;
		visit.depot.sha256 = sha256_of(visit.bytes, LARGE);
		visit.options.ranges = 4;
		visit_succeeds(&visit);
		assert_true(count_parts(&visit) > 4);
		assert_int_equal(visit.done.received, LARGE);
		assert_int_equal(visit.depot.sent, LARGE);
		assert_int_equal(visit.done.restarts, 0);
		visit_end(&visit);
	}
}

/* Sizes around those of the pieces. */
static void several_at_once_of_any_size(void **state)
{
	static const size_t sizes[] = { 1, 1048575, 1048576, 1048577, 2097151, 2097152, 2097153,
		5242880 };
	struct visit visit;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		visit_begin(&visit, sizes[i]);
		visit.options.ranges = (int)i % 3 + 2;
		visit_succeeds(&visit);
		assert_int_equal(visit.depot.sent, sizes[i]);
		visit_end(&visit);
	}
}

static void several_go_on_behind_cuts(void **state)
{
	struct visit visit;

	(void)state;
	for (int face = 0; face < 2; face++) {
		visit_begin(&visit, LARGE);
		visit.on_loop = face;
		visit.options.ranges = 4;
		visit.depot.cut = 300000;
		visit.depot.cuts = 1000;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.received, LARGE);
		assert_int_equal(visit.done.restarts, 0);
		visit_end(&visit);
	}
}

static void forget_ranges(struct depot *depot, size_t number)
{
	depot->no_ranges = number >= 2;
}

static void forget_the_etag(struct depot *depot, size_t number)
{
	if (number >= 3)
		depot->etag = "\"two\"";
}

static void refuse_the_third(struct depot *depot, size_t number)
{
	depot->refusals = number == 2;
	depot->status = 416;
}

/* Servers for which one stream is all there is, told at once or in the middle. */
static void several_fall_back_to_one(void **state)
{
	static const struct {
		const char *etag;
		bool no_ranges, deaf;
		void (*before)(struct depot *depot, size_t number);
		int restarts;
	} cases[] = {
		{ "\"one\"", true, false, NULL, 0 },
		{ NULL, false, false, NULL, 1 },
		{ "W/\"weak\"", false, false, NULL, 1 },
		{ "\"one\"", false, false, forget_ranges, 1 },
		{ "\"one\"", false, false, forget_the_etag, 1 },
		{ "\"one\"", false, true, forget_the_etag, 1 },
		{ "\"one\"", false, false, refuse_the_third, 1 },
	};
	struct visit visit;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		visit_begin(&visit, LARGE / 2);
		visit.on_loop = i % 2;
		visit.options.ranges = 4;
		visit.depot.etag = cases[i / 2].etag;
		visit.depot.no_ranges = cases[i / 2].no_ranges;
		visit.depot.deaf = cases[i / 2].deaf;
		visit.depot.before = cases[i / 2].before;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.restarts, cases[i / 2].restarts);
		visit_end(&visit);
	}
}

/* Their URL ends for all at the same time, and asking for another takes longer than the streams
 * have patience for each other. */
static void several_wait_for_one_fresh_url(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, LARGE);
	visit.options.ranges = 4;
	visit.depot.late_ms = 400;
	visit.depot.lives = 5;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, LARGE);
	assert_int_in_range(visit.depot.located, 2, 4);
	visit_end(&visit);
}

/* ---- sinks ---- */

struct sink {
	char *bytes;
	size_t length, room;
	int begun;
	int64_t discarded;
	size_t fail_at;
};

static int begin_sink(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct sink *sink = data;

	(void)err;
	assert_non_null(head);
	sink->begun++;
	sink->discarded += discard;
	sink->length -= (size_t)discard;
	return TC_OK;
}

static int write_sink(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct sink *sink = data;

	if (sink->fail_at && sink->length + length > sink->fail_at)
		return tc_error_set(err, TC_ERROR_SYSTEM, "the tape is full");
	assert_true(length <= sink->room - sink->length);
	memcpy(sink->bytes + sink->length, bytes, length);
	sink->length += length;
	return TC_OK;
}

static struct tc_sink make_sink(struct sink *sink)
{
	struct tc_sink made = TC_SINK_INIT;

	*sink = (struct sink){ .bytes = malloc(SIZE), .room = SIZE };
	assert_non_null(sink->bytes);
	made.begin = begin_sink;
	made.write = write_sink;
	made.data = sink;
	return made;
}

static void a_sink_goes_on_or_begins_anew(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct sink sink;
		struct tc_sink made = make_sink(&sink);
		struct tc_target target = TC_TARGET_INIT;
		bool anew = i & 2, bare = i & 4;
		target.sink = &made;
		if (bare)
			made.begin = NULL;
		visit_begin(&visit, SIZE);
		visit.on_loop = i & 1;
		visit.depot.no_ranges = anew;
		visit.depot.cut = 70000;
		visit.depot.cuts = 2;
		int rc = visit_download_to(&visit, &target);
		if (anew && bare) {
			assert_int_equal(rc, TC_ERROR_NETWORK);
			assert_failure(&visit.err, TC_ERROR_NETWORK, "the sink has no begin");
		} else {
			assert_ok(rc, &visit.err);
			assert_int_equal(sink.length, SIZE);
			assert_memory_equal(sink.bytes, visit.bytes, SIZE);
			assert_int_equal(sink.begun, bare ? 0 : anew ? 3 : 1);
			assert_int_equal(sink.discarded, anew ? 140000 : 0);
			assert_int_equal(visit.done.restarts, anew ? 2 : 0);
		}
		visit_end(&visit);
		free(sink.bytes);
	}
}

/* What a refusal of a range has made of it is thrown away in the sink as well. */
static void a_sink_begins_anew_behind_a_refusal(void **state)
{
	struct visit visit;
	struct sink sink;
	struct tc_sink made = make_sink(&sink);
	struct tc_target target = TC_TARGET_INIT;

	(void)state;
	target.sink = &made;
	visit_begin(&visit, SIZE);
	visit.depot.cut = 70000;
	visit.depot.cuts = 1;
	visit.depot.status = 416;
	visit.depot.before = refuse_the_second;
	assert_ok(visit_download_to(&visit, &target), &visit.err);
	assert_int_equal(sink.discarded, 70000);
	assert_int_equal(sink.length, SIZE);
	assert_memory_equal(sink.bytes, visit.bytes, SIZE);
	visit_end(&visit);
	free(sink.bytes);
}

static void a_sink_that_fails_ends_it(void **state)
{
	struct visit visit;

	(void)state;
	for (int face = 0; face < 2; face++) {
		struct sink sink;
		struct tc_sink made = make_sink(&sink);
		struct tc_target target = TC_TARGET_INIT;
		target.sink = &made;
		sink.fail_at = 100000;
		visit_begin(&visit, SIZE);
		visit.on_loop = face;
		assert_int_equal(visit_download_to(&visit, &target), TC_ERROR_SYSTEM);
		assert_failure(&visit.err, TC_ERROR_SYSTEM, "the tape is full");
		assert_int_equal(visit.depot.asked, 1);
		visit_end(&visit);
		free(sink.bytes);
	}
}

/* ---- memory ---- */

static void memory_begins_anew_and_has_a_limit(void **state)
{
	struct visit visit;
	struct tc_target memory = TC_TARGET_INIT;

	(void)state;
	for (int i = 0; i < 4; i++) {
		visit_begin(&visit, SIZE);
		visit.on_loop = i & 1;
		visit.depot.no_ranges = i & 2;
		visit.depot.cut = 70000;
		visit.depot.cuts = 2;
		visit.options.memory_max = SIZE;
		assert_ok(visit_download_to(&visit, &memory), &visit.err);
		assert_int_equal(visit.done.length, SIZE);
		assert_memory_equal(visit.done.bytes, visit.bytes, SIZE + 1);
		visit.options.memory_max = SIZE - 1;
		assert_int_equal(visit_download_to(&visit, &memory), TC_ERROR_REPLY);
		assert_failure(&visit.err, TC_ERROR_REPLY, "memory_max");
		assert_null(visit.done.bytes);
		visit.options.memory_max = TC_UNLIMITED;
		assert_ok(visit_download_to(&visit, &memory), &visit.err);
		visit_end(&visit);
	}
}

/* ---- progress ---- */

struct seen {
	int64_t done, total, begun_at, most_begun_at;
	int calls, receiving;
};

static int look(void *data, const struct tc_job_progress *progress)
{
	struct seen *seen = data;

	seen->calls++;
	assert_string_equal(progress->name, "public/x");
	assert_int_equal(progress->files, 0);
	assert_int_equal(progress->files_total, 1);
	assert_true(progress->total < 0 || progress->done <= progress->total);
	assert_true(progress->begun_at <= progress->done || progress->step != TC_JOB_RECEIVING);
	if (progress->step != TC_JOB_RECEIVING)
		return 0;
	seen->receiving++;
	seen->done = progress->done;
	seen->total = progress->total;
	return 0;
}

static void progress_ends_at_the_whole(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct seen seen = { 0 };
		visit_begin(&visit, LARGE / 2);
		visit.options.progress = look;
		visit.options.progress_data = &seen;
		visit.options.ranges = i & 1 ? 4 : 1;
		visit.depot.cut = i > 1 ? 200000 : 0;
		visit.depot.cuts = 2;
		visit.depot.no_ranges = i > 3;
		visit_succeeds(&visit);
		assert_true(seen.receiving > 0);
		assert_int_equal(seen.total, LARGE / 2);
		assert_int_equal(seen.done, LARGE / 2);
		visit_end(&visit);
	}
}

/* ---- anything ---- */

static unsigned seed = 7;

static unsigned draw(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

static size_t changes_at; /* it becomes another at this request */

static void change_somewhere(struct depot *depot, size_t number)
{
	if (number == changes_at) {
		depot->bytes = others;
		depot->length = LARGE / 4;
		depot->etag = "\"two\"";
	}
	if (draw(8) == 0)
		depot->cuts = 1;
	if (draw(20) == 0)
		depot->refusals = 1;
	if (draw(20) == 0)
		depot->no_ranges = !depot->no_ranges;
}

static void draw_storage(struct visit *visit)
{
	static const int statuses[] = { 403, 412, 416, 500, 503 };

	visit->on_loop = draw(2);
	visit->options.ranges = (int)draw(5);
	visit->options.anew = draw(4) == 0;
	visit->options.keep_same = draw(4) == 0;
	visit->depot.has_304 = draw(2);
	visit->depot.deaf = draw(4) == 0;
	visit->depot.no_ranges = draw(6) == 0;
	visit->depot.no_length = draw(6) == 0;
	visit->depot.lives = (int)draw(4);
	visit->depot.cut = 1 + draw(draw(2) ? 900000 : 5000);
	visit->depot.cuts = (int)draw(6);
	visit->depot.status = statuses[draw(5)];
	visit->depot.refusals = draw(6) == 0;
	visit->depot.before = change_somewhere;
	changes_at = draw(3) ? SIZE_MAX : draw(8);
}

static void calm_down(struct visit *visit)
{
	visit->depot.before = NULL;
	visit->depot.cuts = visit->depot.refusals = visit->depot.lives = 0;
	visit->depot.no_ranges = visit->depot.deaf = false;
	visit->options.anew = false;
	visit->options.keep_same = false;
}

/* It is either a failure, after which it can be had all the same, or right. */
static void whatever_happens_it_is_right(void **state)
{
	int succeeded = 0, times = tc_rig() ? 10 : 60; /* there each has its own TLS */

	(void)state;
	others = make_bytes(LARGE / 4, 2);
	for (int i = 0; i < times; i++) {
		struct visit visit;
		visit_begin(&visit, LARGE / 4 - (size_t)draw(2) * draw(2000000));
		tc_client_free(visit.client); /* half of them give up at once */
		visit.client = depot_client(&visit.depot, (int)draw(2));
		for (int again = 0; again < 3; again++) {
			draw_storage(&visit);
			if (visit_download(&visit) != TC_OK)
				continue;
			succeeded++;
			visit_check(&visit);
		}
		calm_down(&visit);
		tc_client_free(visit.client);
		visit.client = depot_client(&visit.depot, 0);
		assert_ok(visit_download(&visit), &visit.err);
		visit_check(&visit);
		visit_end(&visit);
	}
	assert_int_in_range(succeeded, times, 3 * times - times / 6);
	free(others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_behind_a_cut),
		cmocka_unit_test(many_cuts_are_no_failure),
		cmocka_unit_test(it_begins_anew_without_a_strong_etag),
		cmocka_unit_test(it_gives_up_where_nothing_is_gained),
		cmocka_unit_test(a_server_without_ranges_begins_anew),
		cmocka_unit_test(what_changes_in_between_begins_anew),
		cmocka_unit_test(refusals_of_a_range_begin_anew),
		cmocka_unit_test(a_refusal_for_ever_is_an_end),
		cmocka_unit_test(a_wrong_part_begins_anew),
		cmocka_unit_test(what_is_compressed_begins_anew),
		cmocka_unit_test(storage_that_never_gets_further_is_given_up),
		cmocka_unit_test(parts_of_what_is_compressed_are_not_taken),
		cmocka_unit_test(identity_is_asked_for),
		cmocka_unit_test(no_length_goes_on_behind_a_cut),
		cmocka_unit_test(only_the_end_is_missing),
		cmocka_unit_test(a_part_that_ends_by_closing_is_counted),
		cmocka_unit_test(empty_ones_are_whole),
		cmocka_unit_test(urls_that_have_ended_are_fetched_anew),
		cmocka_unit_test(a_reference_that_is_refused_is_not_asked_for_again),
		cmocka_unit_test(a_wrong_hash_leaves_nothing),
		cmocka_unit_test(the_other_hash),
		cmocka_unit_test(an_objects_redirect_is_not_followed),
		cmocka_unit_test(silence_is_a_break),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(several_at_once_of_any_size),
		cmocka_unit_test(several_go_on_behind_cuts),
		cmocka_unit_test(several_fall_back_to_one),
		cmocka_unit_test(several_wait_for_one_fresh_url),
		cmocka_unit_test(a_sink_goes_on_or_begins_anew),
		cmocka_unit_test(a_sink_begins_anew_behind_a_refusal),
		cmocka_unit_test(a_sink_that_fails_ends_it),
		cmocka_unit_test(memory_begins_anew_and_has_a_limit),
		cmocka_unit_test(progress_ends_at_the_whole),
		cmocka_unit_test(whatever_happens_it_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
