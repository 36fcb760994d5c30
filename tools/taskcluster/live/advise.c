/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/live/age.h"
#include "tools/taskcluster/live/cache.h"
#include "tools/taskcluster/live/live.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/query.h>
#include <taskcluster/references.h>

#define RECENT_S 60

/* Those of the service, or those of all. */
static tc_references *read_cached(
	const struct cache *cache, const struct cache_key *key, int64_t *age_s)
{
	const struct cache_key all = { key->root_url, NULL };
	struct cache_entry entry;
	tc_references *references = NULL;

	if (!cache_load(cache, key, &entry) && !cache_load(cache, &all, &entry))
		return NULL;
	tc_references_read_text(entry.text, entry.length, key->root_url, NULL, &references, NULL);
	*age_s = entry.age_s;
	free(entry.file);
	return references;
}

static bool same_query(const struct tc_operation *a, const struct tc_operation *b)
{
	for (size_t i = 0; i < a->query_count; i++)
		if (!tc_query_has_key(b, a->query[i].name))
			return false;
	return a->query_count == b->query_count;
}

/* How the deployment has it where that is not how this program has it; else NULL. */
static const char *difference(const struct tc_operation *own, const struct tc_operation *theirs)
{
	if (strcmp(own->method, theirs->method) != 0 || strcmp(own->route, theirs->route) != 0)
		return "at another place";
	if (own->has_input != theirs->has_input)
		return theirs->has_input ? "with a body" : "without a body";
	return same_query(own, theirs) ? NULL : "with another query";
}

static void tell_other(const struct tc_operation *theirs, const char *how, const char *age)
{
	hint("By its references of %s this deployment has this function %s: %s %s.", age, how,
		theirs->method, theirs->route);
	hint("`taskcluster api --live %s %s` calls it so.", theirs->service->name, theirs->name);
}

/* A body that is right by this program's schema and wrong by theirs. */
static void check_body(const struct tc_operation *own, const struct tc_operation *theirs,
	const tc_json *body, const char *age)
{
	tc_error err = TC_ERROR_INIT;

	if (tc_references_check_body(own, body, NULL) == TC_OK &&
		tc_references_check_body(theirs, body, &err) != TC_OK)
		hint("By its references of %s this deployment takes another body: %s.", age,
			tc_error_text(&err));
	tc_error_clear(&err);
}

/* `theirs` NULL: the deployment does not have it. */
static void explain(const struct tc_operation *own, const struct tc_operation *theirs,
	const tc_json *body, int64_t age_s)
{
	const char *how = theirs ? difference(own, theirs) : NULL;
	char age[AGE_TEXT_SIZE];

	age_text(age_s, age);
	if (!theirs)
		hint("By its references of %s this deployment does not have this function: it is "
		     "of another release than this client. `taskcluster api diff` tells what "
		     "differs.",
			age);
	else if (how)
		tell_other(theirs, how, age);
	else if (body)
		check_body(own, theirs, body, age);
}

/* A function that was called by references, which may be outdated. */
static void explain_live(int64_t age_s)
{
	char age[AGE_TEXT_SIZE];

	if (age_s < RECENT_S)
		return;
	age_text(age_s, age);
	hint("It was called as the deployment's references of %s have it; --refresh reads those "
	     "of now.",
		age);
}

void live_advise(const struct tc_operation *operation, const tc_json *body, const char *root_url)
{
	const struct tc_service *service = operation->service;
	const struct cache_key key = { root_url, service->name };
	struct cache cache;
	int64_t age_s = 0;
	tc_references *references = NULL;

	if (!cache_open(&cache, false))
		references = read_cached(&cache, &key, &age_s);
	if (references && !rules_is_own(operation))
		explain_live(age_s);
	else if (references)
		explain(operation,
			tc_references_find_operation(references, service->name, operation->name),
			body, age_s);
	tc_references_free(references);
	cache_close(&cache);
}
