/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/hawk.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/error.h"
#include "runtime/src/common/url.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/decimal.h>

/* The most bytes that are ever signed, a body apart. */
#define SIGNED_MAX ((size_t)1 << 20)

#define BEWIT_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

struct tc__hawk {
	struct tc__nonces nonces;
	struct tc__buffer text; /* what is signed; kept, so that signing needs no allocation */
};

struct tc__hawk *tc__hawk_new(const struct tc_seams *seams, tc_error *err)
{
	struct tc__hawk *hawk = calloc(1, sizeof *hawk);

	if (!hawk) {
		tc__fail_nomem(err);
		return NULL;
	}
	hawk->text = TC__BUFFER(SIGNED_MAX);
	tc__nonces_start(&hawk->nonces, seams);
	return hawk;
}

void tc__hawk_free(struct tc__hawk *hawk)
{
	if (!hawk)
		return;
	tc__buffer_clear(&hawk->text);
	free(hawk);
}

void tc__hawk_nonce(struct tc__hawk *hawk, char nonce[TC__NONCE_SIZE])
{
	tc__nonces_next(&hawk->nonces, nonce);
}

static int fail_buffer(const struct tc__buffer *buffer, const char *what, tc_error *err)
{
	if (!buffer->too_long)
		return tc__fail_nomem(err);
	return tc__fail(
		err, TC_ERROR_ARGUMENT, "%s would have more than %zu bytes", what, buffer->max);
}

/* Each put_ function writes at a place with room enough and returns the place behind. */
static char *put(char *at, const char *bytes, size_t length)
{
	memcpy(at, bytes, length);
	return at + length;
}

static char *put_text(char *at, const char *text)
{
	return put(at, text, strlen(text));
}

static char *put_line(char *at, const char *text)
{
	if (text)
		at = put_text(at, text);
	*at++ = '\n';
	return at;
}

static char *put_upper_line(char *at, const char *text)
{
	for (; *text; text++)
		*at++ = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
	*at++ = '\n';
	return at;
}

static char *put_lower_line(char *at, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		*at++ = tc__lower(text[i]);
	*at++ = '\n';
	return at;
}

