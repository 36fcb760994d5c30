/* SPDX-License-Identifier: MPL-2.0 */

/*
 * Whatever a broker answers, and whenever: in the place of the link there is a broker that is
 * played here, which reads what it was sent in order and answers as each test wants. By it many
 * thousand courses of things take a second, time included.
 */

#include "tests/harness/test.h"

#include "workflows/src/pulse/server/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_publisher.h>

#define MANY 300

static const struct tc_exchange good = { .exchange = "good" }, bad = { .exchange = "bad" };

/* ---- the broker ---- */

struct sent {
	int number; /* of the body */
	bool bad;
};

static struct broker {
	struct tc__link_user user;
	struct sent sent[4 * MANY]; /* on this channel, by tag - 1 */
	size_t count;               /* sent */
	size_t read;                /* of these, looked at */
	bool answered[4 * MANY];
	size_t asked;
	size_t closes; /* of the channel */
	bool closed;   /* and to be opened again */
	bool dropped, goodbye;
	int arrived[MANY + 1]; /* how often each was taken */
} broker;

/* Nobody looks into it. */
static struct tc__amqp *const amqp = (struct tc__amqp *)&broker;
static struct tc__link *const the_link = (struct tc__link *)&broker;

struct tc__link *tc__link_new(tc_loop *loop, const struct tc_pulse_server *server,
	const struct tc__link_user *user, tc_error *err)
{
	(void)loop;
	(void)server;
	(void)err;
	broker = (struct broker){ .user = *user };
	return the_link;
}

void tc__link_settled(struct tc__link *link)
{
	assert_ptr_equal(link, the_link);
}

void tc__link_drop(struct tc__link *link, const tc_error *err)
{
	assert_ptr_equal(link, the_link);
	assert_int_not_equal(err->code, TC_OK);
	broker.dropped = true;
}

void tc__link_fail(struct tc__link *link, const tc_error *err)
{
	(void)link;
	fail_msg("%s", tc_error_text(err));
}

void tc__link_close(struct tc__link *link)
{
	assert_ptr_equal(link, the_link);
	broker.goodbye = true;
}

void tc__link_free(struct tc__link *link)
{
	(void)link;
}

int tc__amqp_ask(
	struct tc__amqp *to, amqp_method_number_t method, const void *fields, tc_error *err)
{
	(void)method;
	(void)fields;
	(void)err;
	assert_ptr_equal(to, amqp);
	broker.asked++;
	return TC_OK;
}

int tc__amqp_publish(struct tc__amqp *to, const amqp_basic_publish_t *fields,
	const amqp_basic_properties_t *properties, const char *body, size_t length, tc_error *err)
{
	struct sent *sent = &broker.sent[broker.count++];

	(void)properties;
	(void)err;
	assert_ptr_equal(to, amqp);
	assert_true(broker.count <= 4 * MANY);
	assert_false(broker.closed);
	assert_int_equal(broker.asked, 0);
	assert_true(length < 10);
	sent->number = atoi(body); /* with a blank behind it */
	sent->bad = fields->exchange.len == strlen(bad.exchange);
	return TC_OK;
}

size_t tc__amqp_unsent(const struct tc__amqp *to)
{
	(void)to;
	return 0;
}

int tc__amqp_reopen(struct tc__amqp *to, tc_error *err)
{
	(void)to;
	(void)err;
	broker.closed = false;
	broker.count = broker.read = 0;
	memset(broker.answered, 0, sizeof broker.answered);
	broker.user.reopened(broker.user.data);
	return TC_OK;
}

/* ---- what it does ---- */

static void reply_to_all(void)
{
	const amqp_method_t method = { .id = AMQP_EXCHANGE_DECLARE_OK_METHOD };

	while (broker.asked) {
		broker.asked--;
		broker.user.replied(broker.user.data, &method);
	}
}

static void open(void)
{
	broker.closed = false;
	broker.count = broker.read = 0;
	memset(broker.answered, 0, sizeof broker.answered);
	broker.user.opened(broker.user.data, amqp, "me");
	reply_to_all();
}

static void lose(void)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, TC_ERROR_NETWORK, "lost");
	broker.asked = 0;
	broker.dropped = false;
	broker.user.lost(broker.user.data, &err);
	tc_error_clear(&err);
}

