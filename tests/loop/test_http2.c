/* SPDX-License-Identifier: MPL-2.0 */
/* Where the server offers HTTP/2, many runs share one connection. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUNS 60

struct tally {
	size_t done;
	int64_t sessions;
};

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct tally *tally = data;

	(void)run;
	if (err)
		fail_msg("%s", tc_error_text(err));
	assert_true(tc_json_int64(
		tc_json_get(tc_response_json(response, NULL), "sessions"), &tally->sessions));
	tally->done++;
	tc_release(response);
}

static void make_certificate(const char *folder)
{
	char command[1024];

	snprintf(command, sizeof command,
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
		"-addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/cert.pem "
		">/dev/null 2>&1",
		folder, folder);
	assert_int_equal(system(command), 0);
}

static void remove_folder(const char *folder)
{
	char path[128];

	snprintf(path, sizeof path, "%s/key.pem", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/cert.pem", folder);
	unlink(path);
	rmdir(folder);
}

static void runs_share_a_connection(void **state)
{
	char folder[] = "/tmp/tc-loop-XXXXXX", command[512], root_url[64], ca_file[64];
	struct tc_options options = TC_OPTIONS_INIT;
	struct tally tally = { 0 };
	int input[2], port = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	make_certificate(folder);
	assert_int_equal(pipe(input), 0);
	snprintf(command, sizeof command,
		"exec node tests/loop/http2_server.js %s/key.pem %s/cert.pem <&%d %d>&-", folder,
		folder, input[0], input[1]);
	FILE *output = popen(command, "r");
	assert_non_null(output);
	close(input[0]);
	assert_int_equal(fscanf(output, "%d", &port), 1);
	snprintf(root_url, sizeof root_url, "https://127.0.0.1:%d", port);
	snprintf(ca_file, sizeof ca_file, "%s/cert.pem", folder);
	options.root_url = root_url;
	options.ca_file = ca_file;
	tc_client *client = tc_client_new(&options, NULL);
	tc_loop *loop = tc_loop_new(NULL, NULL);
	tc_call *call = ping(client);
	for (int i = 0; i < RUNS; i++)
		tc_loop_start(loop, call, on_done, &tally, NULL, NULL);
	assert_int_equal(tc_loop_run(loop, NULL), TC_OK);
	assert_int_equal(tally.done, RUNS);
	assert_int_equal(tally.sessions, 1);
	tc_call_free(call);
	tc_loop_free(loop);
	tc_client_free(client);
	close(input[1]);
	pclose(output);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_share_a_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
