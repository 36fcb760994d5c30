/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_HTTP_PROXY_H
#define TC_CLI_CONFIG_HTTP_PROXY_H

/* The HTTP proxy for URLs like this, by https_proxy, http_proxy and all_proxy; or NULL. *from is
 * the variable that it is in. */
const char *http_proxy_for(const char *url, const char **from);

/* What it is not used for, by no_proxy, as the library reads it; or NULL. */
const char *http_proxy_exemptions(void);

#endif
