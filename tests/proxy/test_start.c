/* SPDX-License-Identifier: MPL-2.0 */
/* With what the proxy starts, and with what not: it says why. */
#include "tests/proxy/proxy.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOWHERE "http://127.0.0.1:9"
#define LINE "{\"clientId\":\"a\",\"accessToken\":\"b\""

static const char *const bare[] = { "TASKCLUSTER_ROOT_URL", NOWHERE, NULL };

static void wishes_are_refused_with_a_sentence(void **state)
{
	static const struct {
		const char *arguments[6];
		const char *line;
		int status;
		const char *said;
	} cases[] = {
		{ { "--access-token", "x", "a" }, NULL, 2, "never come as arguments" },
		{ { "--access-token=x", "a" }, NULL, 2, "never come as arguments" },
		{ { "--client-id", "x", "a" }, NULL, 2, "never come as arguments" },
		{ { "--certificate={}", "a" }, NULL, 2, "never come as arguments" },
		{ { "--port" }, NULL, 2, "--port: its value is missing" },
		{ { "--port", "x", "a" }, NULL, 2, "--port: expected a port" },
		{ { "--port", "65536", "a" }, NULL, 2, "--port: expected a port" },
		{ { "--allow-uid", "games", "a" }, NULL, 2, "--allow-uid: expected the number" },
		{ { "--nosuch", "x", "a" }, NULL, 2, "--nosuch: no such option" },
		{ { "--ip-address", "localhost", "a" }, NULL, 2, "expected an IP address" },
		{ { "--run-id", "0", "a" }, NULL, 2, "--task-id is missing" },
		{ { "--task-id", "a", "--run-id", "x" }, NULL, 2, "--run-id: expected a number" },
		{ { "--unrestricted", "a" }, NULL, 2, "scopes, or a task id, that restrict" },
		{ { NULL }, NULL, 2, "--unrestricted says that this is meant" },
		{ { "a" }, NULL, 1, "TASKCLUSTER_CLIENT_ID" },
		{ { NULL }, LINE "}", 1, "there are no scopes" },
		{ { "a" }, "{}", 1, "clientId" },
		{ { "a" }, "nonsense", 1, "--credentials-fd" },
		{ { NULL }, LINE ",\"scopes\":\"a\"}", 1, "scopes is no array" },
		{ { NULL }, LINE ",\"scopes\":[1]}", 1, "scopes/0 is no string" },
		{ { "--task-id", "fN1SbArXTPSVFNUvaOlinQ" }, LINE "}", 1, "the scopes of task" },
	};
	char said[4000];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int status =
			child_refused(cases[i].arguments, bare, cases[i].line, said, sizeof said);
		if (status != cases[i].status || !strstr(said, cases[i].said))
			fail_msg("case %zu: status %d, \"%s\"", i, status, said);
	}
}

static void a_root_url_is_needed(void **state)
{
	char said[4000];

	(void)state;
	assert_int_equal(child_refused(ARGUMENTS("a"), (const char *const[]){ NULL }, NULL, said,
				 sizeof said),
		2);
	assert_non_null(strstr(said, "TASKCLUSTER_ROOT_URL is not set"));
}

static void it_listens_where_it_says_and_ends_at_once(void **state)
{
	struct child child;
	struct answer answer;

	(void)state;
	child_start(&child, ARGUMENTS("a"), ENVIRONMENT(NOWHERE), NULL);
	ask(&answer, "GET", child.url, "/nosuch/x", NULL, NULL, 0);
	assert_int_equal(answer.status, 404);
	answer_clear(&answer);
	child_stop(&child);
	child_start(&child, ARGUMENTS("--unrestricted"), ENVIRONMENT(NOWHERE), NULL);
	child_stop(&child);
}

static void it_ends_with_the_pipe(void **state)
{
	struct child child;

	(void)state;
	child_start(&child, ARGUMENTS("a"), bare, LINE "}");
	close(child.feed);
	child.feed = -1;
	assert_int_equal(child_wait(&child), 0);
}

static void a_line_that_is_no_good_changes_nothing(void **state)
{
	struct child child;
	struct answer answer;

	(void)state;
	child_start(&child, ARGUMENTS("a"), bare, LINE "}");
	child_feed(&child, "nonsense");
	child_feed(&child, "{\"clientId\":\"c\"}");
	ask(&answer, "GET", child.url, "/nosuch/x", NULL, NULL, 0);
	assert_string_equal(answer_header(&answer, "X-Taskcluster-Proxy-Perm-ClientId"), "a");
	answer_clear(&answer);
	child_feed(&child, "{\"clientId\":\"c\",\"accessToken\":\"d\"}");
	for (int i = 0; i < 100; i++) {
		ask(&answer, "GET", child.url, "/nosuch/x", NULL, NULL, 0);
		bool other = *answer_header(&answer, "X-Taskcluster-Proxy-Perm-ClientId") == 'c';
		answer_clear(&answer);
		if (other)
			break;
		assert_true(i < 99);
		(void)poll(NULL, 0, 20);
	}
	child_stop(&child);
}

/* Scopes and the secret of /credentials are the pipe's as well. */
static void a_line_brings_scopes_and_a_secret(void **state)
{
	static const char other[] = "{\"clientId\":\"c\",\"accessToken\":\"d\"}";
	static const char *const secret[] = { "X-Taskcluster-Proxy-Secret: s", NULL };
	struct child child;
	struct answer answer;

	(void)state;
	child_start(
		&child, ARGUMENTS("a"), bare, LINE ",\"secret\":\"s\",\"scopes\":[\"x\",\"y:*\"]}");
	ask(&answer, "PUT", child.url, "/credentials", NULL, other, strlen(other));
	assert_int_equal(answer.status, 403);
	assert_string_equal(
		answer_header(&answer, "X-Taskcluster-Authorized-Scopes"), "[\"x\",\"y:*\"]");
	answer_clear(&answer);
	ask(&answer, "PUT", child.url, "/credentials", secret, other, strlen(other));
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer_header(&answer, "X-Taskcluster-Proxy-Perm-ClientId"), "c");
	assert_string_equal(
		answer_header(&answer, "X-Taskcluster-Authorized-Scopes"), "[\"x\",\"y:*\"]");
	answer_clear(&answer);
	child_stop(&child);
}

/* More scopes than a signature can carry: each request is told so, and sent nowhere. */
static void too_many_scopes_are_told(void **state)
{
	static char line[30000] = LINE ",\"scopes\":[\"a\"";
	struct child child;
	struct answer answer;

	(void)state;
	for (int i = 0; i < 1000; i++)
		sprintf(line + strlen(line), ",\"scope:%d:*\"", i);
	strcat(line, "]}");
	child_start(&child, ARGUMENTS("a"), bare, line);
	ask(&answer, "GET", child.url, "/api/x/v1/y", NULL, NULL, 0);
	assert_int_equal(answer.status, 403);
	assert_non_null(strstr(answer.body, "4096"));
	assert_null(answer_header(&answer, "X-Taskcluster-Authorized-Scopes"));
	answer_clear(&answer);
	child_stop(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_are_refused_with_a_sentence),
		cmocka_unit_test(a_root_url_is_needed),
		cmocka_unit_test(it_listens_where_it_says_and_ends_at_once),
		cmocka_unit_test(it_ends_with_the_pipe),
		cmocka_unit_test(a_line_that_is_no_good_changes_nothing),
		cmocka_unit_test(a_line_brings_scopes_and_a_secret),
		cmocka_unit_test(too_many_scopes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
