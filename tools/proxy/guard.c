/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/guard.h"

#include "runtime/src/base/ascii.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* "name", "name:80" and "[::1]:80": whether it is this name, with this port or (for 80) none. */
static bool is_name(const char *host, const char *name, unsigned port)
{
	size_t length = strlen(name);
	char expected[8];

	if (strlen(host) < length || !tc__same_letters(host, name, length))
		return false;
	if (!host[length])
		return port == 80;
	snprintf(expected, sizeof expected, ":%u", port);
	return strcmp(host + length, expected) == 0;
}

/* An address that is listened on, as a Host has it. */
static bool is_address(const char *host, const char *address, unsigned port)
{
	char text[64];

	if (!strchr(address, ':'))
		return is_name(host, address, port);
	snprintf(text, sizeof text, "[%.60s]", address);
	return is_name(host, text, port);
}

static bool is_ours(const struct options *options, unsigned port, const char *host)
{
	static const char *const always[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (is_name(host, always[i], port))
			return true;
	if (is_address(host, options->ip_address, port))
		return true;
	/* names that somebody else gives it, maybe with another port in front */
	for (size_t i = 0; i < options->hosts.count; i++) {
		const char *name = options->hosts.texts[i];
		if (tc__same_word(host, name) || is_name(host, name, port))
			return true;
	}
	return false;
}

const char *guard_refusal(
	const struct options *options, unsigned port, const struct guard_request *request)
{
	const char *site = request->site;

	if (request->repeated)
		return "Host or Sec-Fetch-Site comes twice, and only one of them can be true.";
	if (request->origin)
		return "A request with an Origin comes from a page in a browser, and pages may not "
		       "use the task's scopes.";
	if (site && !tc__same_word(site, "none") && !tc__same_word(site, "same-origin"))
		return "Another site's page asks for this (Sec-Fetch-Site), and pages may not use "
		       "the task's scopes.";
	if (!request->host || !is_ours(options, port, request->host))
		return "The Host is not one of this proxy's names; those that --host gives it, "
		       "127.0.0.1 and localhost are.";
	return NULL;
}

bool guard_is_secret(const char *secret, const char *given)
{
	unsigned char a[crypto_generichash_BYTES], b[crypto_generichash_BYTES];

	if (!secret || !*secret || !given)
		return false;
	crypto_generichash(a, sizeof a, (const unsigned char *)secret, strlen(secret), NULL, 0);
	crypto_generichash(b, sizeof b, (const unsigned char *)given, strlen(given), NULL, 0);
	return sodium_memcmp(a, b, sizeof a) == 0;
}
