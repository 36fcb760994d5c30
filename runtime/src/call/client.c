/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client.h"

#include "runtime/src/base/options.h"
#include "runtime/src/call/client_network.h"
#include "runtime/src/call/client_realm.h"
#include "runtime/src/common/clock.h"
#include "runtime/src/http/transport_curl.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <taskcluster/version.h>

#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS 30000
#define ATTEMPTS 6
#define RETRY_DELAY_MS 100
#define RETRY_DELAY_MAX_MS 30000
#define CONNECTIONS_KEPT 8
#define RATE_MIN 0.001
#define RATE_MAX 1e6
#define BURST_MAX 1000000

/* Longer than any wait makes sense, and small enough for curl's long on every system. */

/* ---- checking options ---- */

static int check_url(const char *name, const char *url, tc_error *err)
{
	struct tc__url parts;

	if (!url)
		return TC_OK;
	if (!*url)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is empty", name);
	int rc = tc__url_parse(url, &parts, err);
	if (rc != TC_OK)
		tc_error_prefix(err, "%s", name);
	else if (strpbrk(url, "?#"))
		rc = tc__fail(err, TC_ERROR_ARGUMENT,
			"%s has a query or a fragment; expected such as https://tc.example.com",
			name);
	return rc;
}

/* Its {service} can stand anywhere, also in the host. */
static int check_base_url(const char *base_url, tc_error *err)
{
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);
	const char *at = base_url ? strstr(base_url, "{service}") : NULL;

	if (!at)
		return check_url("base_url", base_url, err);
	tc__buffer_add(&url, base_url, (size_t)(at - base_url));
	tc__buffer_text(&url, "x");
	tc__buffer_text(&url, at + strlen("{service}"));
	int rc = url.no_memory ? tc__fail_nomem(err)
			       : check_url("base_url", tc__buffer_get(&url), err);
	tc__buffer_clear(&url);
	return rc;
}

static int check_texts(const struct tc_options *options, tc_error *err)
{
	int rc = tc__client_check_text("user_agent", options->user_agent, err);

	return rc == TC_OK ? tc__client_check_text("trace_id", options->trace_id, err) : rc;
}

static int check_numbers(const struct tc_options *options, tc_error *err)
{
	const struct {
		const char *name;
		int64_t value;
	} times[] = {
		{ "connect_timeout_ms", options->connect_timeout_ms },
		{ "timeout_ms", options->timeout_ms },
		{ "retry_budget_ms", options->retry_budget_ms },
		{ "retry_delay_ms", options->retry_delay_ms },
		{ "retry_delay_max_ms", options->retry_delay_max_ms },
		{ "renew_before_ms", options->renew_before_ms },
		{ "idle_ms", options->idle_ms },
	};

	int rc = tc__check_deadline(options->deadline_ms, err);

	for (size_t i = 0; rc == TC_OK && i < sizeof times / sizeof *times; i++)
		rc = tc__check_timeout(times[i].name, times[i].value, err);
	if (rc != TC_OK)
		return rc;
	if (options->attempts < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"attempts is %d; expected 1 or more, or 0 for %d", options->attempts,
			ATTEMPTS);
	if (options->log_level > TC_LOG_DEBUG)
		return tc__fail(err, TC_ERROR_ARGUMENT, "log_level is %d; expected %d to %d",
			(int)options->log_level, TC_LOG_ERROR, TC_LOG_DEBUG);
	return TC_OK;
}

static int check_rate(const struct tc_options *options, tc_error *err)
{
	double rate = options->rate_per_s;

	if (rate != 0 && !(rate >= RATE_MIN && rate <= RATE_MAX)) /* nor what is no number */
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"rate_per_s is %g; expected 0, or from %g to %g", rate, RATE_MIN, RATE_MAX);
	if (options->rate_burst < 0 || options->rate_burst > BURST_MAX)
		return tc__fail(err, TC_ERROR_ARGUMENT, "rate_burst is %lld; expected 0 to %d",
			(long long)options->rate_burst, BURST_MAX);
	return TC_OK;
}