static void ack(uint64_t tag, bool multiple)
{
	amqp_basic_ack_t fields = { .delivery_tag = tag, .multiple = multiple };
	const amqp_method_t method = { .id = AMQP_BASIC_ACK_METHOD, .decoded = &fields };

	broker.user.told(broker.user.data, &method);
}

static void nack(uint64_t tag, bool multiple)
{
	amqp_basic_nack_t fields = { .delivery_tag = tag, .multiple = multiple };
	const amqp_method_t method = { .id = AMQP_BASIC_NACK_METHOD, .decoded = &fields };

	broker.user.told(broker.user.data, &method);
}

static void refuse(int status)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, TC_ERROR_HTTP, "refused");
	tc_error_set_server(&err, status, NULL, "refused");
	err.http_status = status;
	broker.closed = true;
	broker.closes++;
	broker.user.refused(broker.user.data, &err, false);
	tc_error_clear(&err);
	if (!broker.dropped)
		reply_to_all();
}

/* ---- the publisher ---- */

static int64_t now_ms;
static tc_loop *loop;
static tc_pulse_publisher *publisher;

static struct heard {
	int times[MANY + 1], status[MANY + 1];
	int confirmed, failed;
} heard;

static int64_t steady(void *data)
{
	return *(int64_t *)data;
}

static void pass(void *data, int64_t ms)
{
	*(int64_t *)data += ms;
}

static void begin(int64_t deadline_ms)
{
	static const struct tc_exchange *const exchanges[] = { &good, &bad };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_loop_options loop_options = TC_LOOP_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;

	seams.steady = steady;
	seams.sleep = pass;
	seams.data = &now_ms;
	loop_options.seams = &seams;
	loop = tc_loop_new(&loop_options, &err);
	options.exchanges = exchanges;
	options.exchange_count = 2;
	options.undeclared = true;
	options.deadline_ms = deadline_ms;
	heard = (struct heard){ .confirmed = 0 };
	publisher = tc_pulse_publisher_new(loop, &options, &err);
	if (!publisher)
		fail_msg("%s", tc_error_text(&err));
}

static void end(void)
{
	tc_pulse_publisher_free(publisher);
	tc_loop_free(loop);
}

/* Time goes on, and what is due is done. */
static void wait_ms(int64_t ms)
{
	tc_error err = TC_ERROR_INIT;

	now_ms += ms;
	for (int i = 0; i < 3; i++)
		assert_ok(tc_loop_poll(loop, 0, &err), &err);
}

static void on_published(void *data, uint64_t number, const tc_error *err)
{
	(void)data;
	heard.times[number]++;
	heard.confirmed += !err;
	heard.failed += err != NULL;
	if (err)
		heard.status[number] = err->http_status ? err->http_status : err->code;
}

static void publish(const struct tc_exchange *exchange)
{
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	static int number;
	char body[20];
	tc_error err = TC_ERROR_INIT;

	if (tc_pulse_publisher_pending(publisher) == 0 && heard.confirmed + heard.failed == 0)
		number = 0;
	snprintf(body, sizeof body, "%d ", ++number);
	message.exchange = exchange->exchange;
	message.body = body;
	message.published = on_published;
	assert_ok(tc_pulse_publish(publisher, &message, NULL, &err), &err);
}

static void publish_many(int count)
{
	for (int i = 0; i < count; i++)
		publish(&good);
}