/* A backslash and a line feed become two characters each. */
static char *put_escaped_line(char *at, const char *text)
{
	while (text && *text) {
		size_t plain = strcspn(text, "\\\n");
		at = put(at, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		*at++ = '\\';
		*at++ = *text++ == '\n' ? 'n' : '\\';
	}
	*at++ = '\n';
	return at;
}

/* As in the reference, "" is no app, and a dlg goes with an app only. */
static bool has_app(const struct tc__hawk_artifacts *artifacts)
{
	return artifacts->app && *artifacts->app;
}

static size_t length_of(const char *text)
{
	return text ? strlen(text) : 0;
}

/* At least the bytes of the normalised text. */
static size_t normalised_size(const char *type, const struct tc__hawk_artifacts *artifacts)
{
	size_t fixed = strlen("hawk.1.") + 2 * TC_DECIMAL_SIZE + 12; /* numbers and line ends */

	return fixed + strlen(type) + length_of(artifacts->nonce) + length_of(artifacts->method) +
		artifacts->resource_length + artifacts->host_length + length_of(artifacts->hash) +
		2 * length_of(artifacts->ext) + length_of(artifacts->app) +
		length_of(artifacts->dlg);
}

void tc__hawk_normalise(
	struct tc__buffer *text, const char *type, const struct tc__hawk_artifacts *artifacts)
{
	char number[TC_DECIMAL_SIZE];
	char *start = tc__buffer_room(text, normalised_size(type, artifacts));
	char *at = start;

	if (!start)
		return;
	at = put_text(at, "hawk.1.");
	at = put_line(at, type);
	at = put_line(at, tc_decimal(number, artifacts->ts));
	at = put_line(at, artifacts->nonce);
	at = put_upper_line(at, artifacts->method);
	at = put(at, artifacts->resource, artifacts->resource_length);
	*at++ = '\n';
	at = put_lower_line(at, artifacts->host, artifacts->host_length);
	at = put_line(at, tc_decimal(number, artifacts->port));
	at = put_line(at, artifacts->hash);
	at = put_escaped_line(at, artifacts->ext);
	if (has_app(artifacts)) {
		at = put_line(at, artifacts->app);
		at = put_line(at, artifacts->dlg);
	}
	*at = '\0';
	text->length += (size_t)(at - start);
}

/* The content type as it is hashed: without parameters, trimmed, in lower case. */
static void add_media_type(struct tc__buffer *buffer, const char *content_type)
{
	const char *type = content_type ? content_type : "";
	size_t length = strcspn(type, ";");

	while (length > 0 && strchr(" \t", type[length - 1]))
		length--;
	size_t skip = strspn(type, " \t");
	if (skip > length)
		skip = length;
	char *room = tc__buffer_room(buffer, length - skip + 1);
	if (!room)
		return;
	char *end = put_lower_line(room, type + skip, length - skip);
	buffer->length += (size_t)(end - room);
}

int tc__hawk_payload_hash(const char *content_type, const void *payload, size_t length,
	char hash[TC__MAC_SIZE], tc_error *err)
{
	struct tc__buffer head = TC__BUFFER(SIGNED_MAX);
	uint8_t digest[TC__SHA256_SIZE];

	tc__buffer_text(&head, "hawk.1.payload\n");
	add_media_type(&head, content_type);
	struct tc__piece pieces[] = { { tc__buffer_get(&head), head.length }, { payload, length },
		{ "\n", 1 } };
	int rc = tc__buffer_failed(&head) ? fail_buffer(&head, "the content type", err)
					  : tc__sha256(pieces, 3, digest, err);
	if (rc == TC_OK)
		tc__mac_base64(digest, hash);
	tc__buffer_clear(&head);
	return rc;
}

int tc__hawk_mac_text(const struct tc__hmac_key *key, const char *text, size_t length,
	char mac[TC__MAC_SIZE], tc_error *err)
{
	uint8_t digest[TC__SHA256_SIZE];
	int rc = tc__hmac(key, text, length, digest, err);

	if (rc == TC_OK)
		tc__mac_base64(digest, mac);
	return rc;
}

int tc__hawk_mac(struct tc__hawk *hawk, const struct tc__hmac_key *key, const char *type,
	const struct tc__hawk_artifacts *artifacts, char mac[TC__MAC_SIZE], tc_error *err)
{
	struct tc__buffer *text = &hawk->text;

	tc__buffer_truncate(text, 0);
	tc__hawk_normalise(text, type, artifacts);
	if (!tc__buffer_failed(text))
		return tc__hawk_mac_text(key, text->data, text->length, mac, err);
	int rc = fail_buffer(text, "what is to be signed", err);
	tc__buffer_clear(text);
	return rc;
}

/* Servers take printable ASCII between the quotes, and no way to escape anything. */
static int check_attribute(const char *name, const char *value, tc_error *err)
{
	for (const char *at = value; at && *at; at++)
		if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\')
			return tc__fail(err, TC_ERROR_CREDENTIALS,
				"%s has byte 0x%02x at position %zu, which a Hawk header cannot "
				"carry",
				name, (unsigned)(unsigned char)*at, (size_t)(at - value));
	return TC_OK;
}

struct attribute {
	const char *name;
	const char *value; /* NULL or "": left out */
	size_t value_length;
};

static bool is_left_out(const struct attribute *attribute)
{
	return !attribute->value || !*attribute->value;
}

/* Measures the attributes, and returns the length of the header that they will make. */
static size_t header_length(struct attribute *attributes, size_t count)
{
	size_t length = strlen("Hawk");

	for (size_t i = 0; i < count; i++) {
		if (is_left_out(&attributes[i]))
			continue;
		attributes[i].value_length = strlen(attributes[i].value);
		length +=
			strlen(", =\"\"") + strlen(attributes[i].name) + attributes[i].value_length;
	}
	return length - 1; /* no comma before the first */
}

static void write_header(char *at, const struct attribute *attributes, size_t count)
{
	at = put_text(at, "Hawk");
	for (size_t i = 0; i < count; i++) {
		if (is_left_out(&attributes[i]))
			continue;
		if (i > 0)
			*at++ = ',';
		*at++ = ' ';
		at = put_text(at, attributes[i].name);
		*at++ = '=';
		*at++ = '"';
		at = put(at, attributes[i].value, attributes[i].value_length);
		*at++ = '"';
	}
	*at = '\0';
}

/* The header, of values that have been checked. Its size is known before the MAC is, so that what
 * is too long costs nothing. */
static int make_header(struct tc__hawk *hawk, const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *header, tc_error *err)
{
	char ts[TC_DECIMAL_SIZE];
	char mac[TC__MAC_SIZE] = "01234567890123456789012345678901234567890123";
	struct attribute attributes[] = { { "id", signer->id, 0 }, { "ts", ts, 0 },
		{ "nonce", artifacts->nonce, 0 }, { "hash", artifacts->hash, 0 },
		{ "ext", artifacts->ext, 0 }, { "mac", mac, 0 }, { "app", artifacts->app, 0 },
		{ "dlg", has_app(artifacts) ? artifacts->dlg : NULL, 0 } };
	const size_t count = sizeof attributes / sizeof *attributes;

	tc_decimal(ts, artifacts->ts);
	size_t length = header_length(attributes, count);
	if (length > TC__HAWK_MAX)
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"the Authorization header would have %zu characters, of which servers take "
			"%d: the credentials have %s",
			length, TC__HAWK_MAX, signer->bulk);
	int rc = tc__hawk_mac(hawk, signer->key, "header", artifacts, mac, err);
	if (rc != TC_OK)
		return rc;
	char *room = tc__buffer_room(header, length);
	if (!room)
		return fail_buffer(header, "the Authorization header", err);
	write_header(room, attributes, count);
	header->length += length;
	return TC_OK;
}

