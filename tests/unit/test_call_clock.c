/* SPDX-License-Identifier: MPL-2.0 */
/* How far a server's word about the time is believed: a Date, which nobody signs, within a day and
 * never for an expiry; a challenge that holds the key's MAC, always. */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_S (TC_FAKE_EPOCH_MS / 1000)
#define DAY_S 86400

struct world {
	struct tc_fake fake;
	tc_client *client;
	tc_error err;
	char head[500], log[4000];
	struct tc_fake_reply replies[2];
};

static void keep_log(void *data, enum tc_log_level level, const char *line)
{
	struct world *world = data;
	size_t used = strlen(world->log);

	(void)level;
	snprintf(world->log + used, sizeof world->log - used, "%s\n", line);
}

/* A 401 whose Date is the fake's time and `off_s`. */
static void date_reply(struct world *world, int64_t off_s)
{
	time_t when = (time_t)(EPOCH_S + off_s);
	struct tm parts;
	char date[60];

	assert_non_null(gmtime_r(&when, &parts));
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
	snprintf(world->head, sizeof world->head,
		"HTTP/1.1 401 x\nWWW-Authenticate: hawk\nDate: %s\n\n", date);
}

/* A 401 with Hawk's proof of the time. */
static void challenge_reply(struct world *world, int64_t ts)
{
	struct tc__hawk *hawk = tc__hawk_new(NULL, NULL);
	struct tc__hmac_key *key = tc__hmac_key_new(TC_FAKE_TOKEN, strlen(TC_FAKE_TOKEN), NULL);
	char text[60], tsm[TC__MAC_SIZE];

	snprintf(text, sizeof text, "hawk.1.ts\n%lld\n", (long long)ts);
	assert_ok(tc__hawk_mac_text(key, text, strlen(text), tsm, NULL), NULL);
	snprintf(world->head, sizeof world->head,
		"HTTP/1.1 401 x\nWWW-Authenticate: Hawk ts=\"%lld\", tsm=\"%s\"\n\n", (long long)ts,
		tsm);
	tc__hmac_key_free(key);
	tc__hawk_free(hawk);
}

static void begin(struct world *world, tc_renew_fn *renew, const tc_credentials *credentials)
{
	world->replies[0] = (struct tc_fake_reply){ .head = world->head,
		.body = "{\"code\":\"AuthenticationFailed\",\"message\":\"Stale timestamp\"}" };
	world->replies[1] = (struct tc_fake_reply){ .head = "HTTP/1.1 200 OK\n\n", .body = "{}" };
	tc_fake_init(&world->fake, world->replies, 2);
	struct tc_options options = tc_fake_options(&world->fake);
	options.credentials = credentials;
	options.renew = renew;
	options.renew_data = world;
	options.log = keep_log;
	options.log_data = world;
	world->client = tc_fake_client(&world->fake, &options);
}

static void begin_permanent(struct world *world)
{
	tc_credentials *credentials =
		tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &world->err);

	begin(world, NULL, credentials);
	tc_credentials_free(credentials);
}

static int ping(struct world *world)
{
	tc_call *call =
		tc_generated_call(world->client, TC_FAKE_OPERATION(PING), NULL, NULL, &world->err);
	int rc = tc_call_perform(call, NULL, &world->err);

	tc_call_free(call);
	return rc;
}

static void end(struct world *world)
{
	tc_client_free(world->client);
	tc_error_clear(&world->err);
	tc_fake_clear(&world->fake);
}

