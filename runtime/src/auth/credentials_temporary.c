/* SPDX-License-Identifier: MPL-2.0 */
/* Temporary credentials, made without a server. */
#include "runtime/src/auth/credentials.h"
#include "runtime/src/auth/credentials_make.h"
#include "runtime/src/base/options.h"
#include "runtime/src/common/clock.h"
#include <sodium.h>
#include <string.h>
#include <taskcluster/slugid.h>

#define LIFETIME_MS ((int64_t)15 * 60 * 1000)

/* The most bytes of a text that is built here; far beyond what a server takes. */
#define TEXT_MAX ((size_t)16 << 20)

/* The times and scopes of new temporary credentials, checked. */
static int plan(const tc_credentials *issuer, const struct tc_temporary *temporary,
	struct tc__certificate *certificate, tc_error *err)
{
	int64_t lifetime = temporary->lifetime_ms ? temporary->lifetime_ms : LIFETIME_MS;
	int64_t start = temporary->start_ms ? temporary->start_ms : tc__clock_now_ms(NULL);

	if (issuer->certificate_text)
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"the issuer is temporary itself: only permanent credentials can make "
			"temporary ones");
	if (temporary->client_id && strcmp(temporary->client_id, issuer->client_id) == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"temporary.client_id is the issuer's own; leave it NULL for that");
	if (!temporary->expiry_ms && (lifetime < 0 || lifetime > TC__TEMPORARY_MAX_MS))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"temporary.lifetime_ms is %lld; temporary credentials may last 31 days",
			(long long)lifetime);
	if (start > INT64_MAX - TC__TEMPORARY_MAX_MS)
		return tc__fail(err, TC_ERROR_ARGUMENT, "temporary.start_ms is %lld, no time",
			(long long)start);
	certificate->start_ms = start;
	certificate->expiry_ms = temporary->expiry_ms ? temporary->expiry_ms : start + lifetime;
	certificate->scopes = temporary->scopes;
	if (temporary->client_id)
		certificate->issuer = issuer->client_id;
	int rc = tc__certificate_check_span(
		certificate->start_ms, certificate->expiry_ms, TC_ERROR_ARGUMENT, err);
	if (rc == TC_OK)
		return tc__credentials_check_scopes("temporary.scopes", &temporary->scopes, err);
	tc_error_prefix(err, "temporary");
	return rc;
}

/* The HMAC by the issuer's token of the text to sign, and of the seed. */
static int sign(const tc_credentials *issuer, const struct tc__certificate *certificate,
	const char *client_id, uint8_t signature[TC__SHA256_SIZE], uint8_t token[TC__SHA256_SIZE],
	tc_error *err)
{
	const struct tc__hmac_key *key = tc__token_key(issuer->token);
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);

	tc__certificate_to_sign(&text, certificate, client_id);
	int rc = TC_OK;
	if (tc__buffer_failed(&text))
		rc = text.too_long
			? tc__fail(err, TC_ERROR_ARGUMENT, "temporary.scopes is too long")
			: tc__fail_nomem(err);
	if (rc == TC_OK)
		rc = tc__hmac(key, text.data, text.length, signature, err);
	if (rc == TC_OK)
		rc = tc__hmac(key, certificate->seed, strlen(certificate->seed), token, err);
	tc__buffer_clear(&text);
	return rc;
}

/* Writes the certificate and makes the credentials that go with it. */
static tc_credentials *issue(const tc_credentials *issuer, const char *client_id,
	struct tc__certificate *certificate, const uint8_t signature[TC__SHA256_SIZE],
	const uint8_t token[TC__SHA256_SIZE], tc_error *err)
{
	char signature_text[TC__MAC_SIZE], token_text[TC__MAC_SIZE];
	char *text = NULL;
	tc_credentials *made = NULL;

	tc__mac_base64(signature, signature_text);
	certificate->signature = signature_text;
	sodium_bin2base64(token_text, sizeof token_text, token, TC__SHA256_SIZE,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	if (tc__certificate_write(certificate, &text, err) == TC_OK) {
		const struct tc__origin origin = { .client_id = client_id,
			.certificate = text,
			.authorized = issuer->authorized ? &issuer->authorized_scopes : NULL };
		made = tc__credentials_make_with(&origin, token_text, err);
	}
	sodium_memzero(token_text, sizeof token_text);
	tc_release(text);
	return made;
}

tc_credentials *tc__credentials_temporary(const tc_credentials *issuer,
	const struct tc_temporary *temporary, const char seed[TC__SEED_SIZE], tc_error *err)
{
	struct tc__certificate certificate = { .seed = seed };
	struct tc_temporary known;
	uint8_t signature[TC__SHA256_SIZE], token[TC__SHA256_SIZE];
	tc_credentials *made = NULL;

	if (!issuer || !temporary) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", issuer ? "temporary" : "issuer");
		return NULL;
	}
	if (tc__options_read(temporary, &known, sizeof known, "temporary", "TC_TEMPORARY_INIT",
		    err) != TC_OK ||
		plan(issuer, &known, &certificate, err) != TC_OK)
		return NULL;
	const char *client_id = known.client_id ? known.client_id : issuer->client_id;
	if (sign(issuer, &certificate, client_id, signature, token, err) == TC_OK)
		made = issue(issuer, client_id, &certificate, signature, token, err);
	sodium_memzero(token, sizeof token);
	return made;
}

tc_credentials *tc_credentials_temporary(
	const tc_credentials *issuer, const struct tc_temporary *temporary, tc_error *err)
{
	char seed[TC__SEED_SIZE];

	tc_error_clear(err);
	/* the NUL of the first slugid is overwritten by the second */
	tc_slugid_v4(seed);
	tc_slugid_v4(seed + TC_SLUGID_SIZE - 1);
	return tc__credentials_temporary(issuer, temporary, seed, err);
}