static int check_id(const char *id, tc_error *err)
{
	if (!id || !*id)
		return tc__fail(err, TC_ERROR_CREDENTIALS, "the client id is empty");
	return TC_OK;
}

static int check_header(const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, tc_error *err)
{
	const struct attribute attributes[] = { { "id", signer->id, 0 },
		{ "nonce", artifacts->nonce, 0 }, { "hash", artifacts->hash, 0 },
		{ "ext", artifacts->ext, 0 }, { "app", artifacts->app, 0 },
		{ "dlg", artifacts->dlg, 0 } };

	int rc = check_id(signer->id, err);
	for (size_t i = 0; rc == TC_OK && i < sizeof attributes / sizeof *attributes; i++)
		rc = check_attribute(attributes[i].name, attributes[i].value, err);
	return rc;
}

int tc__hawk_sign_header(struct tc__hawk *hawk, const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *header, tc_error *err)
{
	int rc = check_header(signer, artifacts, err);

	return rc == TC_OK ? make_header(hawk, signer, artifacts, header, err) : rc;
}

static struct tc__hawk_signer signer_of(const tc_credentials *credentials)
{
	return (struct tc__hawk_signer){
		.id = tc__credentials_client_id(credentials),
		.key = tc__credentials_key(credentials),
		.bulk = tc__credentials_bulk(credentials),
	};
}

int tc__hawk_header(struct tc__hawk *hawk, const tc_credentials *credentials,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *header, tc_error *err)
{
	const struct tc__hawk_signer signer = signer_of(credentials);
	struct tc__hawk_artifacts own = *artifacts;

	own.ext = tc__credentials_ext(credentials);
	/* id and ext were checked when the credentials were made */
	int rc = check_attribute("app", own.app, err);
	if (rc == TC_OK)
		rc = check_attribute("dlg", own.dlg, err);
	return rc == TC_OK ? make_header(hawk, &signer, &own, header, err) : rc;
}

