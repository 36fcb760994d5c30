/* SPDX-License-Identifier: MPL-2.0 */
/* Bodies larger than the proxy's memory, readers that stop, services and tasks that are gone, and
 * many at once. */
#include "tests/proxy/proxy.h"

#include "tests/harness/raw.h"
#include "tests/harness/responder.h"
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGE ((size_t)100 << 20)
#define PEAK_KIB 32768 /* of the proxy, whatever goes through it */
#define PIECE 200000
#define MANY 64

static char *large; /* in the test, and in the service, which is forked */

static unsigned sum_of(const char *bytes, size_t length)
{
	unsigned sum = 1;

	for (size_t i = 0; i < length; i++)
		sum = sum * 31 + (unsigned char)bytes[i];
	return sum;
}

static void make_large(void)
{
	unsigned value = 1;

	large = malloc(LARGE);
	assert_non_null(large);
	for (size_t i = 0; i < LARGE; i++) {
		value = value * 1103515245 + 12345;
		large[i] = (char)(value >> 16);
	}
}

/* A PUT is told the length and the sum of what came; a GET brings all of it or a piece. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char said[100];

	(void)data;
	reply->body = large;
	reply->body_length = strstr(request->target, "piece") ? PIECE : LARGE;
	if (strcmp(request->method, "PUT") != 0)
		return;
	snprintf(said, sizeof said, "%zu %u", request->body_length,
		sum_of(request->body, request->body_length));
	reply->body = said;
	reply->body_length = strlen(said);
}

struct world {
	struct tc_responder *service;
	struct child proxy;
};

static int setup(void **state)
{
	static struct world world;

	make_large();
	world.service = tc_responder_fork(answer, NULL);
	child_start(
		&world.proxy, ARGUMENTS("a:b"), ENVIRONMENT(tc_responder_url(world.service)), NULL);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	child_stop(&world->proxy);
	tc_responder_stop(world->service);
	free(large);
	return 0;
}

/* Sanitizers have memory of their own. */
static void assert_small(const struct world *world)
{
	const char *sanitizers = getenv("TC_SANITIZE");
	long peak = child_peak_kib(&world->proxy);

	if (sanitizers && *sanitizers)
		return;
	if (peak < 0 || peak > PEAK_KIB)
		fail_msg("the proxy had %ld KiB", peak);
}

static void a_large_body_goes_up(void **state)
{
	struct world *world = *state;
	struct answer got;
	char expected[100];

	ask(&got, "PUT", world->proxy.url, "/api/x/v1/y", NULL, large, LARGE);
	snprintf(expected, sizeof expected, "%zu %u", LARGE, sum_of(large, LARGE));
	assert_int_equal(got.status, 200);
	assert_string_equal(got.body, expected);
	answer_clear(&got);
	assert_small(world);
}

static int fetch(const struct world *world, const char *path)
{
	char request[200];
	int fd = dial(world->proxy.port);

	snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", path,
		world->proxy.port);
	tc_raw_say(fd, request);
	return fd;
}

/* Somebody who reads nothing for a while; then all of it is there. */
static void a_large_body_comes_down_to_a_slow_reader(void **state)
{
	struct world *world = *state;
	char head[4000], bytes[65536];
	size_t at = 0;
	int fd = fetch(world, "/api/x/v1/all");

	poll(NULL, 0, 700);
	assert_small(world);
	assert_true(tc_raw_head(fd, head, sizeof head));
	assert_non_null(strstr(head, "Content-Length: 104857600"));
	while (at < LARGE) {
		ssize_t count = recv(fd, bytes, sizeof bytes, 0);
		assert_true(count > 0);
		assert_memory_equal(bytes, large + at, (size_t)count);
		at += (size_t)count;
	}
	assert_int_equal(at, LARGE);
	close(fd);
	assert_small(world);
}

/* Each gets its own whole reply, also when all come at once. */
static void many_at_once_get_their_own(void **state)
{
	struct world *world = *state;
	int fds[MANY];
	char head[4000];
	char *bytes = malloc(PIECE);

	assert_non_null(bytes);
	for (int i = 0; i < MANY; i++)
		fds[i] = fetch(world, "/api/x/v1/piece");
	for (int i = 0; i < MANY; i++) {
		assert_true(tc_raw_head(fds[i], head, sizeof head));
		assert_non_null(strstr(head, " 200 "));
		assert_int_equal(recv(fds[i], bytes, PIECE, MSG_WAITALL), PIECE);
		assert_memory_equal(bytes, large, PIECE);
		close(fds[i]);
	}
	free(bytes);
	assert_small(world);
}

