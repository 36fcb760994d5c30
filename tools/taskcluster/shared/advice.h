/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_ADVICE_H
#define TC_CLI_SHARED_ADVICE_H

/* Errors of the library, told with what to do about them. */

#include <taskcluster/json.h>
#include <taskcluster/operation.h>

/*
 * Where what a call is made with comes from, for advice: the variable, the option or the file's
 * key. NULL: it is not used, or built in. Borrowed from the configuration.
 */
struct origin {
	const char *file; /* the path of the configuration's file, which need not be there */
	const char *root_url, *proxy_url, *base_url, *http_proxy, *ca_file, *ca_folder;
	const char *credentials; /* "the environment", or the file's path */
	bool narrowed;           /* by the file's authorizedScopes */
	const char *deployment;  /* the root URL itself */
};
#define ORIGIN_INIT \
	{ \
		.file = "~/.config/taskcluster.yml" \
	}

/* Whether calls carry a signature, made here or by the proxy. */
bool origin_signs(const struct origin *origin);

/* An error of the library, with the server's whole message and advice; the exit status for it.
 * `operation` may be NULL, and `origin` where no call is made. */
int report(const tc_error *err, const struct tc_operation *operation, const struct origin *origin);

/* The same, of an error in what a client was to be made from. */
int report_setup(const tc_error *err, const struct origin *origin);

/* The same without advice: who calls it gives its own. */
int report_alone(const tc_error *err, const struct tc_operation *operation);

/* Asked when the deployment at this root URL has refused a function with 400 or 404, and may give
 * hints. `body` is what was sent, where somebody said so. One at a time. */
typedef void advice_fn(
	const struct tc_operation *operation, const tc_json *body, const char *root_url);
void advice_from(advice_fn *more);

/* What calls send from now on; borrowed. NULL: nobody knows. */
void advice_about(const tc_json *body);

#endif