static int check_options(const struct tc_options *options, bool environment, tc_error *err)
{
	int rc = check_url(
		environment ? "TASKCLUSTER_ROOT_URL" : "root_url", options->root_url, err);

	if (rc == TC_OK)
		rc = check_url(environment ? "TASKCLUSTER_PROXY_URL" : "proxy_url",
			options->proxy_url, err);
	if (rc == TC_OK)
		rc = check_base_url(options->base_url, err);
	if (rc == TC_OK)
		rc = check_texts(options, err);
	if (rc == TC_OK)
		rc = tc__client_check_network(options, environment, err);
	if (rc == TC_OK)
		rc = check_numbers(options, err);
	if (rc == TC_OK)
		rc = check_rate(options, err);
	return rc;
}

static int64_t or_default(int64_t value, int64_t standard)
{
	return value ? value : standard;
}

static void fill_defaults(struct tc_options *options)
{
	options->connect_timeout_ms = or_default(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
	options->timeout_ms = or_default(options->timeout_ms, TIMEOUT_MS);
	options->attempts = options->attempts ? options->attempts : ATTEMPTS;
	options->retry_delay_ms = or_default(options->retry_delay_ms, RETRY_DELAY_MS);
	options->retry_delay_max_ms = or_default(options->retry_delay_max_ms, RETRY_DELAY_MAX_MS);
	options->reply_max = options->reply_max ? options->reply_max : TC__REPLY_MAX;
	options->log_level = options->log_level ? options->log_level : TC_LOG_INFO;
}

/* ---- making a client ---- */

/* What is signed is the host as it will be sent. */
static int copy_urls(tc_client *client, tc_error *err)
{
	struct tc_options *o = &client->options;
	const char **urls[] = { &o->root_url, &o->proxy_url, &o->base_url };
	struct tc__buffer url = TC__BUFFER(SIZE_MAX / 2);
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < sizeof urls / sizeof *urls; i++) {
		if (!*urls[i])
			continue;
		tc__buffer_truncate(&url, 0);
		tc__url_as_sent(&url, *urls[i]);
		*urls[i] = tc__buffer_failed(&url)
			? NULL
			: tc__arena_text(&client->texts, url.data, url.length);
		rc = *urls[i] ? TC_OK : tc__fail_nomem(err);
	}
	tc__buffer_clear(&url);
	return rc;
}

static int copy_texts(tc_client *client, tc_error *err)
{
	struct tc_options *o = &client->options;
	const char **texts[] = { &o->user_agent, &o->trace_id };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!*texts[i])
			continue;
		*texts[i] = tc__arena_text(&client->texts, *texts[i], strlen(*texts[i]));
		if (!*texts[i])
			return tc__fail_nomem(err);
	}
	return TC_OK;
}

static const char *make_line(
	tc_client *client, const char *name, const char *value, const char *more)
{
	struct tc__buffer line = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_printf(&line, "%s: %s%s%s", name, value, more ? " " : "", more ? more : "");
	const char *text = tc__buffer_failed(&line)
		? NULL
		: tc__arena_text(&client->texts, line.data, line.length);
	tc__buffer_clear(&line);
	return text;
}

