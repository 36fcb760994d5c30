/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_PAGE_H
#define TC_CLI_SIGNIN_PAGE_H

#include <taskcluster/error.h>
#include <taskcluster/scope.h>

/* What the deployment's page is asked for. */
struct page {
	const char *root_url;
	struct tc_scopes scopes;
	const char *name, *expires, *callback_url;
};

/* Its URL, as the official client makes it (clients/client-shell/cmds/signin), for free(). NULL
 * with *err set. */
char *page_url(const struct page *page, tc_error *err);

#endif
