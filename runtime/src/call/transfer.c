/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/transfer.h"

#include "runtime/src/base/options.h"
#include "runtime/src/http/redirect.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/transfer.h>

/* ---- the operations, of which each method has one ---- */

static const struct tc_service service;

static const struct tc_operation operations[] = TC__METHODS(service, " of a URL");

static const struct tc_service service = {
	.name = "transfer",
	.version = "",
	.title = "Transfers to anywhere",
	.description = "",
	.operations = operations,
	.operation_count = TC__METHOD_COUNT,
};

static const struct tc_operation *method_operation(
	const struct tc_operation *methods, const char *method, tc_error *err)
{
	for (size_t i = 0; i < TC__METHOD_COUNT; i++)
		if (strcmp(methods[i].method, method) == 0)
			return &methods[i];
	tc__fail(err, TC_ERROR_ARGUMENT,
		"method: \"%.20s\"; expected GET, HEAD, PUT, POST, PATCH or DELETE", method);
	return NULL;
}

static bool is_read(const struct tc_operation *operation)
{
	return strcmp(operation->method, "GET") == 0 || strcmp(operation->method, "HEAD") == 0;
}

/* ---- what it is made of ---- */

static int check_range(
	const struct tc_operation *operation, const struct tc__range *range, tc_error *err)
{
	if (range->begin < 0 || range->length < 0 || range->length > INT64_MAX - range->begin)
		return tc__fail(err, TC_ERROR_ARGUMENT, "range_begin is %lld and range_length %lld",
			(long long)range->begin, (long long)range->length);
	if (!tc__range_is_all(range) && strcmp(operation->method, "GET") != 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"range_begin, range_length: only a GET has a range, and this is a %s",
			operation->method);
	return TC_OK;
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* A list that exempts some hosts only is no help: redirects may lead to others. */
static bool exempts_all(const char *no_proxy)
{
	return no_proxy && strcmp(no_proxy, "*") == 0;
}

/* As libcurl reads them; of any scheme, as a redirect may lead from one to the other. */
static bool is_environment_proxied(void)
{
	static const char *const variables[] = { "http_proxy", "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY" };

	if (exempts_all(getenv(is_set("no_proxy") ? "no_proxy" : "NO_PROXY")))
		return false;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (is_set(variables[i]))
			return true;
	return false;
}

static bool is_proxied(const tc_client *client)
{
	const struct tc__network_options *options = tc__network_options(client->network);

	if (client->environment)
		return is_environment_proxied();
	return options->http_proxy && !exempts_all(options->no_proxy);
}

/* The environment may have changed since the transfer was made. */
static int check_fence(const tc_client *client, const struct tc__anywhere *anywhere, tc_error *err)
{
	if (!anywhere->public_only || !is_proxied(client))
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"public_only: behind a proxy nobody here sees the address that it connects to");
}

int tc__transfer_read_body(struct tc__anywhere *anywhere, const struct tc_operation *operation,
	const struct tc_source *body, tc_error *err)
{
	struct tc_source *given = &anywhere->body.given;

	if (!body)
		return TC_OK;
	int rc = tc__options_read(body, given, sizeof *given, "body", "TC_SOURCE_INIT", err);
	if (rc == TC_OK && is_read(operation))
		rc = tc__fail(
			err, TC_ERROR_ARGUMENT, "body: a %s takes no body", operation->method);
	if (rc == TC_OK)
		rc = tc__source_check(given, err);
	anywhere->has_body = true;
	return rc;
}

static int read_options(tc_call *call, const struct tc_operation *operation,
	const struct tc_transfer_options *given, tc_error *err)
{
	struct tc__anywhere *anywhere = call->anywhere;
	struct tc_transfer_options options;

	int rc = tc__options_read(
		given, &options, sizeof options, "options", "TC_TRANSFER_OPTIONS_INIT", err);
	if (rc != TC_OK)
		return rc;
	if (options.redirects < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "redirects is %d", options.redirects);
	anywhere->range = (struct tc__range){ options.range_begin, options.range_length };
	anywhere->redirects = options.redirects;
	anywhere->public_only = options.public_only;
	rc = check_range(operation, &anywhere->range, err);
	if (rc == TC_OK)
		rc = check_fence(call->client, anywhere, err);
	return rc == TC_OK ? tc__transfer_read_body(anywhere, operation, options.body, err) : rc;
}

static int add_range(tc_call *call, tc_error *err)
{
	struct tc__buffer value = TC__BUFFER(64);

	if (tc__range_is_all(&call->anywhere->range))
		return TC_OK;
	tc__range_value(&call->anywhere->range, &value);
	int rc = tc__buffer_failed(&value)
		? tc__fail_nomem(err)
		: tc__request_own_header(&call->request, "Range", tc__buffer_get(&value), err);
	tc__buffer_clear(&value);
	return rc;
}

static int fill(tc_call *call, const struct tc_operation *operation, const char *url,
	const void *options, tc_error *err)
{
	int rc = tc__request_init_url(&call->request, operation, url, err);
	if (rc == TC_OK)
		rc = read_options(call, operation, options, err);
	call->request.anywhere = true;
	call->request.url.secret = true; /* it may be signed */
	return rc == TC_OK ? add_range(call, err) : rc;
}

