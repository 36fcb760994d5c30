/* SPDX-License-Identifier: MPL-2.0 */
/* What a hook for metrics costs that does nothing: at most 1 % of the instructions of a call, which
 * valgrind counts. */
#include "tests/bench/measure.h"
#include "tests/bench/starts.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/call.h>

#define CALLS 200
#define LIMIT 1.0 /* per cent */

static size_t told;

static void on_attempt(void *data, const struct tc_metrics *metrics)
{
	(void)data;
	told += metrics->attempt == 1;
}

/* What is counted: calls of a client that has made one already. */
__attribute__((noinline)) static void make_calls(const tc_call *call)
{
	for (int i = 0; i < CALLS; i++)
		tc_call_perform(call, NULL, NULL);
}

static int work(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = root_url;
	options.metrics = on_attempt;
	tc_client *client = tc_client_new(&options, NULL);
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, NULL);
	int rc = tc_call_perform(call, NULL, NULL);
	make_calls(call);
	tc_call_free(call);
	tc_client_free(client);
	return rc != TC_OK || told != CALLS + 1;
}

static double count(const char *program, const char *root_url, const char *function)
{
	return measure_instructions(program, function, root_url) / CALLS;
}

/* What differs from call to call by the server's pace is more than the hook costs: so what is done
 * for it is counted, and not the difference. */
int main(int argc, char **argv)
{
	if (argc == 2)
		return work(argv[1]);
	struct tc_responder *responder = starts_server();
	const char *url = tc_responder_url(responder);
	double call = count(argv[0], url, "make_calls");
	double timing = count(argv[0], url, "tc__transfer_timing");
	double telling = count(argv[0], url, "tc__performance_tell");
	tc_responder_stop(responder);
	double share = (timing + telling) / (call - timing - telling);
	if (!(timing > 0) || !(telling > 0))
		return !measure_invalid("metrics.hook", "the hook's functions were not seen");
	return !measure_value("metrics.hook", 100 * share, "% of a call", LIMIT);
}
