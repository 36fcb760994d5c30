/* SPDX-License-Identifier: MPL-2.0 */
/* References read at run time, with memory that ends anywhere: a clean error, no
 * output, nothing left behind. */
#include "tests/harness/test.h"

#include "tests/nomem/failing.h"
#include <string.h>
#include <taskcluster/references.h>

/* Every kind of type, a pattern, a circle that ends, an exchange, prose that is cleaned. */
static const char bundle[] =
	"[{\"filename\":\"references/queue/v1/api.json\",\"content\":{\"$schema\":"
	"\"/schemas/common/"
	"api-reference-v0.json#\",\"serviceName\":\"queue\",\"apiVersion\":\"v1\","
	"\"title\":\"A\\u200bb \",\"entries\":[{\"type\":\"function\",\"name\":\"f\",\"method\":"
	"\"post\",\"route\":\"/f/<x>\",\"args\":[\"x\"],\"query\":[\"q\"],\"scopes\":{\"AllOf\":["
	"\"a\",{\"AnyOf\":[\"b\",\"c\"]}]},\"input\":\"v1/a.json#\",\"output\":\"v1/a.json#\"}]}},"
	"{\"filename\":\"references/queue/v1/exchanges.json\",\"content\":{\"$schema\":"
	"\"/schemas/common/exchanges-reference-v0.json#\",\"serviceName\":\"queue\",\"apiVersion\":"
	"\"v1\",\"exchangePrefix\":\"exchange/"
	"\",\"entries\":[{\"type\":\"topic-exchange\",\"name\":"
	"\"e\",\"exchange\":\"e\",\"routingKey\":[{\"name\":\"k\",\"constant\":\"primary\"}],"
	"\"schema\":\"v1/a.json#\"}]}},"
	"{\"filename\":\"schemas/queue/v1/a.json\",\"content\":{\"type\":\"object\",\"required\":["
	"\"n\"],\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":1,\"enum\":[1,2]},\"d\":{"
	"\"type\":\"number\",\"maximum\":2.5},\"t\":{\"type\":\"string\",\"pattern\":\"^[a-z]+$\"},"
	"\"e\":{\"enum\":[\"a\",\"b\"]},\"l\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}},"
	"\"m\":{"
	"\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},\"u\":{\"oneOf\":[{"
	"\"type\":\"object\",\"properties\":{\"k\":{\"const\":\"x\"}},\"required\":[\"k\"]},{"
	"\"type\":"
	"\"object\",\"properties\":{\"k\":{\"const\":\"y\"}},\"required\":[\"k\"]}]},\"z\":{"
	"\"type\":["
	"\"boolean\",\"null\"]}}}},"
	"{\"filename\":\"references/manifest.json\",\"content\":{\"references\":["
	"\"/references/queue/v1/api.json\",\"/references/queue/v1/exchanges.json\"]}}]";

static int read_text(void *data, tc_error *err)
{
	tc_references *references = NULL;

	(void)data;
	int rc = tc_references_read_text(bundle, strlen(bundle), "b", NULL, &references, err);
	assert_int_equal(rc == TC_OK, references != NULL);
	tc_references_free(references);
	return rc;
}

static int read_tree(void *data, tc_error *err)
{
	tc_references *references = NULL;

	(void)data;
	int rc = tc_references_read("tests/codegen/golden/current/in", NULL, &references, err);
	assert_int_equal(rc == TC_OK, references != NULL);
	tc_references_free(references);
	return rc;
}

/* What is compiled by a check ends with the references. */
static int check_body(void *data, tc_error *err)
{
	const tc_json *body = data;
	tc_references *references = NULL;
	int rc = tc_references_read_text(bundle, strlen(bundle), "b", NULL, &references, err);

	if (rc == TC_OK)
		rc = tc_references_check_body(
			tc_references_find_operation(references, "queue", "f"), body, err);
	tc_references_free(references);
	return rc;
}

static void reading(void **state)
{
	(void)state;
	long text = tc_failing_each(read_text, NULL), tree = tc_failing_each(read_tree, NULL);
	print_message("%ld and %ld allocations\n", text, tree);
	assert_true(text > 20 && tree > 20);
}

static void checking(void **state)
{
	const char *text = "{\"n\":1,\"t\":\"abc\",\"u\":{\"k\":\"y\"}}";
	const tc_json *body = NULL;

	(void)state;
	assert_int_equal(tc_json_parse(text, strlen(text), &body, NULL), TC_OK);
	tc_failing_each_with_libraries(check_body, (void *)(uintptr_t)body);
	tc_release(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(checking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
