/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_HTTP_PROXY_H
#define TC_CLI_CONFIG_HTTP_PROXY_H

/* The HTTP proxy for this URL, by https_proxy, http_proxy, all_proxy and no_proxy; or NULL. *from
 * is the variable that it is in. */
const char *http_proxy_for(const char *url, const char **from);

#endif
