/* SPDX-License-Identifier: MPL-2.0 */
/* [scheme://][user[:password]@]host[:port], as libcurl takes proxies. */
#include "runtime/src/base/ascii.h"
#include "runtime/src/base/error.h"
#include "runtime/src/common/url.h"
#include <string.h>

static bool is_scheme(const char *text, size_t length)
{
	static const char *const schemes[] = { "http", "https", "socks", "socks4", "socks4a",
		"socks5", "socks5h" };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strlen(schemes[i]) == length && tc__same_letters(schemes[i], text, length))
			return true;
	return false;
}

/* Behind the scheme; NULL when nobody knows that one. */
static const char *skip_scheme(const char *proxy)
{
	const char *end = strstr(proxy, "://");

	if (!end || memchr(proxy, '@', (size_t)(end - proxy)))
		return proxy;
	return is_scheme(proxy, (size_t)(end - proxy)) ? end + 3 : NULL;
}

/* A control character cannot go to a proxy, also when it is encoded. */
static bool has_control(const char *at, const char *end)
{
	for (; end - at > 2; at++)
		if (*at == '%' && (at[1] == '0' || at[1] == '1'))
			return true;
	return false;
}

/* Host and port behind the user's name and password, of which no message tells. */
static int read_proxy(const char *proxy, tc_error *err)
{
	struct tc__url parts = { 0 };
	const char *begin = skip_scheme(proxy);

	if (!begin)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the URL has a scheme that is not http, https, socks4, socks4a, socks5 or "
			"socks5h");
	size_t length = strcspn(begin, "/?#");
	const char *at = memchr(begin, '@', length);
	if (at && has_control(begin, at))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the URL has an encoded control character in its user name or password");
	const char *host = at ? at + 1 : begin;
	return tc__url_authority(host, length - (size_t)(host - begin), &parts, err);
}

int tc__url_check_proxy(const char *proxy, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	if (tc__url_check_bytes(proxy, &reason) == TC_OK && read_proxy(proxy, &reason) == TC_OK)
		return TC_OK;
	int rc = tc__fail(err, TC_ERROR_ARGUMENT,
		"%s; expected http://[user:password@]host:port, with what is special in user and "
		"password percent-encoded",
		tc_error_text(&reason));
	tc_error_clear(&reason);
	return rc;
}
