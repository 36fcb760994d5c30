/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/identity.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/buffer.h"
#include "tools/proxy/route.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>

/* A client sees an answer, good or bad, before it gives up: a server that is gone for longer is
 * told as a 502, after a few attempts. */
#define ATTEMPTS 5
#define BUDGET_MS 10000

#define HEADER_MAX 8192 /* a longer list of scopes is not told in a header */
#define REFUSAL_MAX ((size_t)1 << 20)

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static tc_client *make_client(const struct options *own, const char *root_url, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = root_url;
	options.user_agent = "taskcluster-proxy";
	options.attempts = ATTEMPTS;
	options.retry_budget_ms = BUDGET_MS;
	options.timeout_ms = own->silence_ms;
	options.reply_max = REFUSAL_MAX;
	/* a pause that a service asks for is told to who asked, and is nobody else's */
	options.no_pause = true;
	options.ca_file = environment("SSL_CERT_FILE");
	options.ca_folder = environment("SSL_CERT_DIR");
	options.http_proxy =
		environment(strncmp(root_url, "https:", 6) == 0 ? "https_proxy" : "http_proxy");
	options.no_proxy = environment("no_proxy");
	return tc_client_new(&options, err);
}

/* ---- scopes ---- */

static int build_scopes(
	struct identity *identity, const struct tc_queue_task_data *task, tc_error *err)
{
	const struct options *options = identity->options;
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *scopes = NULL;
	char artifact[200];

	tc_json_add_array(builder);
	for (size_t i = 0; i < options->scopes.count; i++)
		tc_json_add_string(builder, options->scopes.texts[i]);
	for (size_t i = 0; task && i < task->scopes_count; i++)
		tc_json_add_string(builder, task->scopes[i]);
	if (options->run_id) {
		snprintf(artifact, sizeof artifact, "queue:create-artifact:%.100s/%.20s",
			options->task_id, options->run_id);
		tc_json_add_string(builder, artifact);
	}
	tc_json_end(builder);
	int rc = tc_json_build(builder, &scopes, err);
	if (rc != TC_OK)
		return rc;
	tc_release(identity->scopes);
	identity->scopes = scopes;
	return TC_OK;
}

int identity_add_task(struct identity *identity, tc_error *err)
{
	const struct options *options = identity->options;
	struct tc_queue_task_data *task = NULL;

	if (options->unrestricted || (!options->scopes.count && !options->task_id))
		return TC_OK;
	if (!options->task_id)
		return build_scopes(identity, NULL, err);
	tc_client *nobody = make_client(options, options->root_url, err);
	int rc = nobody ? tc_queue_task(nobody, options->task_id, &task, err) : err->code;
	if (rc == TC_OK)
		rc = build_scopes(identity, task, err);
	else
		tc_error_prefix(err, "the scopes of task %s", options->task_id);
	tc_release(task);
	tc_client_free(nobody);
	return rc;
}

/* ---- credentials ---- */

static char *list_text(const struct tc_scopes *scopes)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json = NULL;
	size_t length = 0;
	char *text = NULL;

	tc_json_add_array(builder);
	for (size_t i = 0; i < scopes->count; i++)
		tc_json_add_string(builder, scopes->scopes[i]);
	tc_json_end(builder);
	if (tc_json_build(builder, &json, NULL) == TC_OK)
		tc_json_write(json, TC_JSON_COMPACT, &text, &length, NULL);
	tc_release(json);
	if (length <= HEADER_MAX)
		return text;
	tc_release(text);
	return NULL;
}

static void forget_told(struct identity *identity)
{
	tc_release(identity->client_id);
	tc_release(identity->certificate_scopes);
	tc_release(identity->authorized_scopes);
	identity->client_id = identity->certificate_scopes = identity->authorized_scopes = NULL;
}

static int tell(struct identity *identity, tc_error *err)
{
	const struct tc_credentials_facts *facts;
	int rc = tc_credentials_info(identity->credentials, &facts, err);

	if (rc != TC_OK)
		return rc;
	forget_told(identity);
	identity->id_header = facts->temporary ? "X-Taskcluster-Proxy-Temp-ClientId"
					       : "X-Taskcluster-Proxy-Perm-ClientId";
	identity->client_id = tc__object_text(facts->client_id, strlen(facts->client_id));
	if (facts->temporary)
		identity->certificate_scopes = list_text(&facts->scopes);
	if (facts->authorized)
		identity->authorized_scopes = list_text(&facts->authorized_scopes);
	tc_release(facts);
	return TC_OK;
}

static size_t client_count(const struct identity *identity)
{
	return 1 + identity->options->allowed.count;
}

/* Narrows them to a list of scopes; NULL: all. */
static tc_credentials *narrow(
	const tc_credentials *credentials, const tc_json *scopes, tc_error *err)
{
	struct tc_scopes list = { .count = tc_json_count(scopes) };

	if (!scopes)
		return tc_credentials_ref(credentials);
	const char **texts = calloc(list.count + 1, sizeof *texts);
	if (!texts) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory");
		return NULL;
	}
	for (size_t i = 0; i < list.count; i++)
		texts[i] = tc_json_text(tc_json_item(scopes, i));
	list.scopes = texts;
	tc_credentials *narrowed = tc_credentials_authorize(credentials, &list, err);
	free(texts);
	return narrowed;
}

