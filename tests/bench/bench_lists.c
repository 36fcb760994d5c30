/* SPDX-License-Identifier: MPL-2.0 */
/* Lists of one page, item by item, beside plain calls of the same operation on the same client:
 * their instructions. Both read the same reply. */
#include "tests/bench/measure.h"
#include "tests/bench/status.h"

#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>

#define LISTS 200
#define LIMIT 1.25
#define BODY \
	"{\"artifacts\":[{\"storageType\":\"s3\",\"name\":\"public/build/target.tar.zst\"," \
	"\"expires\":\"2025-01-17T01:12:44.000Z\",\"contentType\":\"application/zstd\"}]}"

static const struct tc_parameter paging[] = { { "continuationToken" }, { "limit" } };
static const struct tc_service queue;
static const struct tc_operation list = { .service = &queue,
	.name = "listArtifacts",
	.method = "GET",
	.route = "/task/fN1SbArXTPSVFNUvaOlinQ/runs/0/artifacts",
	.query = paging,
	.query_count = 2,
	.has_output = true,
	.pages = true };
static const struct tc_service queue = {
	.name = "queue", .version = "v1", .operations = &list, .operation_count = 1
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = BODY;
	reply->body_length = strlen(BODY);
}

static void fail(const tc_error *err)
{
	fprintf(stderr, "%s\n", tc_error_text(err));
	abort();
}

static void run_lists(void *data)
{
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < LISTS; i++) {
		const tc_json *item;
		size_t count = 0;
		tc_items *items = tc_items_new(data, NULL, &err);
		while (items && tc_items_next(items, &item, &err) == TC_OK && item)
			count++;
		tc_items_free(items);
		if (count != 1)
			fail(&err);
	}
}

static void run_calls(void *data)
{
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < LISTS; i++) {
		const tc_json *reply = NULL;
		if (tc_call_perform_json(data, &reply, &err) != TC_OK ||
			tc_json_count(tc_json_get(reply, "artifacts")) != 1)
			fail(&err);
		tc_release(reply);
	}
}

/* In the process whose instructions are counted. */
static int run_side(const char *name, const char *root_url)
{
	tc_client *client = status_client(root_url);
	tc_call *call = client ? tc_generated_call(client, &list, NULL, NULL, NULL) : NULL;
	const struct measure_side side = { name, strcmp(name, "lists") == 0 ? run_lists : run_calls,
		call };

	if (!call)
		return 1;
	side.run(side.data);
	measure_counted(&side);
	tc_call_free(call);
	tc_client_free(client);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return run_side(argv[1], argv[2]);
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	char lists[256], calls[256];

	snprintf(lists, sizeof lists, "lists %s", tc_responder_url(server));
	snprintf(calls, sizeof calls, "calls %s", tc_responder_url(server));
	bool fine = measure_sides("lists.one page", argv[0], lists, calls, LISTS, LIMIT);
	tc_responder_stop(server);
	return !fine;
}
