/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/disk/partial_state.h"

#include "workflows/src/base/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

uint64_t tc__partial_hash(const char *bytes, size_t length)
{
	uint64_t hash = HASH_BEGIN;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * HASH_PRIME;
	return hash;
}

/* ---- what can be kept ---- */

int tc__partial_check_id(const char *id, tc_error *err)
{
	bool fine = *id;

	for (; *id && fine; id++)
		fine = (unsigned char)*id >= ' ' && *id != 0x7f;
	if (fine)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_ARGUMENT,
		"what a download is of is said in one line of text; this one is empty, or has a "
		"control character");
}

/* RFC 9110, 8.8.3, without what cannot be printed. */
static bool is_strong(const char *etag)
{
	size_t length = strlen(etag);

	if (length < 2 || etag[0] != '"' || etag[length - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < length; i++)
		if (etag[i] <= ' ' || etag[i] == '"' || etag[i] >= 0x7f)
			return false;
	return true;
}

static bool is_possible(const struct tc__partial_state *state)
{
	return is_strong(state->etag) && state->length >= -1 && state->position >= 0 &&
		(state->length < 0 || state->position <= state->length);
}

/* ---- writing ---- */

static void write_hex(char to[65], const unsigned char bytes[32])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[64] = '\0';
}

int tc__partial_state_write(char **text, const char *id, const struct tc__partial_state *state,
	mode_t mode, tc_error *err)
{
	char sha256[65];

	*text = NULL;
	if (!is_possible(state))
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"no state of a partial file: ETag %s, length %" PRId64
			", position %" PRId64,
			state->etag, state->length, state->position);
	write_hex(sha256, state->sha256);
	char *known = tc__text(err,
		"tc-state 1\nid %s\netag %s\nlength %" PRId64 "\nposition %" PRId64
		"\nsha256 %s\nmode %03o\n",
		id, state->etag, state->length, state->position, sha256, (unsigned)mode & 0777);
	if (!known)
		return TC_ERROR_NOMEM;
	*text = tc__text(
		err, "%scheck %016" PRIx64 "\n", known, tc__partial_hash(known, strlen(known)));
	free(known);
	return *text ? TC_OK : TC_ERROR_NOMEM;
}

/* ---- reading ---- */

struct reader {
	const char *at, *end;
};

static bool take(struct reader *reader, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static bool take_etag(struct reader *reader, char etag[TC__ETAG_SIZE])
{
	const char *end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
	size_t length = end ? (size_t)(end - reader->at) : TC__ETAG_SIZE;

	if (length >= TC__ETAG_SIZE || memchr(reader->at, '\0', length))
		return false;
	memcpy(etag, reader->at, length);
	etag[length] = '\0';
	reader->at = end;
	return true;
}

/* A number as it is written here: no sign but that of -1, and no zeros in front. */
static bool take_number(struct reader *reader, int64_t *value)
{
	const char *begin = reader->at;

	*value = -1;
	if (take(reader, "-1"))
		return true;
	for (*value = 0; reader->at < reader->end; reader->at++) {
		unsigned digit = (unsigned)(unsigned char)*reader->at - '0';
		if (digit > 9)
			break;
		if (*value > (INT64_MAX - (int64_t)digit) / 10)
			return false;
		*value = *value * 10 + (int64_t)digit;
	}
	return reader->at > begin && (*begin != '0' || reader->at == begin + 1);
}

/* `digits` of hexadecimal or octal. */
static bool take_digits(struct reader *reader, int digits, unsigned base, uint64_t *value)
{
	static const char known[] = "0123456789abcdef";

	for (*value = 0; digits > 0; digits--, reader->at++) {
		const char *digit =
			reader->at < reader->end && *reader->at ? strchr(known, *reader->at) : NULL;
		if (!digit || (unsigned)(digit - known) >= base)
			return false;
		*value = *value * base + (uint64_t)(digit - known);
	}
	return true;
}

static bool take_sha256(struct reader *reader, unsigned char bytes[32])
{
	uint64_t byte = 0;

	for (size_t i = 0; i < 32; i++) {
		if (!take_digits(reader, 2, 16, &byte))
			return false;
		bytes[i] = (unsigned char)byte;
	}
	return true;
}

static bool take_check(struct reader *reader, const char *text)
{
	uint64_t hash = tc__partial_hash(text, (size_t)(reader->at - text)), said = 0;

	return take(reader, "check ") && take_digits(reader, 16, 16, &said) && said == hash;
}

bool tc__partial_state_read(const char *text, size_t length, const char *id,
	struct tc__partial_state *state, mode_t *mode)
{
	struct reader reader = { text, text + length };
	uint64_t bits = 0;

	if (!take(&reader, "tc-state 1\nid ") || !take(&reader, id) || !take(&reader, "\netag ") ||
		!take_etag(&reader, state->etag) || !take(&reader, "\nlength ") ||
		!take_number(&reader, &state->length) || !take(&reader, "\nposition ") ||
		!take_number(&reader, &state->position) || !take(&reader, "\nsha256 ") ||
		!take_sha256(&reader, state->sha256) || !take(&reader, "\nmode ") ||
		!take_digits(&reader, 3, 8, &bits) || !take(&reader, "\n") ||
		!take_check(&reader, text) || !take(&reader, "\n"))
		return false;
	*mode = (mode_t)bits;
	return reader.at == reader.end && is_possible(state);
}
