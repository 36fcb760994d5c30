/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SYSTEMS_REMOTE_H
#define TC_CLI_SYSTEMS_REMOTE_H

/* Calls of other systems' functions, by name, with replies as they come. */

#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/shared/output.h"

#include <taskcluster/call.h>

struct remote {
	const char *service;
	const char *server_url; /* --server-url, or NULL */
	bool json;              /* --json */
	struct session session;
	struct output output; /* what --json prints to */
};

/* Takes an option that commands of all these systems have; false: it is another. */
bool remote_take_option(struct remote *remote, int id, const char *value);

/* Makes a client that may call the function, and others that need no more. Close it in either
 * case. 0, or the exit status after telling. */
int remote_open(struct remote *remote, const struct arguments *arguments, const char *function);
void remote_close(struct remote *remote);

/* A function and its values by name: of its path, and of its query. Borrows all texts. */
#define ASK_MAX 16
struct ask {
	const char *function;
	struct tc_pair pairs[ASK_MAX];
	size_t count;
};

/* A value; none for NULL. */
void ask_with(struct ask *ask, const char *name, const char *value);

/* Sends it. *json is the reply, for tc_release. 0, or the exit status after telling. */
int remote_get(
	struct remote *remote, const struct ask *ask, const tc_json *body, const tc_json **json);

/* The same for what is not there (404): *json is NULL then. */
int remote_look(struct remote *remote, const struct ask *ask, const tc_json **json);

/* Gives the items of all pages, at most so many (0: all); a status that is not 0 is the end. */
typedef int remote_item_fn(void *data, const tc_json *item);
int remote_each(struct remote *remote, const struct ask *ask, int64_t most, bool distinct,
	remote_item_fn *each, void *data);

/* A line of JSON (--json). */
int remote_print(struct remote *remote, const tc_json *json);

/* A text or number of a server's for messages; "-" where there is none. */
const char *remote_text(const tc_json *json);

#endif
