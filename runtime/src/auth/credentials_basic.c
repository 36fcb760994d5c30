/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/credentials.h"

#include "runtime/src/auth/credentials_make.h"
#include "runtime/src/base/error.h"
#include <sodium.h>
#include <string.h>

struct basic {
	const char *id;
	struct tc__buffer pair;
};

static void add_pair(void *data, const char *text, size_t length)
{
	struct basic *basic = data;

	tc__buffer_text(&basic->pair, basic->id);
	tc__buffer_char(&basic->pair, ':');
	tc__buffer_add(&basic->pair, text, length);
}

static void add_base64(struct tc__buffer *text, const struct tc__buffer *pair)
{
	size_t size = sodium_base64_encoded_len(pair->length, sodium_base64_VARIANT_ORIGINAL);
	char *room = tc__buffer_room(text, size);

	if (!room)
		return;
	sodium_bin2base64(room, size, (const unsigned char *)tc__buffer_get(pair), pair->length,
		sodium_base64_VARIANT_ORIGINAL);
	text->length += size - 1; /* without its NUL */
}

int tc__credentials_basic(const tc_credentials *credentials, struct tc__buffer *text, tc_error *err)
{
	struct basic basic = { credentials->client_id, TC__BUFFER(SIZE_MAX / 4) };

	basic.pair.secret = true;
	if (credentials->certificate_text)
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"the credentials have a certificate, which Basic cannot carry");
	if (strchr(credentials->client_id, ':'))
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"the id \"%.100s\" has a colon, which Basic cannot carry",
			credentials->client_id);
	int rc = tc__token_read(credentials->token, add_pair, &basic, err);
	if (rc == TC_OK && tc__buffer_failed(&basic.pair))
		rc = tc__fail_nomem(err);
	if (rc == TC_OK)
		add_base64(text, &basic.pair);
	tc__buffer_clear(&basic.pair);
	return rc;
}