tc_call *tc_transfer_new(tc_client *client, const char *method, const char *url,
	const struct tc_transfer_options *options, tc_error *err)
{
	static const struct tc__method_kind kind = { operations, "url", fill };

	return tc__method_call(&kind, client, method, url, options, err);
}

/* ---- calls by method ---- */

static int fill_by(const struct tc__method_kind *kind, tc_call *call,
	const struct tc_operation *operation, const char *target, const void *options,
	tc_error *err)
{
	call->retry_class = (enum tc_retry_class)operation->retry;
	call->anywhere = tc__object_alloc(sizeof *call->anywhere);
	if (!call->anywhere)
		return tc__fail_nomem(err);
	int rc = kind->fill(call, operation, target, options, err);
	call->request.source_length = call->anywhere->body.given.length;
	return rc;
}

tc_call *tc__method_call(const struct tc__method_kind *kind, tc_client *client, const char *method,
	const char *target, const void *options, tc_error *err)
{
	tc_error_clear(err);
	if (!client || !method || !target) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL",
			!client          ? "client"
				: method ? kind->target
					 : "method");
		return NULL;
	}
	const struct tc_operation *operation = method_operation(kind->methods, method, err);
	if (!operation)
		return NULL;
	tc_call *call = tc__call_alloc(client, err);
	if (!call)
		return NULL;
	int rc = fill_by(kind, call, operation, target, options, err);
	if (tc__operation_prefix(operation, rc, err) == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

/* ---- a performance of it ---- */

void tc__transfer_begin(struct tc__performance *performance)
{
	struct tc__anywhere *anywhere = performance->call->anywhere;

	if (!anywhere)
		return;
	if (!anywhere->home)
		performance->reply.range = &anywhere->range;
	performance->delivery.public_only = anywhere->public_only;
	if (!anywhere->has_body)
		return;
	performance->body.source = &anywhere->body;
	performance->delivery.body = &performance->body;
}

int tc__transfer_prepare(
	struct tc__performance *performance, struct tc__signer *signer, tc_error *failure)
{
	const tc_call *call = performance->call;

	if (!call->anywhere)
		return TC_OK;
	if (call->anywhere->home)
		return tc__reading_rewind(&performance->body, failure);
	signer->credentials = NULL;
	signer->trace_line = NULL;
	signer->session = NULL;
	signer->foreign = performance->hop.foreign;
	int rc = check_fence(call->client, call->anywhere, failure);
	return rc == TC_OK ? tc__reading_rewind(&performance->body, failure) : rc;
}

void tc__transfer_aim(struct tc__performance *performance)
{
	if (performance->hop.url)
		performance->attempt.url = performance->hop.url;
	if (performance->body.source && tc__source_is_once(performance->body.source))
		performance->attempt.repeatable = false;
}

/* Whether the redirect that has come may be followed at all; *url is where it leads. */
static int find_next(const struct tc__performance *performance, char **url, tc_error *why)
{
	const struct tc__anywhere *anywhere = performance->call->anywhere;
	const char *location = tc_response_location(performance->reply.response);

	*url = NULL;
	if (!location)
		return tc__fail(why, TC_ERROR_HTTP, "it has no Location");
	if (!is_read(performance->call->request.operation))
		return tc__fail(why, TC_ERROR_HTTP, "only those of a GET or HEAD are");
	if (performance->hop.count >= anywhere->redirects)
		return tc__fail(why, TC_ERROR_HTTP, "%d were followed already, as many as may be",
			performance->hop.count);
	return tc__redirect_url(performance->attempt.url, location, url, why);
}

/* It may be signed. */
static void drop_url(struct tc__hop *hop)
{
	if (hop->url)
		sodium_memzero(hop->url, strlen(hop->url));
	tc_release(hop->url);
	hop->url = NULL;
}

bool tc__transfer_turns(struct tc__performance *performance, tc_error *failure)
{
	const tc_call *call = performance->call;
	struct tc__hop *hop = &performance->hop;
	char *url;

	if (!call->anywhere || !call->anywhere->redirects ||
		!tc__is_redirect(tc__reply_status(&performance->reply)))
		return false;
	int rc = find_next(performance, &url, &hop->why);
	if (rc == TC_ERROR_NOMEM)
		tc__fail_with(failure, &hop->why);
	if (rc != TC_OK)
		return false;
	/* once among strangers nothing is told them, even if they lead back */
	hop->foreign |= !tc__same_origin(tc__buffer_get(&call->request.url), url);
	hop->count++;
	drop_url(hop);
	hop->url = url;
	return true;
}

void tc__transfer_tell(const struct tc__performance *performance, tc_error *failure)
{
	const tc_error *why = &performance->hop.why;

	if (why->code != TC_OK)
		tc_error_prefix(failure, "the redirect is not followed: %s", tc_error_text(why));
}

void tc__transfer_restart(struct tc__performance *performance)
{
	drop_url(&performance->hop);
	tc_error_clear(&performance->hop.why);
	performance->hop = (struct tc__hop){ 0 };
}

bool tc__transfer_is_spent(const struct tc__performance *performance)
{
	return tc__reading_is_spent(&performance->body);
}

void tc__transfer_end(struct tc__performance *performance)
{
	tc__transfer_restart(performance);
	tc__reading_end(&performance->body);
}