/* Takes a reference to them over; NULL is a failure that *err tells already. */
static int take(struct identity *identity, tc_credentials *credentials, tc_error *err)
{
	if (!credentials)
		return err->code;
	tc_credentials *narrowed = narrow(credentials, identity->scopes, err);
	tc_credentials_free(credentials);
	if (!narrowed)
		return err->code;
	tc_credentials_free(identity->credentials);
	identity->credentials = narrowed;
	for (size_t i = 0; i < client_count(identity); i++)
		tc_client_set_credentials(identity->clients[i], narrowed);
	return tell(identity, err);
}

int identity_set_from_environment(struct identity *identity, tc_error *err)
{
	return take(identity, tc_credentials_from_environment(err), err);
}

static int check_scopes(const tc_json *scopes, tc_error *err)
{
	if (tc_json_kind(scopes) != TC_JSON_ARRAY)
		return tc_error_set(err, TC_ERROR_INPUT, "scopes is no array");
	for (size_t i = 0; i < tc_json_count(scopes); i++)
		if (tc_json_kind(tc_json_item(scopes, i)) != TC_JSON_STRING)
			return tc_error_set(err, TC_ERROR_INPUT, "scopes/%zu is no string", i);
	return TC_OK;
}

static void wipe(char *secret)
{
	if (secret)
		sodium_memzero(secret, strlen(secret));
	tc_release(secret);
}

/* What a line may have beside credentials. */
static int take_terms(struct identity *identity, const tc_json *json, tc_error *err)
{
	const tc_json *scopes = tc_json_get(json, "scopes");
	const char *secret = tc_json_text(tc_json_get(json, "secret"));
	const tc_json *copy = NULL;

	if (secret) {
		wipe(identity->secret);
		identity->secret = tc__object_text(secret, strlen(secret));
	}
	if (!scopes)
		return TC_OK;
	int rc = check_scopes(scopes, err);
	if (rc != TC_OK)
		return rc;
	tc_json_builder *builder = tc_json_builder_new();
	tc_json_add_json(builder, scopes);
	rc = tc_json_build(builder, &copy, err);
	if (rc != TC_OK)
		return rc;
	tc_release(identity->scopes);
	identity->scopes = copy;
	return TC_OK;
}

int identity_set(struct identity *identity, const tc_json *json, bool with_scopes, tc_error *err)
{
	tc_credentials *credentials = tc_credentials_from_json(json, err);
	int rc = credentials ? TC_OK : err->code;

	if (rc == TC_OK && with_scopes)
		rc = take_terms(identity, json, err);
	if (rc == TC_OK && !identity->scopes && !identity->options->unrestricted)
		rc = tc_error_set(err, TC_ERROR_INPUT,
			"there are no scopes, no --task-id and no --unrestricted, so that whoever "
			"reaches the proxy could do all that the credentials may");
	if (rc == TC_OK)
		return take(identity, credentials, err);
	tc_credentials_free(credentials);
	return rc;
}

/* ---- hosts ---- */

tc_client *identity_client(const struct identity *identity, const char *host, size_t length)
{
	const struct options *options = identity->options;
	size_t own_length;
	const char *own = route_authority(options->root_url, &own_length);

	if (!host || (length == own_length && tc__same_letters(host, own, length)))
		return identity->clients[0];
	for (size_t i = 0; i < options->allowed.count; i++) {
		const char *allowed = options->allowed.texts[i];
		if (strlen(allowed) == length && tc__same_letters(host, allowed, length))
			return identity->clients[1 + i];
	}
	return NULL;
}

static int open_clients(struct identity *identity, tc_error *err)
{
	const struct options *options = identity->options;
	char url[300];

	identity->clients = calloc(client_count(identity), sizeof(tc_client *));
	if (!identity->clients)
		return tc_error_set(err, TC_ERROR_NOMEM, "no memory");
	identity->clients[0] = make_client(options, options->root_url, err);
	if (!identity->clients[0])
		return err->code;
	for (size_t i = 0; i < options->allowed.count; i++) {
		snprintf(url, sizeof url, "https://%.280s", options->allowed.texts[i]);
		identity->clients[1 + i] = make_client(options, url, err);
		if (!identity->clients[1 + i]) {
			tc_error_prefix(err, "--allow-host %s", options->allowed.texts[i]);
			return err->code;
		}
	}
	return TC_OK;
}

int identity_open(struct identity *identity, const struct options *options, tc_error *err)
{
	identity->options = options;
	int rc = open_clients(identity, err);
	if (rc != TC_OK || !options->secret)
		return rc;
	identity->secret = tc__object_text(options->secret, strlen(options->secret));
	return identity->secret ? TC_OK : tc_error_set(err, TC_ERROR_NOMEM, "no memory");
}

void identity_close(struct identity *identity)
{
	for (size_t i = 0; identity->clients && i < client_count(identity); i++)
		tc_client_free(identity->clients[i]);
	free(identity->clients);
	forget_told(identity);
	wipe(identity->secret);
	tc_release(identity->scopes);
	tc_credentials_free(identity->credentials);
	*identity = (struct identity){ 0 };
}
