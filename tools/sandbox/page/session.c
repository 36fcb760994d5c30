/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/page/page.h"

#include "tools/sandbox/auth/certificate.h"
#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/request/body.h"
#include "tools/sandbox/request/common.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define EARLY_MS ((int64_t)24 * 60 * 60 * 1000) /* a fault may set the clock back */
#define SESSION_MS ((int64_t)7 * 24 * 60 * 60 * 1000)

void page_print_link(struct sandbox *sandbox)
{
	const char *root = sandbox->root_url;
	unsigned char bytes[32];
	size_t length = strlen(root);

	if (RAND_bytes(bytes, sizeof bytes) != 1) {
		fputs("taskcluster-sandbox: no random numbers: there is no link to the page\n",
			stderr);
		return;
	}
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(sandbox->page_token + 2 * i, 3, "%02x", bytes[i]);
	while (length > 0 && root[length - 1] == '/')
		length--;
	fprintf(stderr, "taskcluster-sandbox: the page: %.*s/#%s\n", (int)length, root,
		sandbox->page_token);
}

/* True once for each token. */
static bool use_token(struct sandbox *sandbox, const char *token)
{
	if (!token || !*sandbox->page_token || !digest_same(token, sandbox->page_token))
		return false;
	*sandbox->page_token = '\0';
	page_print_link(sandbox);
	return true;
}

/* The key of the root client, which may have got another one since the start. */
static const char *root_key(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT access_token FROM clients WHERE client_id = ?", "t",
		request->sandbox->options.client_id);
	const char *key = store_next(row) ? store_copy(&request->arena, row, 0) : NULL;

	store_end(request->sandbox->store, row);
	return key;
}

int page_serve_session(struct request *request)
{
	static const char *const everything[] = { "*" };
	const struct tc_scopes scopes = { .scopes = everything, .count = 1 };
	int status = body_read_object(request);

	if (status)
		return status;
	if (!use_token(request->sandbox, request_text(request, "token")))
		return refuse(request, AUTHENTICATION_FAILED,
			"the token is none, or was used already: the link that the sandbox printed "
			"last on its standard error has the one that counts");
	struct issuer root = { request->sandbox->options.client_id, root_key(request) };
	if (!root.access_token)
		return refuse(request, RESOURCE_NOT_FOUND, "the root client %s was removed",
			root.client_id);
	write_object(&request->reply);
	bool made = common_write_issued(request, &root, NULL, &scopes, request->now_ms - EARLY_MS,
		request->now_ms + SESSION_MS);
	write_end_object(&request->reply);
	return made ? 200 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}
