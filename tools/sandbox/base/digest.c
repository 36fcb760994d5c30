/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/base/digest.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

void digest_base64(const void *bytes, size_t length, char *text)
{
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
}

bool digest_sha1(const void *bytes, size_t length, char hash[DIGEST_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (!EVP_Digest(bytes, length, raw, &size, EVP_sha1(), NULL))
		return false;
	digest_base64(raw, size, hash);
	return true;
}

bool digest_hmac(const char *key, const char *text, size_t length, char mac[DIGEST_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (!HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, length, raw,
		    &size))
		return false;
	digest_base64(raw, size, mac);
	return true;
}

bool digest_hmac_url(const char *key, const char *text, size_t length, char mac[DIGEST_SIZE])
{
	if (!digest_hmac(key, text, length, mac))
		return false;
	mac[strcspn(mac, "=")] = '\0';
	for (char *c = mac; *c; c++) {
		if (*c == '+')
			*c = '-';
		if (*c == '/')
			*c = '_';
	}
	return true;
}

/* Only the media type counts: without parameters, without space around it, in lower case. */
static bool add_content_type(EVP_MD_CTX *context, const char *content_type)
{
	size_t length = strcspn(content_type, ";");

	while (length && isspace((unsigned char)content_type[length - 1]))
		length--;
	for (size_t i = strspn(content_type, " \t"); i < length; i++) {
		char c = content_type[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!EVP_DigestUpdate(context, &c, 1))
			return false;
	}
	return true;
}

bool digest_payload(
	const char *content_type, const void *payload, size_t length, char hash[DIGEST_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		EVP_DigestUpdate(context, "hawk.1.payload\n", 15) &&
		add_content_type(context, content_type ? content_type : "") &&
		EVP_DigestUpdate(context, "\n", 1) && EVP_DigestUpdate(context, payload, length) &&
		EVP_DigestUpdate(context, "\n", 1) && EVP_DigestFinal_ex(context, raw, &size);

	EVP_MD_CTX_free(context);
	if (ok)
		digest_base64(raw, size, hash);
	return ok;
}

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

bool digest_unbase64(const char *text, size_t length, char *bytes, size_t *decoded)
{
	unsigned long group = 0;
	unsigned bits = 0;
	size_t count = 0;

	while (length && text[length - 1] == '=')
		length--;
	for (size_t i = 0; i < length; i++) {
		int value = sextet(text[i]);
		if (value < 0)
			return false;
		group = (group << 6 | (unsigned long)value) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[count++] = (char)(group >> bits & 0xff);
		}
	}
	bytes[count] = '\0';
	*decoded = count;
	return true;
}

bool digest_same(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && CRYPTO_memcmp(a, b, length) == 0;
}