/* What every call needs in the same form is made once. */
static int prepare(tc_client *client, tc_error *err)
{
	struct tc_options *options = &client->options;
	char trace_id[TC_SLUGID_SIZE];
	uint8_t id[16];

	tc__random(&client->seams, id, sizeof id);
	tc_slugid_encode(id, trace_id);
	client->signer = (struct tc__signer){
		.hawk = tc__hawk_new(&client->seams, err),
		.no_payload_hash = options->no_payload_hash,
		.user_agent_line = make_line(client, "User-Agent", "libtaskcluster/" TC_SDK_VERSION,
			options->user_agent),
		.trace_line = make_line(client, "x-taskcluster-trace-id",
			options->trace_id ? options->trace_id : trace_id, NULL),
	};
	if (!client->signer.hawk)
		return TC_ERROR_NOMEM;
	if (!client->signer.user_agent_line || !client->signer.trace_line)
		return tc__fail_nomem(err);
	client->site = (struct tc__site){ .root_url = options->root_url,
		.proxy_url = options->proxy_url,
		.base_url = options->base_url };
	const char *root = options->proxy_url ? options->proxy_url : options->root_url;
	if (root && tc__url_base_read(&client->root, root, err) != TC_OK)
		return err ? err->code : TC_ERROR_ARGUMENT;
	client->site.root = root ? &client->root : NULL;
	client->retry = (struct tc__retry_policy){
		.attempts = options->attempts,
		.budget_ms = options->retry_budget_ms,
		.delay_ms = options->retry_delay_ms,
		.delay_max_ms = options->retry_delay_max_ms,
	};
	client->rate = (struct tc__rate){ options->rate_per_s,
		options->rate_burst ? (int)options->rate_burst : 1 };
	client->log = (struct tc__log){ options->log, options->log_data, options->log_level };
	return TC_OK;
}

static void release(void *handle)
{
	tc_client *client = handle;

	if (--client->references)
		return;
	if (client->transport)
		client->transport->kind->free(client->transport);
	tc__pool_close(&client->pool);
	tc__network_free(client->network);
	tc_credentials_free(client->credentials);
	tc__client_free_realms(client);
	tc__hawk_free(client->signer.hawk);
	tc__arena_clear(&client->texts);
	tc__handle_end(client);
}

/* `options` are checked and whole. `network` is shared; NULL: one of its own. */
static tc_client *make(const struct tc_options *options, struct tc__network *network,
	bool environment, tc_error *err)
{
	if (tc__crypto_start(err) != TC_OK)
		return NULL;
	tc_client *client = tc__handle_alloc(sizeof *client, release);
	if (!client) {
		tc__fail_nomem(err);
		return NULL;
	}
	client->references = 1;
	tc__pool_init(&client->pool, &client->seams, NULL, NULL, CONNECTIONS_KEPT);
	client->options = *options;
	client->options.seams = &client->seams;
	client->options.credentials = NULL; /* client->credentials has them, counted */
	client->environment = environment;
	client->network = network ? tc__network_ref(network)
				  : tc__client_network(&client->options, environment, err);
	if (!client->network ||
		tc__options_read(options->seams, &client->seams, sizeof client->seams, "seams",
			"TC_SEAMS_INIT", err) != TC_OK ||
		copy_urls(client, err) != TC_OK || copy_texts(client, err) != TC_OK ||
		prepare(client, err) != TC_OK) {
		tc_client_free(client);
		return NULL;
	}
	tc_client_set_credentials(client, options->credentials);
	client->credentials_given = !environment;
	return client;
}

/* An empty variable is one that is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static tc_client *make_from_environment(tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials = NULL;

	options.root_url = variable("TASKCLUSTER_ROOT_URL");
	options.proxy_url = variable("TASKCLUSTER_PROXY_URL");
	options.ca_file = variable("SSL_CERT_FILE");
	options.ca_folder = variable("SSL_CERT_DIR");
	/* without either, calls of Taskcluster are refused; other systems have their own */
	if (check_options(&options, true, err) != TC_OK)
		return NULL;
	/* the proxy signs: whatever credentials are there, they are not for its calls */
	if (!options.proxy_url &&
		(variable("TASKCLUSTER_CLIENT_ID") || variable("TASKCLUSTER_ACCESS_TOKEN") ||
			variable("TASKCLUSTER_CERTIFICATE"))) {
		credentials = tc_credentials_from_environment(err);
		if (!credentials)
			return NULL;
	}
	options.credentials = credentials;
	fill_defaults(&options);
	tc_client *client = make(&options, NULL, true, err);
	tc_credentials_free(credentials);
	return client;
}

