/* SPDX-License-Identifier: MPL-2.0 */
/* A deployment's references as the text of a bundle: its manifest, what that lists, and the schemas
 * that those name, round by round until there is nothing more to ask for. */
#include <taskcluster/references.h>

#include "codegen/src/input/node.h"
#include "codegen/src/input/table.h"
#include "codegen/src/model/type.h"
#include "runtime/src/base/buffer.h"
#include <string.h>
#include <taskcluster/batch.h>
#include <taskcluster/call_at.h>

#define MANIFEST "/references/manifest.json"
#define FILES_MAX 4096
#define BYTES_MAX ((size_t)64 << 20)
#define ROUND_MAX 16 /* files whose replies are held at the same time: those under way */

struct fetch {
	tc_client *client; /* signs nothing */
	const char *service;
	const char *root; /* the URL of all of it, without a slash at its end */
	struct tc__arena arena;
	struct table seen;
	const char *names[FILES_MAX]; /* of files, in the order in which they were named */
	size_t count, done;
	struct tc__buffer bundle, listed; /* listed: the entries of the bundle's own manifest */
	tc_error *err;                    /* not NULL */
};

/* ---- what to ask for ---- */

/* Whether a name goes into a URL as it stands. */
static bool is_plain(const char *name)
{
	for (const char *at = name; *at; at++) {
		bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
		if (!letter && !(*at >= '0' && *at <= '9') && !strchr("-._~!$&'()*+,;=:@/", *at))
			return false;
	}
	return input_name_is_safe(name);
}

static int want(struct fetch *fetch, const char *name)
{
	if (table_get(&fetch->seen, name, strlen(name)))
		return TC_OK;
	if (fetch->count == FILES_MAX)
		return tc__fail(fetch->err, TC_ERROR_REPLY,
			"%s: names more than %d files of references and schemas", fetch->root,
			FILES_MAX);
	const char *copy = tc__arena_text(&fetch->arena, name, strlen(name));
	if (!copy || !table_put(&fetch->seen, copy, strlen(copy), fetch))
		return tc__fail_nomem(fetch->err);
	fetch->names[fetch->count++] = copy;
	return TC_OK;
}

/* A schema's name, seen from a file or folder. One that cannot be had is told when it is missed. */
static int want_schema(struct fetch *fetch, const char *base, const tc_json *url)
{
	struct tc__buffer name = TC__BUFFER(1024);
	const char *text = tc_json_text(url);
	int rc = TC_OK;

	if (tc_json_kind(url) != TC_JSON_STRING)
		return TC_OK;
	if (type_resolve(&name, base, text) && is_plain(name.data) &&
		strncmp(name.data, "schemas/", 8) == 0)
		rc = want(fetch, name.data);
	if (name.no_memory)
		rc = tc__fail_nomem(fetch->err);
	tc__buffer_clear(&name);
	return rc;
}

/* ---- what files name ---- */

/* Every "$ref" at any depth, which JSON bounds. */
static int scan_schema(struct fetch *fetch, const char *name, const tc_json *json)
{
	int rc = TC_OK;

	if (tc_json_kind(json) == TC_JSON_OBJECT)
		rc = want_schema(fetch, name, tc_json_get(json, "$ref"));
	for (size_t i = 0; i < tc_json_count(json) && rc == TC_OK; i++)
		rc = scan_schema(fetch, name, tc_json_item(json, i));
	return rc;
}

static int scan_reference(struct fetch *fetch, const tc_json *json)
{
	static const char *const members[] = { "input", "output", "schema" };
	const char *service = tc_json_text(tc_json_get(json, "serviceName"));
	const tc_json *entries = tc_json_get(json, "entries");
	struct tc__buffer folder = TC__BUFFER(1024);
	int rc = TC_OK;

	tc__buffer_printf(&folder, "schemas/%s/", service ? service : "");
	if (folder.no_memory)
		rc = tc__fail_nomem(fetch->err);
	for (size_t i = 0; i < tc_json_count(entries) && rc == TC_OK; i++) {
		const tc_json *entry = tc_json_item(entries, i);
		for (size_t k = 0; k < 3 && rc == TC_OK && !folder.too_long; k++) {
			const tc_json *schema = tc_json_get(entry, members[k]);
			const char *text = tc_json_text(schema);
			if (!text || strcmp(text, "blob") != 0)
				rc = want_schema(fetch, folder.data, schema);
		}
	}
	tc__buffer_clear(&folder);
	return rc;
}

/* "/references/queue/v1/api.json", or the same behind this root URL; NULL for another. */
static const char *name_of(const struct fetch *fetch, const char *url)
{
	size_t length = strlen(fetch->root);

	if (strncmp(url, fetch->root, length) == 0 && url[length] == '/')
		url += length;
	if (strncmp(url, "/references/", 12) != 0 || !is_plain(url + 1))
		return NULL;
	return url + 1;
}

