/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

#include "runtime/src/call/client_realm.h"
#include "runtime/src/common/clock.h"
#include <string.h>

#define SIGNED_URL_LIFETIME_S 900

/* A clock that is further off makes a difference to a signed URL. */
#define OFF_MS 60000

/* ---- by the proxy ---- */

/* Under the proxy there is no key here; the proxy signs a URL that is posted to it. */
static const struct tc_service proxy_service = { .name = "proxy", .version = "" };
static const struct tc_operation proxy_bewit = {
	.service = &proxy_service,
	.name = "bewit",
	.method = "POST",
	.route = "/bewit",
	.has_input = true,
	.success = (const uint16_t[]){ 303, 0 },
};

/* The call's URL as others reach it: below the root, when that is known. */
static int public_url(const tc_call *call, struct tc__buffer *url, tc_error *err)
{
	const struct tc__site *site = &call->client->site;
	const char *sent = tc_call_url(call);
	struct tc__buffer proxy = TC__BUFFER(TC__URL_MAX);

	tc__url_root(&proxy, site->proxy_url);
	if (site->root_url && !proxy.no_memory) {
		tc__url_root(url, site->root_url);
		sent += proxy.length;
	}
	tc__buffer_text(url, sent);
	bool failed = tc__buffer_failed(&proxy) || tc__buffer_failed(url);
	tc__buffer_clear(&proxy);
	return failed ? tc__fail_nomem(err) : TC_OK;
}

/* "<proxy>/bewit", and the URL to be signed as the body */
static int prepare_post(tc_call *post, const tc_call *call, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(2 * TC__URL_MAX);

	tc__url_root(&text, call->client->site.proxy_url);
	tc__buffer_text(&text, "/bewit");
	int rc = tc__buffer_failed(&text)
		? tc__fail_nomem(err)
		: tc__request_init_url(&post->request, &proxy_bewit, tc__buffer_get(&text), err);
	if (rc == TC_OK) {
		post->request.proxied = true;
		tc__buffer_truncate(&text, 0);
		rc = public_url(call, &text, err);
	}
	if (rc == TC_OK)
		rc = tc_call_body_bytes(
			post, tc__buffer_get(&text), text.length, "text/plain", err);
	tc__buffer_clear(&text);
	return rc;
}

static int ask_proxy(const tc_call *call, const char **url, tc_error *err)
{
	tc_response *response = NULL;
	tc_error failure = TC_ERROR_INIT;
	tc_call *post = tc__call_alloc(call->client, &failure);

	if (!post)
		return tc__fail_with(err, &failure);
	int rc = prepare_post(post, call, err);
	if (rc == TC_OK)
		rc = tc_call_perform(post, &response, err);
	tc_call_free(post);
	if (rc != TC_OK)
		return rc;
	const char *location = tc_response_location(response);
	if (!location)
		rc = tc__fail(err, TC_ERROR_REPLY,
			"proxy.bewit: the reply has no Location with the signed URL");
	else if (!(*url = tc__object_text(location, strlen(location))))
		rc = tc__fail_nomem(err);
	tc_release(response);
	return rc;
}

/* ---- by the client ---- */

/* Whose credentials sign for the call's server. */
static int find_signer(const tc_call *call, struct tc__signer *signer, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;
	const struct tc_conventions *system = tc__system_of(operation);
	tc_client *client = call->client;
	struct tc__realm *realm = NULL;

	if (system && (!system->hawk || system->hawk->no_signed_urls))
		return tc__fail(err, TC_ERROR_ARGUMENT, "the server knows no signed URLs");
	if (tc__client_withholds(client, operation))
		return tc__fail(err, TC_ERROR_CREDENTIALS, "%s", TC__WITHHELD);
	int rc = system ? tc__client_realm(client, operation, &realm, err)
			: tc__client_renew(client, err);
	*signer = client->signer;
	if (realm)
		signer->credentials = tc__realm_credentials(client, realm);
	if (rc == TC_OK && !signer->credentials)
		rc = tc__fail(
			err, TC_ERROR_CREDENTIALS, "there are no credentials to sign a URL with");
	return rc;
}

/* The time that a signed URL's life begins at. A Date that nobody signed could make it live for
 * long; where one had to correct our clock, that is worth a word. */
static int64_t trusted_s(const tc_call *call)
{
	tc_client *client = call->client;
	const struct tc__offset *offset = tc__client_offset(client, call->request.operation);
	int64_t ahead_ms = offset->proved_ms - offset->ms;

	if (ahead_ms > OFF_MS || ahead_ms < -OFF_MS)
		tc__log(&client->log, TC_LOG_WARN,
			"a signed URL ends by the clock here, which is %lld s %s the server's",
			(long long)(ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
			ahead_ms < 0 ? "behind" : "ahead of");
	return tc__client_proved_ms(client, offset) / 1000;
}

static int sign_url(const tc_call *call, int64_t lifetime_s, const char **url, tc_error *err)
{
	struct tc__signer signer;
	char *text = NULL;

	int rc = find_signer(call, &signer, err);
	if (rc != TC_OK)
		return rc;
	int64_t now_s = trusted_s(call);
	if (lifetime_s == 0)
		lifetime_s = SIGNED_URL_LIFETIME_S;
	rc = tc__request_signed_url(&call->request, &signer, now_s + lifetime_s, &text, err);
	*url = text;
	return rc;
}

static int check(const tc_call *call, int64_t lifetime_s, tc_error *err)
{
	const char *method = call->request.operation->method;

	if (tc__call_is_transfer(call))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"a transfer goes to anybody, for whom nothing is signed");
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"only a GET can be signed into a URL, and this is a %s", method);
	if (lifetime_s < 0 || lifetime_s > INT32_MAX)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "lifetime_s is %lld", (long long)lifetime_s);
	return TC_OK;
}

static int make_url(const tc_call *call, int64_t lifetime_s, const char **url, tc_error *err)
{
	int rc = check(call, lifetime_s, err);

	if (rc == TC_OK && call->request.proxied)
		return ask_proxy(call, url, err);
	if (rc == TC_OK)
		rc = sign_url(call, lifetime_s, url, err);
	return tc__operation_prefix(call->request.operation, rc, err);
}

int tc_call_signed_url(const tc_call *call, int64_t lifetime_s, const char **url, tc_error *err)
{
	tc_error_clear(err);
	if (!call || !url)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", call ? "url" : "call");
	*url = NULL;
	tc_call *held = tc__call_hold(call); /* credentials may be renewed by a callback */
	int rc = make_url(call, lifetime_s, url, err);
	tc_call_free(held);
	return rc;
}
