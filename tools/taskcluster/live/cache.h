/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LIVE_CACHE_H
#define TC_CLI_LIVE_CACHE_H

/*
 * What deployments said of themselves: $XDG_CACHE_HOME/taskcluster or ~/.cache/taskcluster, a file
 * for each root URL and service, of two lines and what is kept:
 *
 *	taskcluster-references-1 SHA-256-OF-ALL-THAT-FOLLOWS
 *	https://tc.example.com queue
 *	[{"filename":"references/manifest.json","content":…
 *
 * A file appears whole, so that processes need not know of each other. One that is damaged, or not
 * what it is looked up as, counts as none. The folder is the user's own, or it is not used.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More is not kept. */
#define CACHE_ENTRY_MAX ((size_t)16 * 1024 * 1024)

struct cache {
	char path[4096]; /* "" when there is no home */
	int folder;      /* -1: there is none, or none that may be used */
};

struct cache_key {
	const char *root_url;
	const char *service; /* NULL: all that the deployment has */
};

struct cache_entry {
	char *file; /* for free() */
	const char *text;
	size_t length;
	int64_t age_s; /* INT64_MAX: it comes from the future */
};

/* NULL, or why the folder that is there must not be used. One that is absent is made when `make`
 * says so, else the cache is empty. Close it in any case. */
const char *cache_open(struct cache *cache, bool make);
void cache_close(struct cache *cache);

/* False: it has none. */
bool cache_load(const struct cache *cache, const struct cache_key *key, struct cache_entry *entry);

/* The oldest entries make room. False: it was not kept, with errno. */
bool cache_store(
	const struct cache *cache, const struct cache_key *key, const char *text, size_t length);

#endif