/* Whether "references/queue/v1/api.json" is of the service that is asked for. */
static bool is_asked_for(const struct fetch *fetch, const char *name)
{
	const char *folder = name + strlen("references/");
	size_t length = fetch->service ? strlen(fetch->service) : 0;

	if (!fetch->service)
		return true;
	return strncmp(folder, fetch->service, length) == 0 && folder[length] == '/';
}

static int scan_listed(struct fetch *fetch, const struct node *entry)
{
	const char *url = NULL;
	int rc = node_text(entry, &url, fetch->err);

	if (rc != TC_OK)
		return rc;
	const char *name = name_of(fetch, url);
	if (!name)
		return node_fail(entry, fetch->err,
			"is \"%.200s\"; expected a path below /references/ of the same server",
			url);
	if (!is_asked_for(fetch, name))
		return TC_OK;
	tc__buffer_printf(&fetch->listed, "%s\"/%s\"", fetch->listed.length ? "," : "", name);
	return want(fetch, name);
}

static int scan_list(struct fetch *fetch, const struct node *list)
{
	int rc = node_array(list, fetch->err);

	for (size_t i = 0; i < tc_json_count(list->json) && rc == TC_OK; i++) {
		struct node entry = node_item(list, i);
		rc = scan_listed(fetch, &entry);
	}
	return rc;
}

/* manifest-v2 has lists of its own for each service. */
static int scan_services(struct fetch *fetch, const struct node *services)
{
	static const char *const sides[] = { "apis", "pulse" };
	int rc = node_array(services, fetch->err);

	for (size_t i = 0; i < 2 * tc_json_count(services->json) && rc == TC_OK; i++) {
		struct node service = node_item(services, i / 2);
		struct node list = node_member(&service, sides[i % 2]);
		for (size_t k = 0; k < tc_json_count(list.json) && rc == TC_OK; k++) {
			struct node item = node_item(&list, k);
			struct node reference = node_member(&item, "reference");
			rc = scan_listed(fetch, &reference);
		}
	}
	return rc;
}

static int scan_manifest(struct fetch *fetch, const char *url, const tc_json *json)
{
	struct node root = node_root(url, json);
	struct node services = node_member(&root, "services");
	struct node references = node_member(&root, "references");
	int rc = services.json ? scan_services(fetch, &services) : scan_list(fetch, &references);

	if (rc == TC_ERROR_INPUT)
		rc = fetch->err->code = TC_ERROR_REPLY;
	if (rc != TC_OK)
		return rc;
	if (!fetch->count && fetch->service)
		return tc__fail(fetch->err, TC_ERROR_ARGUMENT, "%s: lists no references of %s", url,
			fetch->service);
	return TC_OK;
}

/* ---- asking ---- */

static int fail_unreadable(struct fetch *fetch, const char *url, tc_error *failure)
{
	if (failure->code == TC_ERROR_INPUT)
		failure->code = TC_ERROR_REPLY;
	tc_error_prefix(failure, "%s", url);
	return tc__fail_with(fetch->err, failure);
}

static int read_manifest(struct fetch *fetch, tc_call *call)
{
	tc_response *response = NULL;
	tc_error failure = TC_ERROR_INIT;
	const char *url = tc_call_url(call);
	int rc = tc_call_perform(call, &response, &failure);

	if (rc != TC_OK && failure.http_status == 404)
		tc_error_prefix(&failure, "the deployment has no manifest of its references");
	if (rc != TC_OK)
		return tc__fail_with(fetch->err, &failure);
	fetch->root = tc__arena_text(&fetch->arena, url, strlen(url) - strlen(MANIFEST));
	const tc_json *json = tc_response_json(response, &failure);
	if (!fetch->root)
		rc = tc__fail_nomem(fetch->err);
	else if (!json)
		rc = fail_unreadable(fetch, url, &failure);
	else
		rc = scan_manifest(fetch, url, json);
	tc_error_clear(&failure);
	tc_release(response);
	return rc;
}

/* Puts a file into the bundle, and wants what it names. */
static int take(struct fetch *fetch, const char *name, tc_response *response)
{
	tc_error failure = TC_ERROR_INIT;
	size_t length;
	const char *body = tc_response_body(response, &length);
	const tc_json *json = tc_response_json(response, &failure);

	if (!json)
		return fail_unreadable(fetch, name, &failure);
	tc__buffer_printf(&fetch->bundle, "{\"filename\":\"%s\",\"content\":", name);
	tc__buffer_add(&fetch->bundle, body, length);
	tc__buffer_text(&fetch->bundle, "},\n");
	if (strncmp(name, "references/", 11) == 0)
		return scan_reference(fetch, json);
	return scan_schema(fetch, name, json);
}

/* A schema that is not there may be one that nothing needs; else the reader misses it. */
static bool may_be_absent(const char *name, const tc_error *failure)
{
	return failure->http_status == 404 && strncmp(name, "schemas/", 8) == 0;
}

/* What was listed and is not there is the deployment's fault, as what is malformed. */
static int fail_missing(struct fetch *fetch, const char *name, tc_error *failure)
{
	if (failure->http_status == 404)
		failure->code = TC_ERROR_REPLY;
	tc_error_prefix(failure, "/%s", name);
	return tc__fail_with(fetch->err, failure);
}

