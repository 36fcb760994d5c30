/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/headers.h"

#include "runtime/src/base/ascii.h"
#include <string.h>

/* About the connection (RFC 9110, 7.6.1), or about how this very message is written. */
static const char *const hops[] = { "connection", "keep-alive", "proxy-authenticate",
	"proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
	"content-length", NULL };

static bool is_in(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (tc__same_word(name, *names))
			return true;
	return false;
}

static bool begins_with(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strlen(name) >= length && tc__same_letters(name, prefix, length);
}

static bool is_named(const char *connection, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = connection; at && *at;) {
		at += strspn(at, ", \t");
		size_t part = strcspn(at, ", \t");
		if (part == length && tc__same_letters(at, name, length))
			return true;
		at += part;
	}
	return false;
}

/* Not: who asks and how it says so; what the library answers for; what would make the reply another
 * than it is handed on; what is given otherwise (type and trace id). */
bool headers_pass_request(const char *name, const char *connection)
{
	static const char *const kept[] = { "accept-encoding", "authorization", "content-type",
		"cookie", "expect", "host", "if-range", "origin", "range", "referer", "user-agent",
		"x-taskcluster-proxy-secret", "x-taskcluster-trace-id", NULL };

	return !is_in(name, hops) && !is_in(name, kept) && !begins_with(name, "sec-") &&
		!is_named(connection, name);
}

/* Not: the encoding, which was taken off; what is about the service's host; what would let pages of
 * other sites read it; what only the proxy may say. */
bool headers_pass_reply(const char *name, const char *connection)
{
	static const char *const kept[] = { "alt-svc", "content-encoding", "server-authorization",
		"set-cookie", "strict-transport-security", "x-taskcluster-authorized-scopes",
		"x-taskcluster-endpoint", NULL };

	return !is_in(name, hops) && !is_in(name, kept) && !begins_with(name, "access-control-") &&
		!begins_with(name, "x-taskcluster-proxy-") && !is_named(connection, name);
}