/* ---- who is gone ---- */

static void a_service_that_is_down_is_told_soon(void **state)
{
	static const char *const methods[] = { "GET", "POST" };
	struct child proxy;
	struct answer got;

	(void)state;
	child_start(&proxy, ARGUMENTS("a:b"), ENVIRONMENT("http://127.0.0.1:9"), NULL);
	for (size_t i = 0; i < 2; i++) {
		int64_t begun = tc_test_now_ms();
		ask(&got, methods[i], proxy.url, "/api/x/v1/y", NULL, NULL, 0);
		assert_int_equal(got.status, 502);
		assert_non_null(strstr(got.body, "\"code\":\"BadGateway\""));
		assert_non_null(strstr(got.body, "127.0.0.1:9"));
		assert_string_equal(answer_header(&got, "X-Taskcluster-Endpoint"),
			"http://127.0.0.1:9/api/x/v1/y");
		assert_true(tc_test_now_ms() - begun < 20000);
		answer_clear(&got);
	}
	child_stop(&proxy);
}

struct holder {
	bool begins; /* a reply, which then stands still */
	atomic_int held, released;
};

/* Holds its reply until the other side has gone. */
static void hold(void *data, int fd, size_t number)
{
	struct holder *holder = data;
	struct pollfd closed = { .fd = fd, .events = POLLIN };
	char head[4000];

	(void)number;
	if (!tc_raw_head(fd, head, sizeof head))
		return;
	if (holder->begins)
		tc_raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning");
	holder->held++;
	if (poll(&closed, 1, 20000) == 1)
		holder->released++;
}

static void wait_for(atomic_int *count)
{
	for (int i = 0; i < 1000 && atomic_load(count) == 0; i++)
		poll(NULL, 0, 10);
	assert_int_equal(atomic_load(count), 1);
}

/* Nobody looks again and again whether there is more. */
static void assert_at_rest(const struct child *proxy)
{
	long before = child_cpu_ms(proxy);

	poll(NULL, 0, 300);
	assert_true(child_cpu_ms(proxy) - before < 150);
}

/* Nothing goes on for a task that has gone: before its reply has begun, and in its middle. */
static void a_task_that_is_gone_is_noticed(void **state)
{
	struct world world;

	(void)state;
	for (int begins = 0; begins < 2; begins++) {
		struct holder holder = { .begins = begins };
		struct tc_raw *raw = tc_raw_start(hold, &holder);
		char byte;
		child_start(&world.proxy, ARGUMENTS("a:b"), ENVIRONMENT(tc_raw_url(raw)), NULL);
		int fd = fetch(&world, "/api/x/v1/y");
		wait_for(&holder.held);
		if (begins)
			assert_int_equal(recv(fd, &byte, 1, 0), 1);
		assert_at_rest(&world.proxy);
		close(fd);
		wait_for(&holder.released);
		child_stop(&world.proxy);
		tc_raw_stop(raw);
	}
}

/* Also with replies under way it ends at once. */
static void it_ends_in_the_middle_of_replies(void **state)
{
	struct holder holder = { .begins = true }, late = { .begins = false };
	struct tc_raw *raw = tc_raw_start(hold, &holder), *other = tc_raw_start(hold, &late);
	struct child proxy;
	struct world world;

	(void)state;
	child_start(&world.proxy, ARGUMENTS("a:b"), ENVIRONMENT(tc_raw_url(raw)), NULL);
	child_start(&proxy, ARGUMENTS("a:b"), ENVIRONMENT(tc_raw_url(other)), NULL);
	int fd = fetch(&world, "/api/x/v1/y");
	struct world second = { .proxy = proxy };
	int fd2 = fetch(&second, "/api/x/v1/y");
	wait_for(&holder.held);
	wait_for(&late.held);
	child_stop(&world.proxy);
	child_stop(&proxy);
	close(fd);
	close(fd2);
	tc_raw_stop(raw);
	tc_raw_stop(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_body_goes_up),
		cmocka_unit_test(a_large_body_comes_down_to_a_slow_reader),
		cmocka_unit_test(many_at_once_get_their_own),
		cmocka_unit_test(a_service_that_is_down_is_told_soon),
		cmocka_unit_test(a_task_that_is_gone_is_noticed),
		cmocka_unit_test(it_ends_in_the_middle_of_replies),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