/* id\exp\mac\ext: a backslash within would shift the rest. */
static int check_bewit(const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, tc_error *err)
{
	const char *method = artifacts->method;

	if (method && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"a bewit is for GET (and HEAD) only, not for %s", method);
	int rc = check_id(signer->id, err);
	if (rc != TC_OK)
		return rc;
	if (strchr(signer->id, '\\'))
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"the client id contains a backslash, which a bewit cannot carry");
	if (artifacts->ext && strchr(artifacts->ext, '\\'))
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"ext contains a backslash, which a bewit cannot carry");
	return TC_OK;
}

/* Appends base64url of what the buffer `plain` holds, if the resource with it is short enough. */
static int encode_bewit(const struct tc__buffer *plain, const struct tc__hawk_signer *signer,
	size_t resource_length, struct tc__buffer *bewit, tc_error *err)
{
	size_t size = sodium_base64_encoded_len(plain->length, BEWIT_VARIANT); /* with NUL */
	size_t total = resource_length + strlen("?bewit=") + size - 1;

	if (total > TC__HAWK_MAX)
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"path and query with the bewit would have %zu characters, of which servers "
			"take %d: %zu are the URL's own, and the credentials have %s",
			total, TC__HAWK_MAX, resource_length, signer->bulk);
	char *room = tc__buffer_room(bewit, size - 1);
	if (!room)
		return fail_buffer(bewit, "the bewit", err);
	sodium_bin2base64(
		room, size, (const unsigned char *)plain->data, plain->length, BEWIT_VARIANT);
	bewit->length += size - 1;
	return TC_OK;
}

int tc__hawk_sign_bewit(struct tc__hawk *hawk, const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *bewit, tc_error *err)
{
	struct tc__hawk_artifacts own = *artifacts;
	struct tc__buffer plain = TC__BUFFER(SIGNED_MAX);
	char mac[TC__MAC_SIZE];

	int rc = check_bewit(signer, artifacts, err);
	if (rc != TC_OK)
		return rc;
	own.method = "GET"; /* servers put it there for HEAD, too */
	own.nonce = NULL;
	own.hash = own.app = own.dlg = NULL;
	rc = tc__hawk_mac(hawk, signer->key, "bewit", &own, mac, err);
	if (rc != TC_OK)
		return rc;
	tc__buffer_text(&plain, signer->id);
	tc__buffer_char(&plain, '\\');
	tc__buffer_int(&plain, own.ts);
	tc__buffer_char(&plain, '\\');
	tc__buffer_text(&plain, mac);
	tc__buffer_char(&plain, '\\');
	tc__buffer_text(&plain, own.ext ? own.ext : "");
	if (tc__buffer_failed(&plain))
		rc = fail_buffer(&plain, "the bewit", err);
	else
		rc = encode_bewit(&plain, signer, own.resource_length, bewit, err);
	tc__buffer_clear(&plain);
	return rc;
}

int tc__hawk_bewit(struct tc__hawk *hawk, const tc_credentials *credentials,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *bewit, tc_error *err)
{
	const struct tc__hawk_signer signer = signer_of(credentials);
	struct tc__hawk_artifacts own = *artifacts;

	own.ext = tc__credentials_ext(credentials);
	return tc__hawk_sign_bewit(hawk, &signer, &own, bewit, err);
}

int tc__hawk_signed_url(struct tc__hawk *hawk, const tc_credentials *credentials, const char *url,
	int64_t expiry, struct tc__buffer *signed_url, tc_error *err)
{
	struct tc__buffer bewit = TC__BUFFER(TC__HAWK_MAX);
	struct tc__url parts;

	int rc = tc__url_parse(url, &parts, err);
	if (rc != TC_OK)
		return rc;
	struct tc__hawk_artifacts artifacts = { .ts = expiry,
		.resource = parts.resource,
		.resource_length = parts.resource_length,
		.host = parts.host,
		.host_length = parts.host_length,
		.port = parts.port };
	rc = tc__hawk_bewit(hawk, credentials, &artifacts, &bewit, err);
	if (rc == TC_OK) {
		tc__url_with_query(signed_url, url, "bewit", tc__buffer_get(&bewit));
		if (tc__buffer_failed(signed_url))
			rc = fail_buffer(signed_url, "the signed URL", err);
	}
	tc__buffer_clear(&bewit);
	return rc;
}
