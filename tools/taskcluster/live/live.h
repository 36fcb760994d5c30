/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LIVE_H
#define TC_CLI_LIVE_H

/*
 * What a deployment says that it has, in place of what this program was made from: its references,
 * from the cache where they are not older than an hour, or else from itself. Where it cannot be
 * reached, older ones do, with a warning.
 */

#include "tools/taskcluster/shared/options.h"

#include <taskcluster/json.h>
#include <taskcluster/operation.h>

typedef struct tc_references tc_references;

struct live {
	const struct tc_service *const *services; /* ordered by name */
	size_t count;
	const char *release; /* of the system; NULL: they do not say */
	tc_references *references;
};

struct live_wish {
	const char *service; /* NULL: all */
	bool refresh;        /* ask the deployment, whatever the cache has */
	bool optional;       /* nothing is told of one that has none that can be read */
};

/* Of the deployment that the configuration is for. 0, or the exit status after telling what is
 * wrong; close it in any case, and not before what was made from its rows is freed. */
int live_open(struct live *live, const struct live_wish *wish, const struct arguments *arguments);
void live_close(struct live *live);

/* The service of this name, or NULL. */
const struct tc_service *live_service(const struct live *live, const char *name);

/* Whether the function takes the body, by the deployment's schema; NULL is none. 0, or
 * STATUS_USAGE after telling. */
int live_check_body(const struct tc_operation *operation, const tc_json *body);

/* For advice_from: hints where by the references in the cache the deployment has the function
 * otherwise, or not at all, or takes another body. */
void live_advise(const struct tc_operation *operation, const tc_json *body, const char *root_url);

#endif
