/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/http_proxy.h"
#include "tools/taskcluster/config/variable.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* The value, and the name, of the first that is set. */
static const char *either(const char *lower, const char *upper, const char **name)
{
	*name = variable(lower) ? lower : upper;
	return variable(*name);
}

/* The host of a URL: without user, port and brackets. */
static const char *find_host(const char *url, size_t *length)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	size_t end = strcspn(host, "/?#");
	while (end > 0 && host[end - 1] != '@')
		end--;
	host += end;
	bool bracket = host[0] == '[';
	host += bracket;
	*length = strcspn(host, bracket ? "]" : ":/?#");
	return host;
}

/* Whether an entry of no_proxy is the host or a domain that it is in. */
static bool covers(const char *entry, size_t entry_length, const char *host, size_t host_length)
{
	if (entry_length == 1 && *entry == '*')
		return true;
	if (entry_length && *entry == '.') {
		entry++;
		entry_length--;
	}
	if (entry_length == 0 || entry_length > host_length)
		return false;
	size_t before = host_length - entry_length;
	if (strncasecmp(host + before, entry, entry_length) != 0)
		return false;
	return before == 0 || host[before - 1] == '.';
}

static bool is_exempt(const char *url)
{
	const char *name, *entry = either("no_proxy", "NO_PROXY", &name);
	size_t host_length;
	const char *host = find_host(url, &host_length);

	while (entry && *entry) {
		entry += strspn(entry, ", \t");
		size_t length = strcspn(entry, ", \t");
		if (covers(entry, length, host, host_length))
			return true;
		entry += length;
	}
	return false;
}

const char *http_proxy_for(const char *url, const char **from)
{
	bool secure = strncasecmp(url, "https:", 6) == 0;
	/* HTTP_PROXY in capitals is what a CGI program gets from a header that anybody may send */
	const char *proxy = secure ? either("https_proxy", "HTTPS_PROXY", from)
				   : either("http_proxy", NULL, from);

	if (!proxy)
		proxy = either("all_proxy", "ALL_PROXY", from);
	if (proxy && !is_exempt(url))
		return proxy;
	*from = NULL;
	return NULL;
}
