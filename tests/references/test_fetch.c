/* SPDX-License-Identifier: MPL-2.0 */
/* A deployment's references, fetched from one that serves the release's. */
#include "tests/references/bundle.h"
#include "tests/references/same.h"

#include "tests/harness/responder.h"
#include "tests/harness/server.h"
#include "tests/harness/test.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/references.h>
#include <taskcluster/registry.h>

static tc_client *client_of(const char *root_url)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = root_url;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	return client;
}

static tc_references *fetched(tc_client *client, const char *service)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;
	char *bundle = NULL;
	size_t length = 0;

	assert_ok(tc_references_fetch(client, service, &bundle, &length, &err), &err);
	assert_int_equal(strlen(bundle), length);
	assert_ok(
		tc_references_read_text(bundle, length, "fetched", NULL, &references, &err), &err);
	tc_release(bundle);
	return references;
}

/* But for the release, which a deployment does not tell. */
static void check_services(const tc_references *references, size_t expected)
{
	struct same_counts counts = { 0 };
	size_t count;
	const struct tc_service *const *services = tc_references_services(references, &count);

	assert_int_equal(count, expected);
	for (size_t i = 0; i < count; i++) {
		struct tc_service known = *tc_find_service(services[i]->name);
		known.release = NULL;
		same_service(&known, services[i], &counts);
	}
}

static void all_services(void **state)
{
	struct tc_test_server *server = *state;
	tc_client *client = client_of(server->root_url);
	tc_references *references = fetched(client, NULL);

	check_services(references, 11);
	assert_null(tc_references_release(references));
	tc_references_free(references);
	tc_client_free(client);
}

static void one_service_alone(void **state)
{
	struct tc_test_server *server = *state;
	tc_client *client = client_of(server->root_url);
	tc_references *references = fetched(client, "queue");

	check_services(references, 1);
	tc_references_free(references);
	tc_client_free(client);
}

static void a_service_that_is_not_there(void **state)
{
	struct tc_test_server *server = *state;
	tc_client *client = client_of(server->root_url);
	tc_error err = TC_ERROR_INIT;
	char *bundle = NULL;
	size_t length;

	tc_references_fetch(client, "queu", &bundle, &length, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "manifest.json: lists no references of queu");
	assert_null(bundle);
	tc_client_free(client);
}

/* ---- servers that are not what they should be ---- */

/* What it answers for some path; 404 for all others. */
struct page {
	const char *target, *body;
	int status;
};

struct hostile {
	const struct page *pages; /* ended by one without a target */
	size_t signed_requests;
	char asked[4096]; /* targets, each with a space behind it */
	struct tc_responder *responder;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct hostile *hostile = data;
	size_t length = strlen(hostile->asked);

	hostile->signed_requests += tc_responder_header(request, "Authorization") != NULL;
	snprintf(hostile->asked + length, sizeof hostile->asked - length, "%s ", request->target);
	reply->status = 404;
	reply->headers = "Content-Type: application/json\r\n";
	for (const struct page *page = hostile->pages; page->target; page++) {
		if (strcmp(page->target, request->target) != 0)
			continue;
		reply->status = page->status ? page->status : 200;
		reply->body = page->body;
		reply->body_length = strlen(page->body);
		if (reply->status == 302)
			reply->headers = "Location: /references/other.json\r\n";
	}
}

/* Fetches from these pages as a client with credentials. */
static int fetch_pages(struct hostile *hostile, const struct page *pages, const char *service,
	char **bundle, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	size_t length;

	*hostile = (struct hostile){ .pages = pages };
	hostile->responder = tc_responder_start(answer, hostile);
	options.root_url = tc_responder_url(hostile->responder);
	options.credentials = tc_credentials_new("me", "secret", NULL, err);
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, err);
	int rc = tc_references_fetch(client, service, bundle, &length, err);
	assert_int_equal(rc == TC_OK, *bundle != NULL);
	tc_client_free(client);
	tc_credentials_free((tc_credentials *)(uintptr_t)options.credentials);
	tc_responder_stop(hostile->responder);
	assert_int_equal(hostile->signed_requests, 0);
	return rc;
}

static void fails(const struct page *pages, int code, const char *message)
{
	static struct hostile hostile;
	tc_error err = TC_ERROR_INIT;
	char *bundle = NULL;

	fetch_pages(&hostile, pages, NULL, &bundle, &err);
	assert_failure(&err, code, message);
}

#define MANIFEST "/references/manifest.json"
#define API "/references/a/v1/api.json"

static void deployments_without_a_manifest(void **state)
{
	static const struct page nothing[] = { { NULL, NULL, 0 } };
	static const struct page shell[] = { { MANIFEST, "<!doctype html>", 0 },
		{ NULL, NULL, 0 } };
	static const struct page moved[] = { { MANIFEST, "", 302 }, { NULL, NULL, 0 } };
	static const struct page odd[] = { { MANIFEST, "[]", 0 }, { NULL, NULL, 0 } };

	(void)state;
	fails(nothing, TC_ERROR_HTTP, "the deployment has no manifest of its references");
	fails(shell, TC_ERROR_REPLY, MANIFEST);
	fails(moved, TC_ERROR_HTTP, "302");
	fails(odd, TC_ERROR_REPLY, "/references: is missing; expected an array");
}