static int take_results(struct fetch *fetch, struct tc_batch_result *results,
	const char *const *names, size_t count)
{
	int rc = TC_OK;

	for (size_t i = 0; i < count && rc == TC_OK && !tc__buffer_failed(&fetch->bundle); i++) {
		tc_error *failure = &results[i].err;
		if (results[i].response) {
			rc = take(fetch, names[i], results[i].response);
			tc_release(results[i].response); /* with its tree, which is far larger */
			results[i].response = NULL;
		} else if (!may_be_absent(names[i], failure)) {
			rc = fail_missing(fetch, names[i], failure);
		}
	}
	return rc;
}

static tc_call *call_for(struct fetch *fetch, const char *name)
{
	struct tc__buffer path = TC__BUFFER(2048);

	tc__buffer_printf(&path, "/%s", name);
	if (tc__buffer_failed(&path)) {
		tc__fail_nomem(fetch->err);
		tc__buffer_clear(&path);
		return NULL;
	}
	tc_call *call = tc_call_at(fetch->client, "GET", path.data, NULL, fetch->err);
	tc__buffer_clear(&path);
	return call;
}

/* The next files that are wanted. */
static int ask_round(struct fetch *fetch)
{
	const char *const *names = &fetch->names[fetch->done];
	size_t left = fetch->count - fetch->done, count = 0;
	size_t wanted = left < ROUND_MAX ? left : ROUND_MAX;
	tc_call *calls[ROUND_MAX] = { NULL };
	struct tc_batch_result results[ROUND_MAX];
	int rc;

	while (count < wanted && (calls[count] = call_for(fetch, names[count])))
		count++;
	if (count == wanted) {
		tc_batch_perform(calls, count, NULL, results, NULL); /* each tells its failure */
		rc = take_results(fetch, results, names, count);
		tc_batch_clear(results, count);
	} else {
		rc = fetch->err->code;
	}
	fetch->done += count;
	while (count)
		tc_call_free(calls[--count]);
	return rc;
}

static int ask_all(struct fetch *fetch)
{
	tc_call *manifest = tc_call_at(fetch->client, "GET", MANIFEST, NULL, fetch->err);
	int rc = manifest ? read_manifest(fetch, manifest) : fetch->err->code;

	tc_call_free(manifest);
	while (rc == TC_OK && fetch->done < fetch->count && !tc__buffer_failed(&fetch->bundle))
		rc = ask_round(fetch);
	return rc;
}

/* ---- the bundle ---- */

static int finish(struct fetch *fetch, char **bundle, size_t *length)
{
	tc__buffer_text(&fetch->bundle,
		"{\"filename\":\"references/manifest.json\",\"content\":{\"$schema\":"
		"\"/schemas/common/manifest-v3.json#\",\"references\":[");
	tc__buffer_text(&fetch->bundle, tc__buffer_get(&fetch->listed));
	tc__buffer_text(&fetch->bundle, "]}}]\n");
	fetch->bundle.no_memory |= fetch->listed.no_memory;
	if (fetch->bundle.too_long)
		return tc__fail(fetch->err, TC_ERROR_REPLY,
			"%s: its references and schemas have more than %zu bytes", fetch->root,
			BYTES_MAX);
	*length = fetch->bundle.length;
	*bundle = tc__buffer_take(&fetch->bundle);
	return *bundle ? TC_OK : tc__fail_nomem(fetch->err);
}

static struct fetch *new_fetch(tc_client *client, const char *service, tc_error *err)
{
	struct fetch *fetch = tc__object_alloc(sizeof *fetch);

	if (!fetch) {
		tc__fail_nomem(err);
		return NULL;
	}
	fetch->client = tc_client_as(client, NULL, err);
	fetch->service = service;
	fetch->seen.arena = &fetch->arena;
	fetch->bundle = TC__BUFFER(BYTES_MAX);
	fetch->listed = TC__BUFFER(BYTES_MAX);
	fetch->err = err;
	tc__buffer_char(&fetch->bundle, '[');
	return fetch;
}

static void free_fetch(struct fetch *fetch)
{
	tc_client_free(fetch->client);
	tc__buffer_clear(&fetch->bundle);
	tc__buffer_clear(&fetch->listed);
	tc__arena_clear(&fetch->arena);
	tc_release(fetch);
}

int tc_references_fetch(
	tc_client *client, const char *service, char **bundle, size_t *length, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	tc_error_clear(err);
	if (bundle)
		*bundle = NULL;
	if (!client)
		return tc__fail(err, TC_ERROR_ARGUMENT, "client is NULL");
	if (!bundle || !length)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", bundle ? "length" : "bundle");
	*length = 0;
	struct fetch *fetch = new_fetch(client, service, &failure);
	if (!fetch)
		return tc__fail_with(err, &failure);
	int rc = fetch->client ? ask_all(fetch) : failure.code;
	if (rc == TC_OK)
		rc = finish(fetch, bundle, length);
	free_fetch(fetch);
	return rc == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}
