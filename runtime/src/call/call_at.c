/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/call_at.h>

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/options.h"
#include "runtime/src/call/transfer.h"
#include <string.h>

static const struct tc_service service;

static const struct tc_operation operations[] = TC__METHODS(service, " of a path");

static const struct tc_service service = {
	.name = "call_at",
	.version = "",
	.title = "Paths below the root URL",
	.description = "",
	.operations = operations,
	.operation_count = TC__METHOD_COUNT,
};

/* The dots that a segment begins with, plain or encoded; *length is that of their text. */
static int count_dots(const char *segment, size_t *length)
{
	const char *at = segment;
	int count = 0;

	for (;; count++) {
		if (*at == '.')
			at++;
		else if (tc__same_letters(at, "%2e", 3))
			at += 3;
		else
			break;
	}
	*length = (size_t)(at - segment);
	return count;
}

static bool has_dots(const char *path)
{
	const char *end = path + strcspn(path, "?");
	size_t length;

	for (const char *at = path; at < end; at += strcspn(at, "/?")) {
		int count = count_dots(++at, &length);
		if ((count == 1 || count == 2) && strchr("/?", at[length]))
			return true;
	}
	return false;
}

static int check_path(const char *path, tc_error *err)
{
	if (*path != '/')
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"path does not begin with a slash; expected such as /api/queue/v1/ping");
	if (strchr(path, '#'))
		return tc__fail(err, TC_ERROR_ARGUMENT, "path has a fragment, which is never sent");
	if (has_dots(path))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"path has a segment \".\" or \"..\", which may lead out of the root URL");
	return TC_OK;
}

static int init_request(
	tc_call *call, const struct tc_operation *operation, const char *path, tc_error *err)
{
	const struct tc__site *site = &call->client->site;
	const char *root = site->proxy_url ? site->proxy_url : site->root_url;
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);

	if (!root)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"root_url is not set (without options: TASKCLUSTER_ROOT_URL), and without "
			"it nobody knows where the path is");
	tc__url_root(&url, root);
	tc__url_path_as_sent(&url, path);
	int rc = url.too_long
		? tc__fail(err, TC_ERROR_ARGUMENT, "the URL is over %d bytes", (int)TC__URL_MAX)
		: url.no_memory
		? tc__fail_nomem(err)
		: tc__request_init_url(&call->request, operation, tc__buffer_get(&url), err);
	tc__buffer_clear(&url);
	call->request.proxied = site->proxy_url != NULL;
	return rc;
}

static int fill(tc_call *call, const struct tc_operation *operation, const char *path,
	const void *given, tc_error *err)
{
	struct tc_call_at_options options;

	int rc = tc__options_read(
		given, &options, sizeof options, "options", "TC_CALL_AT_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check_path(path, err);
	if (rc == TC_OK)
		rc = init_request(call, operation, path, err);
	if (rc != TC_OK)
		return rc;
	call->anywhere->home = true;
	call->anywhere->any_status = options.any_status;
	rc = tc__transfer_read_body(call->anywhere, operation, options.body, err);
	call->request.home = call->request.anywhere = call->anywhere->has_body;
	return rc;
}

tc_call *tc_call_at(tc_client *client, const char *method, const char *path,
	const struct tc_call_at_options *options, tc_error *err)
{
	static const struct tc__method_kind kind = { operations, "path", fill };

	return tc__method_call(&kind, client, method, path, options, err);
}
