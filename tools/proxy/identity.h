/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_IDENTITY_H
#define TC_PROXY_IDENTITY_H

/* As whom the proxy signs, and for which hosts. Each host has a client of its own, which sends
 * credentials nowhere else. */

#include "tools/proxy/options.h"
#include <taskcluster/client.h>
#include <taskcluster/json.h>

struct identity {
	const struct options *options;
	tc_client **clients;         /* of the root URL, then of the allowed hosts */
	const tc_json *scopes;       /* an array, what calls may use; NULL: all */
	tc_credentials *credentials; /* narrowed to them */
	char *secret;                /* for /credentials; NULL: nobody may */
	/* what replies tell; texts for tc_release */
	const char *id_header; /* its name depends on the kind of credentials */
	char *client_id;
	char *certificate_scopes, *authorized_scopes; /* JSON; NULL: not told */
};

/* Begins as {0}. */
int identity_open(struct identity *identity, const struct options *options, tc_error *err);

/* With --task-id: adds the scopes of the task, which are asked for without credentials. It waits
 * for the reply. */
int identity_add_task(struct identity *identity, tc_error *err);

/* Other credentials, by JSON as --credentials-fd takes it; on failure those before stay. Scopes
 * count only `with_scopes`, a secret as well. */
int identity_set(struct identity *identity, const tc_json *json, bool with_scopes, tc_error *err);
int identity_set_from_environment(struct identity *identity, tc_error *err);

/* The client for a host (NULL: for the root URL), or NULL when it may not be signed for. */
tc_client *identity_client(const struct identity *identity, const char *host, size_t length);

void identity_close(struct identity *identity);

#endif
