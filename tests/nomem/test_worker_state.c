/* SPDX-License-Identifier: MPL-2.0 */
/* A worker's state while memory ends: what fails is told, and what was noted before is there; and
 * what is secret in it is nowhere left behind. */
#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/nomem/failing.h"
#include "workflows/src/worker/state.h"
#include <string.h>
#include <unistd.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define OTHER "aaaaaaaaQ3-aaaaaaaaaaA"
#define TOKEN "tokenThatNobodyMaySee_0123456789"
#define SECRET "secretThatNobodyMaySee_0123456789"
#define CREDENTIALS \
	"\"credentials\":{\"clientId\":\"c\",\"accessToken\":\"" TOKEN "\",\"certificate\":\"\"}"
#define CLAIM(id) \
	"{\"status\":{\"taskId\":\"" id "\"},\"runId\":0,\"takenUntil\":\"2030-01-01T00:00:00Z\"," \
	"\"task\":{\"payload\":{}}," CREDENTIALS "}"

static const struct tc__state_owner owner = { NULL, "build/linux", "rack-1", "machine-7" };

static struct tc_folder folder;
static char path[128];
static const tc_json *claims, *renewal, *registration;

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

static int begin(void **unused)
{
	(void)unused;
	tc_folder_make(&folder);
	strcpy(path, tc_folder_path(&folder, "state"));
	claims = parse("[" CLAIM(TASK) "," CLAIM(OTHER) "]");
	renewal = parse("{\"takenUntil\":\"2031-01-01T00:00:00Z\"," CREDENTIALS "}");
	registration = parse(
		"{\"expires\":\"2031-01-01T00:00:00Z\",\"secret\":\"" SECRET "\"," CREDENTIALS "}");
	return 0;
}

static int end(void **unused)
{
	(void)unused;
	tc_release(claims);
	tc_release(renewal);
	tc_release(registration);
	tc_folder_remove(&folder);
	return 0;
}

/* Of a worker that dies. */
static int live(struct tc__state *state, tc_error *err)
{
	int rc = tc__state_claims(state, claims, err);

	if (rc == TC_OK)
		rc = tc__state_renewed(state, OTHER, "0", renewal, err);
	if (rc == TC_OK)
		rc = tc__state_process(state, OTHER, "0", getpid(), err);
	if (rc == TC_OK)
		rc = tc__state_settled(state, TASK, "0", 1, err);
	return rc == TC_OK ? tc__state_registered(state, registration, 1, err) : rc;
}

static int first_life(void *unused, tc_error *err)
{
	struct tc__state *state = NULL;
	int rc = tc__state_open(&state, path, &owner, err);

	(void)unused;
	if (rc == TC_OK)
		rc = live(state, err);
	tc__state_end(state);
	unlink(path); /* it may have been made, and not opened */
	return rc;
}

static int read_all(struct tc__state *state, tc_error *err)
{
	struct tc_worker_manager_reregister_worker_response *kept = NULL;
	int64_t ms = 0;
	int rc = tc__state_registration(state, &kept, &ms, err);

	tc_release(kept);
	while (rc == TC_OK && tc__state_leftovers(state)) {
		struct tc__state_leftover leftover;
		rc = tc__state_leftover(state, &leftover, err);
		tc__state_leftover_clear(&leftover);
	}
	return rc;
}

static int next_life(void *unused, tc_error *err)
{
	struct tc__state *state = NULL;
	int rc = tc__state_open(&state, path, &owner, err);

	(void)unused;
	if (rc == TC_OK)
		rc = read_all(state, err);
	tc__state_close(state);
	return rc;
}

static void make_file(void)
{
	struct tc__state *state = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__state_open(&state, path, &owner, &err), &err);
	assert_ok(live(state, &err), &err);
	tc__state_close(state);
}

static size_t count_leftovers(void)
{
	struct tc__state *state = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__state_open(&state, path, &owner, &err), &err);
	size_t count = tc__state_leftovers(state);
	tc__state_close(state);
	return count;
}

static void test_a_life(void **unused)
{
	(void)unused;
	long steps = tc_failing_each(first_life, NULL);

	assert_true(steps > 30);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_what_was_left_is_not_lost(void **unused)
{
	(void)unused;
	make_file();
	assert_true(tc_failing_each(next_life, NULL) > 20);
	assert_int_equal(count_leftovers(), 2);
	assert_int_equal(tc_folder_count(&folder), 1);
}

static void test_secrets_are_wiped(void **unused)
{
	static const char *const secrets[] = { TOKEN, SECRET };
	tc_error err = TC_ERROR_INIT;

	(void)unused;
	if (!tc_failing_sees_blocks())
		skip();
	for (size_t i = 0; i < 2; i++) {
		tc_failing_search(secrets[i]);
		make_file();
		for (int j = 0; j < 3; j++)
			assert_ok(next_life(NULL, &err), &err);
		assert_false(tc_failing_search(NULL));
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_life, begin, end),
		cmocka_unit_test_setup_teardown(test_what_was_left_is_not_lost, begin, end),
		cmocka_unit_test_setup_teardown(test_secrets_are_wiped, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