static void assert_sent(const int *numbers, size_t count)
{
	assert_int_equal(broker.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(broker.sent[i].number, numbers[i]);
}

/* ---- confirmations ---- */

static void confirmations_may_come_in_any_order(void **state)
{
	(void)state;
	begin(0);
	open();
	publish_many(10);
	ack(7, false);
	ack(2, false);
	assert_int_equal(heard.confirmed, 2);
	ack(4, true);
	assert_int_equal(heard.confirmed, 5);
	ack(4, true);
	ack(3, false);
	ack(11, false);
	ack(99, false);
	assert_int_equal(heard.confirmed, 5);
	assert_int_equal(tc_pulse_publisher_pending(publisher), 5);
	ack(0, true);
	assert_int_equal(heard.confirmed, 10);
	for (int i = 1; i <= 10; i++)
		assert_int_equal(heard.times[i], 1);
	end();
}

static void what_is_not_confirmed_is_published_again_in_its_order(void **state)
{
	(void)state;
	begin(0);
	publish_many(2);
	open();
	publish_many(4);
	ack(2, false);
	ack(5, false);
	lose();
	publish_many(1);
	open();
	assert_sent((const int[]){ 1, 3, 4, 6, 7 }, 5);
	ack(5, true);
	assert_int_equal(heard.confirmed, 7);
	end();
}

static void what_was_given_back_comes_behind_the_others_and_later(void **state)
{
	(void)state;
	begin(0);
	open();
	publish_many(4);
	nack(2, true);
	assert_int_equal(broker.count, 4);
	wait_ms(50);
	assert_int_equal(broker.count, 4);
	publish_many(1);
	wait_ms(60);
	assert_sent((const int[]){ 1, 2, 3, 4, 5, 1, 2 }, 7);
	nack(6, false); /* once more: after twice the time */
	wait_ms(110);
	assert_int_equal(broker.count, 7);
	wait_ms(100);
	assert_sent((const int[]){ 1, 2, 3, 4, 5, 1, 2, 1 }, 8);
	ack(8, true);
	assert_int_equal(heard.confirmed, 5);
	assert_int_equal(heard.failed, 0);
	end();
}

static void what_was_given_back_is_not_forgotten_with_the_connection(void **state)
{
	(void)state;
	begin(0);
	open();
	publish_many(3);
	nack(2, false);
	lose();
	open();
	wait_ms(200);
	assert_sent((const int[]){ 1, 3, 2 }, 3);
	ack(3, true);
	assert_int_equal(heard.confirmed, 3);
	end();
}

/* ---- deadlines ---- */

static void the_tag_of_a_message_that_is_gone_is_nobodys(void **state)
{
	(void)state;
	begin(1000);
	open();
	publish_many(3);
	ack(2, false);
	wait_ms(999);
	assert_int_equal(heard.failed, 0);
	publish_many(1);
	wait_ms(1);
	assert_int_equal(heard.failed, 2);
	assert_int_equal(heard.status[1], TC_ERROR_TIMEOUT);
	assert_int_equal(heard.status[3], TC_ERROR_TIMEOUT);
	ack(3, true); /* too late */
	assert_int_equal(heard.confirmed, 1);
	ack(4, false);
	assert_int_equal(heard.confirmed, 2);
	assert_int_equal(heard.times[1] + heard.times[3], 2);
	lose();
	open();
	assert_int_equal(broker.count, 0);
	end();
}

/* Nobody can be told of the refusal, and the others are none the worse. */
static void a_message_that_is_gone_may_be_the_refused_one(void **state)
{
	(void)state;
	begin(1000);
	open();
	publish(&bad);
	wait_ms(1000);
	assert_int_equal(heard.failed, 1);
	publish_many(4);
	refuse(404);
	assert_int_equal(broker.count, 2); /* half of those that may be it */
	for (int i = 0; i < 4; i++)
		ack(broker.count, true);
	assert_int_equal(heard.confirmed, 4);
	publish_many(10);
	ack(broker.count, true);
	assert_int_equal(heard.confirmed, 14);
	assert_int_equal(heard.failed, 1);
	end();
}

/* ---- refusals ---- */

static void other_refusals_cost_the_connection_only(void **state)
{
	(void)state;
	begin(0);
	open();
	publish_many(3);
	refuse(541);
	assert_true(broker.dropped);
	lose();
	open();
	assert_sent((const int[]){ 1, 2, 3 }, 3);
	ack(3, true);
	assert_int_equal(heard.confirmed, 3);
	refuse(404); /* of nothing */
	assert_true(broker.dropped);
	assert_int_equal(heard.failed, 0);
	end();
}

static unsigned random_state;

static unsigned random_below(unsigned limit)
{
	random_state = random_state * 1103515245u + 12345u;
	return (random_state >> 16) % limit;
}

/* Confirms what was read and is not confirmed yet, some of it. */
static void confirm_some(unsigned chance)
{
	for (size_t i = 0; i < broker.read; i++) {
		if (broker.answered[i] || random_below(100) >= chance)
			continue;
		broker.answered[i] = true;
		ack(i + 1, false);
	}
}

/* Reads one, and closes the channel if it is a bad one. */
static void read_one(void)
{
	const struct sent *sent = &broker.sent[broker.read];

	if (sent->bad) {
		confirm_some(30); /* the others' confirmations are lost */
		refuse(404);
		return;
	}
	broker.arrived[sent->number]++;
	broker.read++;
}

static bool is_bad[MANY + 1];

static void publish_at_random(int count, int bad_count)
{
	memset(is_bad, 0, sizeof is_bad);
	for (int i = 0; i < bad_count; i++)
		is_bad[1 + random_below((unsigned)count)] = true;
	for (int i = 1; i <= count; i++)
		publish(is_bad[i] ? &bad : &good);
}

static void go_on(bool losses)
{
	while (tc_pulse_publisher_pending(publisher)) {
		if (losses && random_below(40) == 0) {
			lose();
			open();
		}
		if (broker.read < broker.count)
			read_one();
		if (random_below(4) == 0 || broker.read == broker.count)
			confirm_some(60);
	}
}

static void assert_all_told(int count)
{
	for (int i = 1; i <= count; i++) {
		assert_int_equal(heard.times[i], 1);
		assert_int_equal(heard.status[i], is_bad[i] ? 404 : 0);
		if (!is_bad[i])
			assert_true(broker.arrived[i] >= 1);
	}
}

static void the_refused_ones_are_found_and_no_others(void **state)
{
	(void)state;
	for (random_state = 1; random_state < 400; random_state++) {
		unsigned seed = random_state;
		int count = 1 + (int)random_below(MANY), bads = (int)random_below(5), found = 0;
		size_t steps = 1;
		begin(0);
		open();
		publish_at_random(count, bads);
		go_on(false);
		assert_all_told(count);
		for (int i = 1; i <= count; i++)
			found += is_bad[i];
		for (int rest = count; rest; rest /= 2)
			steps++;
		assert_true(broker.closes <= (size_t)found * steps);
		assert_true(broker.closes >= (size_t)found);
		end();
		random_state = seed;
	}
}

static void connections_may_be_lost_meanwhile(void **state)
{
	(void)state;
	for (random_state = 1; random_state < 400; random_state++) {
		unsigned seed = random_state;
		int count = 1 + (int)random_below(100);
		begin(0);
		open();
		publish_at_random(count, (int)random_below(5));
		go_on(true);
		assert_all_told(count);
		end();
		random_state = seed;
	}
}

/* One by one, and not by halves each time. */
static void when_all_are_refused_each_costs_one_channel(void **state)
{
	(void)state;
	begin(0);
	open();
	random_state = 1;
	for (int i = 1; i <= 100; i++)
		publish(&bad);
	while (tc_pulse_publisher_pending(publisher))
		read_one();
	assert_int_equal(heard.failed, 100);
	assert_true(broker.closes < 110);
	end();
}

static void after_a_search_all_goes_at_once_again(void **state)
{
	(void)state;
	begin(0);
	open();
	random_state = 1;
	publish_many(20);
	publish(&bad);
	publish_many(20);
	go_on(false);
	assert_int_equal(heard.confirmed, 40);
	assert_int_equal(heard.failed, 1);
	size_t before = broker.count;
	publish_many(100);
	assert_int_equal(broker.count, before + 100);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confirmations_may_come_in_any_order),
		cmocka_unit_test(what_is_not_confirmed_is_published_again_in_its_order),
		cmocka_unit_test(what_was_given_back_comes_behind_the_others_and_later),
		cmocka_unit_test(what_was_given_back_is_not_forgotten_with_the_connection),
		cmocka_unit_test(the_tag_of_a_message_that_is_gone_is_nobodys),
		cmocka_unit_test(a_message_that_is_gone_may_be_the_refused_one),
		cmocka_unit_test(other_refusals_cost_the_connection_only),
		cmocka_unit_test(the_refused_ones_are_found_and_no_others),
		cmocka_unit_test(connections_may_be_lost_meanwhile),
		cmocka_unit_test(when_all_are_refused_each_costs_one_channel),
		cmocka_unit_test(after_a_search_all_goes_at_once_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
