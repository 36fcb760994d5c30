/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_EXPECT_H
#define TC_TESTS_EXPECT_H

/*
 * What a call must look like, worked out from the reference files alone: nothing here comes from
 * the generator or its tables.
 */

#include <taskcluster/json.h>

#define EXPECT_MAX 8 /* arguments, and query keys are fewer than EXPECT_QUERY_MAX */
#define EXPECT_QUERY_MAX 64

struct expected_call {
	char service[64];  /* as the registry names it: "purge-cache", "classic-queue" */
	char function[80]; /* "tc_purge_cache_all_purge_requests_call" */
	const char *name;
	char method[16];
	char url[8192]; /* with every argument and query value given */
	size_t argument_count, query_count;
	const char *arguments[EXPECT_MAX]; /* names, */
	char values[EXPECT_MAX][64];       /* and the values that the URL was made with */
	const char *query[EXPECT_QUERY_MAX];
	char query_values[EXPECT_QUERY_MAX][64];
	bool has_input;
	bool classic;
};

/* Calls `check` for every function of every reference in the project; returns how many. */
size_t for_each_expected_call(const char *root_url,
	void (*check)(const struct expected_call *call, void *data), void *data);

#endif
