/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_LOCATE_H
#define TC_WORKFLOWS_LOCATE_H

/* Where the bytes of an artifact or object are now: asked of the services, again whenever a URL has
 * ended. */

#include "workflows/src/flow/flow.h"

/* What is asked for. Texts are the owner's, and live as long. */
struct tc__sought {
	const char *task_id, *run_id, *name; /* of an artifact; run_id NULL: the latest */
	bool object;                         /* `name` is one of the object service's */
	bool simple;                         /* by its plain URL */
};

/* Where it is. */
struct tc__found {
	char *url; /* may be signed: a secret; for tc__found_clear */
	char storage[16];
	bool hashed; /* the service knows hashes: at least one of */
	char sha256[65], sha512[129];
};
#define TC__FOUND_NONE \
	{ \
		.url = NULL \
	}
void tc__found_clear(struct tc__found *found);

struct tc__locator {
	struct tc__flow flow;
	tc_client *client;        /* borrowed */
	tc_client *object_client; /* with credentials for the object; NULL */
	struct tc__sought sought;
	struct tc__found found;
	void (*then)(struct tc__locator *locator, const tc_error *err);
	void *data; /* for `then` */
};

/* A URL of the services by which they know it, without what is secret: the same for the same thing.
 * For free(). */
char *tc__locate_id(tc_client *client, const struct tc__sought *sought, tc_error *err);

/* Asks; `then` is called as tc__flow_send does, with locator->found filled unless it failed. */
void tc__locate(struct tc__locator *locator, void (*then)(struct tc__locator *, const tc_error *));

void tc__locator_end(struct tc__locator *locator);

#endif