/* When a URL that is signed now for a minute ends, in seconds from the fake's time. */
static int64_t bewit_end(struct world *world)
{
	tc_call *call =
		tc_generated_call(world->client, TC_FAKE_OPERATION(PING), NULL, NULL, &world->err);
	const char *url = NULL, *at;
	char plain[500];
	size_t length;
	long long end_s;

	assert_ok(tc_call_signed_url(call, 60, &url, &world->err), &world->err);
	at = strstr(url, "bewit=") + strlen("bewit=");
	assert_int_equal(sodium_base642bin((unsigned char *)plain, sizeof plain - 1, at, strlen(at),
				 NULL, &length, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		0);
	plain[length] = '\0';
	assert_int_equal(sscanf(strchr(plain, '\\'), "\\%lld\\", &end_s), 1);
	tc_release(url);
	tc_call_free(call);
	return end_s - EPOCH_S;
}

static void test_a_date_within_a_day_is_believed(void **state)
{
	static const int64_t offs_s[] = { DAY_S, 1 - DAY_S, 7200, -61 };

	(void)state;
	for (size_t i = 0; i < sizeof offs_s / sizeof *offs_s; i++) {
		struct world w = { 0 };

		date_reply(&w, offs_s[i]);
		begin_permanent(&w);
		assert_ok(ping(&w), &w.err);
		assert_int_equal(w.fake.attempt_count, 2);
		assert_int_in_range(
			tc_client_clock_offset_ms(w.client) - offs_s[i] * 1000 + 100, 0, 100);
		end(&w);
	}
}

static void test_a_date_beyond_a_day_is_told_and_not_believed(void **state)
{
	static const struct {
		int64_t off_s;
		const char *text;
	} cases[] = {
		{ DAY_S + 1, "the clock here is 86400 s behind the server's Date, too far" },
		{ -DAY_S - 1, "the clock here is 86401 s ahead of the server's Date, too far" },
		{ 200000LL * DAY_S, "s behind the server's Date, too far" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct world w = { 0 };

		date_reply(&w, cases[i].off_s);
		begin_permanent(&w);
		assert_int_equal(ping(&w), TC_ERROR_HTTP);
		assert_int_equal(w.err.http_status, 401);
		assert_failure(&w.err, TC_ERROR_HTTP, cases[i].text);
		assert_int_equal(w.fake.attempt_count, 1);
		assert_int_equal(tc_client_clock_offset_ms(w.client), 0);
		assert_int_equal(bewit_end(&w), 60);
		end(&w);
	}
}

/* Several 401s, each of them within a day of what was believed before. */
static void test_the_bound_is_on_the_sum(void **state)
{
	struct world w = { 0 };

	(void)state;
	date_reply(&w, 20 * 3600);
	begin_permanent(&w);
	assert_ok(ping(&w), &w.err);
	date_reply(&w, 40 * 3600);
	w.replies[1] = w.replies[0]; /* which is what comes from now on */
	assert_int_equal(ping(&w), TC_ERROR_HTTP);
	assert_int_in_range(
		tc_client_clock_offset_ms(w.client), 20 * 3600 * 1000 - 100, 20 * 3600 * 1000);
	end(&w);
}

static void test_a_signed_url_does_not_follow_a_date(void **state)
{
	static const int64_t offs_s[] = { 7200, -7200 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world w = { 0 };

		date_reply(&w, offs_s[i]);
		begin_permanent(&w);
		assert_ok(ping(&w), &w.err);
		assert_int_equal(bewit_end(&w), 60);
		assert_non_null(strstr(w.log, "a signed URL ends by the clock here"));
		tc_client *copy = tc_client_dup(w.client, &w.err);
		tc_client_free(w.client);
		w.client = copy;
		assert_int_not_equal(tc_client_clock_offset_ms(copy), 0);
		assert_int_equal(bewit_end(&w), 60);
		end(&w);
	}
}

/* Only who has the key can make the challenge: it counts for expiries, too, however far it is. */
static void test_a_proved_time_is_believed(void **state)
{
	static const int64_t offs_s[] = { 7200, -7200, 400LL * DAY_S };

	(void)state;
	for (size_t i = 0; i < sizeof offs_s / sizeof *offs_s; i++) {
		struct world w = { 0 };

		challenge_reply(&w, EPOCH_S + offs_s[i]);
		begin_permanent(&w);
		assert_ok(ping(&w), &w.err);
		assert_int_equal(bewit_end(&w), 60 + offs_s[i]);
		assert_null(strstr(w.log, "a signed URL ends"));
		tc_client *copy = tc_client_dup(w.client, &w.err);
		tc_client_free(w.client);
		w.client = copy;
		assert_int_equal(bewit_end(&w), 60 + offs_s[i]);
		end(&w);
	}
}

/* More than a time has, also with a right MAC, would overflow. */
static void test_a_time_after_all_times(void **state)
{
	struct world w = { 0 };

	(void)state;
	challenge_reply(&w, INT64_C(999999999999999999));
	begin_permanent(&w);
	assert_int_equal(ping(&w), TC_ERROR_HTTP);
	assert_int_equal(tc_client_clock_offset_ms(w.client), 0);
	end(&w);
}

static tc_credentials *refuse_to_renew(void *data, const tc_credentials *current, tc_error *err)
{
	struct world *world = data;

	(void)current;
	strcat(world->log, "asked\n");
	tc_error_set(err, TC_ERROR_SYSTEM, "nothing new");
	return NULL;
}

/* A Date cannot end credentials, nor make them last. */
static void test_the_end_of_credentials_does_not_follow_a_date(void **state)
{
	tc_credentials *issuer = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, NULL);
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	struct world w = { 0 };

	(void)state;
	temporary.start_ms = TC_FAKE_EPOCH_MS - 3600 * 1000;
	temporary.expiry_ms = TC_FAKE_EPOCH_MS + 3600 * 1000;
	tc_credentials *credentials = tc_credentials_temporary(issuer, &temporary, &w.err);
	date_reply(&w, 7200);
	begin(&w, refuse_to_renew, credentials);
	assert_ok(ping(&w), &w.err); /* the attempt after the correction is not held for late */
	assert_ok(ping(&w), &w.err);
	assert_null(strstr(w.log, "asked"));
	end(&w);

	memset(&w, 0, sizeof w);
	date_reply(&w, -7200);
	begin(&w, refuse_to_renew, credentials);
	assert_ok(ping(&w), &w.err);
	w.fake.wall_ms += 3601 * 1000;
	assert_int_equal(ping(&w), TC_ERROR_SYSTEM);
	assert_non_null(strstr(w.log, "asked"));
	end(&w);
	tc_credentials_free(credentials);
	tc_credentials_free(issuer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_date_within_a_day_is_believed),
		cmocka_unit_test(test_a_date_beyond_a_day_is_told_and_not_believed),
		cmocka_unit_test(test_the_bound_is_on_the_sum),
		cmocka_unit_test(test_a_signed_url_does_not_follow_a_date),
		cmocka_unit_test(test_a_proved_time_is_believed),
		cmocka_unit_test(test_a_time_after_all_times),
		cmocka_unit_test(test_the_end_of_credentials_does_not_follow_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
