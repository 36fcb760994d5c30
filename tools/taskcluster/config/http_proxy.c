/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/http_proxy.h"
#include "tools/taskcluster/config/variable.h"

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

/* The value, and the name, of the first that is set. */
static const char *either(const char *lower, const char *upper, const char **name)
{
	*name = variable(lower) ? lower : upper;
	return variable(*name);
}

const char *http_proxy_for(const char *url, const char **from)
{
	bool secure = strncasecmp(url, "https:", 6) == 0;
	/* HTTP_PROXY in capitals is what a CGI program gets from a header that anybody may send */
	const char *proxy = secure ? either("https_proxy", "HTTPS_PROXY", from)
				   : either("http_proxy", NULL, from);

	if (!proxy)
		proxy = either("all_proxy", "ALL_PROXY", from);
	if (!proxy)
		*from = NULL;
	return proxy;
}

const char *http_proxy_exemptions(void)
{
	const char *name;

	return either("no_proxy", "NO_PROXY", &name);
}
