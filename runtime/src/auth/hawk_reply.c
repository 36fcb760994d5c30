/* SPDX-License-Identifier: MPL-2.0 */
/* What servers send back: the challenge of a 401, and Server-Authorization. */
#include "runtime/src/auth/hawk.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/error.h"
#include <string.h>

/* More than 12 digits are no time that anybody can write, and could overflow in milliseconds. */
#define TS_DIGITS_MAX 12

/* A header's attribute that is looked for. */
struct wanted {
	const char *name;
	const char *value; /* NULL: absent */
};

static bool is_word(char c)
{
	return tc__is_alphanumeric(c) || c == '_';
}

/* Notes a value; false when that attribute came before. Names nobody looks for are passed over. */
static bool take(struct wanted *wanted, size_t count, const char *name, size_t name_length,
	const char *value)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(wanted[i].name) != name_length ||
			memcmp(wanted[i].name, name, name_length) != 0)
			continue;
		if (wanted[i].value)
			return false;
		wanted[i].value = value;
	}
	return true;
}

/* One `name="value"`; NULL when there is none. The value's end becomes a NUL in place. */
static char *read_attribute(char *at, struct wanted *wanted, size_t count)
{
	char *name = at;

	while (is_word(*at))
		at++;
	size_t name_length = (size_t)(at - name);
	if (name_length == 0 || at[0] != '=' || at[1] != '"')
		return NULL;
	char *value = at + 2;
	for (at = value; *at != '"'; at++)
		if (*at < ' ' || *at > '~' || *at == '\\')
			return NULL;
	*at = '\0';
	return take(wanted, count, name, name_length, value) ? at + 1 : NULL;
}

/* A header of the scheme Hawk, copied to `copy`, where the values then lie. */
static bool parse_header(
	const char *header, char copy[TC__HAWK_MAX + 1], struct wanted *wanted, size_t count)
{
	static const char scheme[] = "hawk";
	size_t length = header ? strlen(header) : 0;

	if (length <= strlen(scheme) || length > TC__HAWK_MAX)
		return false;
	memcpy(copy, header, length + 1);
	if (!tc__same_letters(copy, scheme, strlen(scheme)))
		return false;
	char *at = copy + strlen(scheme);
	if (*at != ' ' && *at != '\t')
		return false;
	at += strspn(at, " \t");
	for (;;) {
		at = read_attribute(at, wanted, count);
		if (!at)
			return false;
		at += strspn(at, " \t");
		if (*at == '\0')
			return true;
		if (*at++ != ',')
			return false;
		at += strspn(at, " \t");
	}
}

static bool parse_ts(const char *text, int64_t *ts)
{
	int64_t value = 0;

	if (*text == '\0' || strlen(text) > TS_DIGITS_MAX)
		return false;
	for (; *text; text++) {
		if (!tc__is_digit(*text))
			return false;
		value = value * 10 + (*text - '0');
	}
	*ts = value;
	return true;
}

bool tc__hawk_challenge(const struct tc__hmac_key *key, const char *www_authenticate, int64_t *ts)
{
	char copy[TC__HAWK_MAX + 1];
	struct wanted wanted[] = { { "ts", NULL }, { "tsm", NULL } };
	char text[TS_DIGITS_MAX + 16] = "hawk.1.ts\n";
	char tsm[TC__MAC_SIZE];
	int64_t value;

	if (!parse_header(www_authenticate, copy, wanted, 2) || !wanted[0].value ||
		!wanted[1].value || !parse_ts(wanted[0].value, &value))
		return false;
	strcat(text, wanted[0].value);
	strcat(text, "\n");
	if (tc__hawk_mac_text(key, text, strlen(text), tsm, NULL) != TC_OK)
		return false;
	if (!tc__same_secret(tsm, wanted[1].value))
		return false;
	*ts = value;
	return true;
}

static int check_hash(
	const char *hash, const char *content_type, const void *body, size_t length, tc_error *err)
{
	char expected[TC__MAC_SIZE];

	if (!body)
		return TC_OK;
	if (!hash)
		return tc__fail(err, TC_ERROR_REPLY,
			"the reply's Server-Authorization header has no hash of the body");
	int rc = tc__hawk_payload_hash(content_type, body, length, expected, err);
	if (rc != TC_OK)
		return rc;
	if (!tc__same_secret(expected, hash))
		return tc__fail(err, TC_ERROR_REPLY,
			"the reply's body is not the one that its Server-Authorization header "
			"vouches for");
	return TC_OK;
}

int tc__hawk_verify_reply(struct tc__hawk *hawk, const struct tc__hmac_key *key,
	const struct tc__hawk_artifacts *request, const char *server_authorization,
	const char *content_type, const void *body, size_t length, tc_error *err)
{
	char copy[TC__HAWK_MAX + 1], mac[TC__MAC_SIZE];
	struct wanted wanted[] = { { "mac", NULL }, { "hash", NULL }, { "ext", NULL } };
	struct tc__hawk_artifacts reply = *request;

	if (!server_authorization)
		return tc__fail(
			err, TC_ERROR_REPLY, "the reply has no Server-Authorization header");
	if (!parse_header(server_authorization, copy, wanted, 3) || !wanted[0].value)
		return tc__fail(err, TC_ERROR_REPLY,
			"the reply's Server-Authorization header is malformed");
	reply.hash = wanted[1].value;
	reply.ext = wanted[2].value;
	int rc = tc__hawk_mac(hawk, key, "response", &reply, mac, err);
	if (rc != TC_OK)
		return rc;
	if (!tc__same_secret(mac, wanted[0].value))
		return tc__fail(err, TC_ERROR_REPLY,
			"the reply's Server-Authorization header has a wrong mac: it comes from no "
			"server that knows the access token");
	return check_hash(wanted[1].value, content_type, body, length, err);
}
