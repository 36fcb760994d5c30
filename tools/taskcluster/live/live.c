/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/live/live.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/live/age.h"
#include "tools/taskcluster/live/cache.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/references.h>
#include <taskcluster/registry.h>

#define AGE_MAX_S (60 * 60)

/* What one opening needs. */
struct opening {
	struct live *live;
	const struct live_wish *wish;
	const struct arguments *arguments;
	struct session session;
	struct cache cache;
	struct cache_key key;
	struct cache_entry entry; /* file NULL: the cache has none */
};

static bool read_text(const struct opening *opening, const char *text, size_t length, tc_error *err)
{
	struct live *live = opening->live;

	if (tc_references_read_text(
		    text, length, opening->key.root_url, NULL, &live->references, err) != TC_OK)
		return false;
	live->services = tc_references_services(live->references, &live->count);
	live->release = tc_references_release(live->references);
	return true;
}

static bool is_missing(const struct opening *opening)
{
	return opening->wish->service && !live_service(opening->live, opening->wish->service);
}

/* What an older program kept, and this one refuses, is as if it was not there. */
static bool read_cached(struct opening *opening)
{
	const struct cache_entry *entry = &opening->entry;

	if (!entry->file || !read_text(opening, entry->text, entry->length, NULL))
		return false;
	if (is_missing(opening))
		live_close(opening->live);
	return opening->live->references;
}

/* ---- asking the deployment ---- */

static void keep(const struct opening *opening, const char *text, size_t length)
{
	const struct cache *cache = &opening->cache;

	if (cache->folder >= 0 && !cache_store(cache, &opening->key, text, length))
		complain("warning: the references are not kept in %s: %s", cache->path,
			strerror(errno));
}

/* A deployment is not at fault for the command line, so the exit status is never that of usage. */
static int refuse(const struct opening *opening, const tc_error *err)
{
	if (opening->wish->optional)
		return STATUS_FAILED;
	report_alone(err, NULL);
	hint("So the references of %s cannot be used; those of this client can: leave --live out.",
		opening->key.root_url);
	return STATUS_FAILED;
}

/* It has references, and this service is not in them. */
static int unknown(const struct opening *opening)
{
	struct suggestion nearest = suggest_for(opening->wish->service);
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++)
		suggest_consider(&nearest, services[i]->name);
	if (nearest.name && strcmp(nearest.name, opening->wish->service) != 0)
		return usage_error("%s has no service %s: did you mean %s?", opening->key.root_url,
			opening->wish->service, nearest.name);
	return usage_error("%s has no service %s: `taskcluster api --live` lists them",
		opening->key.root_url, opening->wish->service);
}

static int take(struct opening *opening, const char *text, size_t length)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (!read_text(opening, text, length, &err))
		status = refuse(opening, &err);
	else if (is_missing(opening))
		status = unknown(opening);
	else
		keep(opening, text, length);
	tc_error_clear(&err);
	return status;
}

static int unpublished(const struct opening *opening)
{
	int status = failure("%s publishes no references: there is no %s/references/manifest.json",
		opening->key.root_url, opening->key.root_url);

	hint("Those of this client can be used: leave --live out.");
	return status;
}

static bool is_away(const tc_error *err)
{
	return err->code == TC_ERROR_NETWORK || err->code == TC_ERROR_TIMEOUT ||
		err->http_status >= 500;
}

/* What to do where the deployment told nothing. */
static int do_without(struct opening *opening, tc_error *err)
{
	char age[AGE_TEXT_SIZE];

	if (is_away(err) && !opening->wish->refresh && read_cached(opening)) {
		age_text(opening->entry.age_s, age);
		complain("warning: %s; its references of %s are used", tc_error_text(err), age);
		return 0;
	}
	if (opening->wish->optional)
		return STATUS_FAILED;
	if (err->code == TC_ERROR_HTTP && err->http_status == 404)
		return unpublished(opening);
	if (err->code == TC_ERROR_ARGUMENT && opening->wish->service)
		return unknown(opening);
	if (err->code == TC_ERROR_REPLY)
		return refuse(opening, err);
	tc_error_prefix(err, "the references of %s", opening->key.root_url);
	return report(err, NULL, &opening->session.config.origin);
}

static int ask(struct opening *opening)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length;
	/* any function of the deployment's own stands for what has none */
	int status = session_open(
		&opening->session, opening->arguments, tc_find_operation("auth", "ping"));

	if (status != 0)
		return status;
	if (tc_references_fetch(
		    opening->session.client, opening->wish->service, &text, &length, &err) == TC_OK)
		status = take(opening, text, length);
	else
		status = do_without(opening, &err);
	tc_release(text);
	tc_error_clear(&err);
	return status;
}

/* ---- opening ---- */

static int find_root(struct opening *opening)
{
	struct config *config = &opening->session.config;
	int status = config_find_server(config);

	if (status == 0)
		status = config_find_root(config);
	if (status == 0 && !config->root_url)
		status = usage_error(config->proxy_url
				? "no root URL: set TASKCLUSTER_ROOT_URL, for the proxy (from "
				  "TASKCLUSTER_PROXY_URL) has no references"
				: "no root URL, so there is no deployment whose references could "
				  "be read: set TASKCLUSTER_ROOT_URL");
	opening->key = (struct cache_key){ config->root_url, opening->wish->service };
	return status;
}

static int open_for(struct opening *opening)
{
	int status = find_root(opening);

	if (status != 0)
		return status;
	const char *problem = cache_open(&opening->cache, true);
	if (problem)
		complain("warning: %s is not used: %s", opening->cache.path, problem);
	bool cached = cache_load(&opening->cache, &opening->key, &opening->entry);
	bool fresh = cached && opening->entry.age_s <= AGE_MAX_S;
	if (fresh && !opening->wish->refresh && read_cached(opening))
		return 0;
	/* nobody waits through repetitions for what can be done without */
	if (opening->wish->optional || (cached && !opening->wish->refresh))
		opening->session.attempts = 1;
	return ask(opening);
}

int live_open(struct live *live, const struct live_wish *wish, const struct arguments *arguments)
{
	struct opening opening = { .live = live,
		.wish = wish,
		.arguments = arguments,
		.session = SESSION_INIT,
		.cache = { .folder = -1 } };

	*live = (struct live){ 0 };
	opening.session.use = SESSION_ROOT;
	int status = open_for(&opening);
	free(opening.entry.file);
	cache_close(&opening.cache);
	session_close(&opening.session);
	return status;
}

void live_close(struct live *live)
{
	tc_references_free(live->references);
	*live = (struct live){ 0 };
}

const struct tc_service *live_service(const struct live *live, const char *name)
{
	return tc_references_find_service(live->references, name);
}

int live_check_body(const struct tc_operation *operation, const tc_json *body)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (tc_references_check_body(operation, body, &err) != TC_OK)
		status = report(&err, operation, NULL);
	tc_error_clear(&err);
	return status;
}
