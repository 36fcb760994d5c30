/* SPDX-License-Identifier: MPL-2.0 */
/* A source of news, with each single allocation failing in turn: it is made or not, begins or not,
 * and what it has not begun it does not end. No broker is there. */
#include "tests/harness/test.h"

#include "tests/nomem/failing.h"
#include <poll.h>
#include <string.h>
#include <taskcluster/pulse_news.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"

/* Does what is due, for a little while. */
static void listen(const struct tc_news *source)
{
	struct pollfd descriptor = { .fd = source->descriptor(source->data), .events = POLLIN };

	for (int i = 0; i < 5; i++)
		if (poll(&descriptor, 1, 1) > 0)
			source->take(source->data, NULL);
}

static int wait_once(
	const struct tc_news *source, const char *task_id, const char *group, tc_error *err)
{
	int rc = source->begin(source->data, task_id, group, err);

	if (rc != TC_OK)
		return rc;
	listen(source);
	source->end(source->data);
	return TC_OK;
}

static int have_news(void *data, tc_error *err)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;

	server.url = data;
	tc_pulse_news *news = tc_pulse_news_new(&server, err);
	if (!news)
		return err->code;
	const struct tc_news *source = tc_pulse_news_source(news);
	int rc = wait_once(source, TASK, NULL, err);
	if (rc == TC_OK)
		rc = wait_once(source, NULL, TASK, err);
	tc_pulse_news_free(news);
	return rc;
}

static void news_fail_cleanly(void **state)
{
	char url[] = "amqp://u:p@127.0.0.1:1";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(have_news(url, &err), &err); /* what others keep for good */
	assert_true(tc_failing_each_with_libraries(have_news, url) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_fail_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