tc_client *tc_client_new(const struct tc_options *options, tc_error *err)
{
	struct tc_options known;

	tc_error_clear(err);
	if (!options)
		return make_from_environment(err);
	if (tc__options_read(options, &known, sizeof known, "options", "TC_OPTIONS_INIT", err) !=
		TC_OK)
		return NULL;
	if (check_options(&known, false, err) != TC_OK)
		return NULL;
	fill_defaults(&known);
	return make(&known, NULL, false, err);
}

/* A client of its own that knows what the other one knows; `options` may differ from the other's in
 * where it calls and as whom. */
static tc_client *make_copy(
	const tc_client *client, const struct tc_options *options, tc_error *err)
{
	tc_client *copy = make(options, client->network, client->environment, err);

	if (!copy)
		return NULL;
	copy->offset = client->offset;
	copy->credentials_given = client->credentials_given;
	copy->root_only = client->root_only;
	if (tc__client_copy_realms(copy, client, err) == TC_OK)
		return copy;
	tc_client_free(copy);
	return NULL;
}

tc_client *tc_client_dup(tc_client *client, tc_error *err)
{
	tc_error_clear(err);
	if (!client) {
		tc__fail(err, TC_ERROR_ARGUMENT, "client is NULL");
		return NULL;
	}
	struct tc_options options = client->options;
	options.credentials = client->credentials;
	return make_copy(client, &options, err);
}

tc_client *tc_client_as(tc_client *client, const tc_credentials *credentials, tc_error *err)
{
	tc_error_clear(err);
	if (!client) {
		tc__fail(err, TC_ERROR_ARGUMENT, "client is NULL");
		return NULL;
	}
	if (!client->options.root_url) {
		tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is not set: calls with other credentials go there, as the proxy of a "
			"task signs with its own",
			client->environment ? "TASKCLUSTER_ROOT_URL"
					    : "root_url (TASKCLUSTER_ROOT_URL)");
		return NULL;
	}
	struct tc_options options = client->options;
	options.proxy_url = NULL;
	options.credentials = credentials;
	options.renew = NULL;
	options.renew_data = NULL;
	tc_client *other = make_copy(client, &options, err);
	if (other)
		other->root_only = true;
	return other;
}

void tc_client_set_credentials(tc_client *client, const tc_credentials *credentials)
{
	if (!client)
		return;
	tc_credentials *before = client->credentials;
	client->credentials_given = true;
	tc__client_end_sessions(client);
	client->credentials = credentials ? tc_credentials_ref(credentials) : NULL;
	client->signer.credentials = client->credentials;
	tc_credentials_free(before);
}

int64_t tc_client_clock_offset_ms(const tc_client *client)
{
	return client ? client->offset.ms : 0;
}

tc_cancel *tc_client_cancel(const tc_client *client)
{
	return client ? client->options.cancel : NULL;
}

tc_client *tc__client_ref(tc_client *client)
{
	client->references++;
	return client;
}

void tc_client_free(tc_client *client)
{
	tc_release(client);
}

/* ---- for calls ---- */

struct tc__transport *tc__client_transport(tc_client *client, tc_error *err)
{
	if (!client->transport)
		client->transport = tc__curl_transport_new(&client->pool, client->network, err);
	return client->transport;
}

void tc__client_set_transport(tc_client *client, struct tc__transport *transport)
{
	if (client->transport)
		client->transport->kind->free(client->transport);
	client->transport = transport;
}

int64_t tc__client_server_ms(const tc_client *client)
{
	return tc__clock_now_ms(client->options.seams) + client->offset.ms;
}

int64_t tc__client_proved_ms(const tc_client *client, const struct tc__offset *offset)
{
	return tc__clock_now_ms(client->options.seams) + offset->proved_ms;
}
