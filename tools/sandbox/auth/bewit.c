/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/auth/bewit.h"

#include "runtime/src/base/buffer.h"
#include "tools/sandbox/auth/verify.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/decimal.h>

#define TEXT_MAX 20000

/* id\expiry\mac\ext in base64url, the ext empty. */
static void add_bewit(struct tc__buffer *url, const char *id, const char *expiry, const char *mac)
{
	char plain[400];
	char encoded[600];
	int length = snprintf(plain, sizeof plain, "%s\\%s\\%s\\", id, expiry, mac);

	if (length < 0 || length >= (int)sizeof plain) {
		url->too_long = true;
		return;
	}
	digest_base64(plain, (size_t)length, encoded);
	for (const char *c = encoded; *c && *c != '='; c++)
		tc__buffer_char(url, *c == '+' ? '-' : *c == '/' ? '_' : *c);
}

const char *bewit_url(struct tc__arena *arena, const char *root, const char *path, const char *id,
	const char *access_token, int64_t expiry_s)
{
	const char *host = strstr(root, "://");
	struct tc__buffer url = TC__BUFFER(TEXT_MAX);
	char mac[VERIFY_MAC_SIZE];
	const char *expiry = TC_DECIMAL(expiry_s), *made = NULL;

	struct verify_request request = { .host = host ? host + 3 : "",
		.tls = strncmp(root, "https:", 6) == 0 };
	struct verify_parts parts = {
		.type = "bewit", .ts = expiry, .nonce = "", .method = "GET", .resource = path
	};
	if (!host || !verify_mac(&request, &parts, access_token, mac))
		return NULL;
	tc__buffer_printf(&url, "%s%s%cbewit=", root, path, strchr(path, '?') ? '&' : '?');
	add_bewit(&url, id, expiry, mac);
	if (!tc__buffer_failed(&url))
		made = tc__arena_text(arena, url.data, url.length);
	tc__buffer_clear(&url);
	return made;
}