static void manifests_that_lead_elsewhere(void **state)
{
	static const char *const entries[] = { "https://evil.example.com/references/a/v1/api.json",
		"//evil.example.com/references/a", "/api/queue/v1/ping", "/references/../api/x",
		"/references/%2e%2e/x", "/references/a?b", "references/a/v1/api.json", "" };

	(void)state;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		char manifest[300];
		snprintf(manifest, sizeof manifest, "{\"references\":[\"%s\"]}", entries[i]);
		const struct page pages[] = { { MANIFEST, manifest, 0 }, { NULL, NULL, 0 } };
		fails(pages, TC_ERROR_REPLY, "/references/0: is \"");
	}
}

static void what_a_manifest_lists_must_be_there(void **state)
{
	static const struct page absent[] = { { MANIFEST, "{\"references\":[\"" API "\"]}", 0 },
		{ NULL, NULL, 0 } };
	static const struct page broken[] = { { MANIFEST, "{\"references\":[\"" API "\"]}", 0 },
		{ API, "{", 0 }, { NULL, NULL, 0 } };

	(void)state;
	fails(absent, TC_ERROR_REPLY, API);
	fails(broken, TC_ERROR_REPLY, "references/a/v1/api.json");
}

/* Schemas are asked for below /schemas/ of the same server, whatever their names say. */
static void schemas_that_lead_elsewhere(void **state)
{
	static const struct page pages[] = {
		{ MANIFEST, "{\"references\":[\"" API "\"]}", 0 },
		{ API,
			"{\"serviceName\":\"a\",\"entries\":[{\"input\":\"v1/in.json#\",\"output\":"
			"\"https://evil.example.com/schemas/a/v1/out.json#\"},{\"input\":"
			"\"../../api/auth/v1/ping\"},{\"input\":\"../../../../x\"},{\"input\":"
			"\"v1/a b.json\"},{\"input\":\"v1/a%2fb.json\"},{\"input\":\"v1/a?b\"},"
			"{\"output\":\"blob\"}]}",
			0 },
		{ "/schemas/a/v1/in.json", "{\"$ref\":\"http://json-schema.org/draft-06/schema#\"}",
			0 },
		{ NULL, NULL, 0 },
	};
	static struct hostile hostile;
	tc_error err = TC_ERROR_INIT;
	char *bundle = NULL;

	(void)state;
	assert_ok(fetch_pages(&hostile, pages, "a", &bundle, &err), &err);
	assert_string_equal(
		hostile.asked, MANIFEST " " API " /schemas/a/v1/in.json /schemas/a/v1/out.json ");
	assert_non_null(strstr(bundle, "\"schemas/a/v1/in.json\""));
	assert_null(strstr(bundle, "out.json\",\"content"));
	tc_release(bundle);
}

static void manifests_without_end(void **state)
{
	static char manifest[300000];
	size_t length =
		(size_t)snprintf(manifest, sizeof manifest, "{\"references\":[\"/references/x\"");

	(void)state;
	for (int i = 0; i < 5000; i++)
		length += (size_t)snprintf(
			manifest + length, sizeof manifest - length, ",\"/references/a/%d\"", i);
	snprintf(manifest + length, sizeof manifest - length, "]}");
	const struct page pages[] = { { MANIFEST, manifest, 0 }, { NULL, NULL, 0 } };
	fails(pages, TC_ERROR_REPLY, "names more than 4096 files");
}

/* Before manifest-v3 there was a list for each service. */
static void older_manifests(void **state)
{
	static const struct page pages[] = {
		{ MANIFEST,
			"{\"$schema\":\"/schemas/common/"
			"manifest-v2.json#\",\"services\":[{\"apis\":[{"
			"\"version\":\"v1\",\"reference\":\"" API "\"}],\"pulse\":[]}]}",
			0 },
		{ API,
			"{\"$schema\":\"/schemas/common/"
			"api-reference-v0.json#\",\"serviceName\":\"a\","
			"\"apiVersion\":\"v1\",\"entries\":[]}",
			0 },
		{ NULL, NULL, 0 },
	};
	static struct hostile hostile;
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;
	char *bundle = NULL;

	(void)state;
	assert_ok(fetch_pages(&hostile, pages, NULL, &bundle, &err), &err);
	assert_ok(tc_references_read_text(bundle, strlen(bundle), "b", NULL, &references, &err),
		&err);
	assert_non_null(tc_references_find_service(references, "a"));
	tc_references_free(references);
	tc_release(bundle);
}

static int start(void **state)
{
	*state = tc_test_server_start("--references", BUNDLE_TREE, NULL);
	return 0;
}

static int stop(void **state)
{
	tc_test_server_stop(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_services),
		cmocka_unit_test(one_service_alone),
		cmocka_unit_test(a_service_that_is_not_there),
		cmocka_unit_test(deployments_without_a_manifest),
		cmocka_unit_test(manifests_that_lead_elsewhere),
		cmocka_unit_test(what_a_manifest_lists_must_be_there),
		cmocka_unit_test(schemas_that_lead_elsewhere),
		cmocka_unit_test(manifests_without_end),
		cmocka_unit_test(older_manifests),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
