/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/sax.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/json/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

/* Bytes held back may be half of what went before, and always this many. */
#define HELD_MIN 65536

/* What lies in front of each piece of memory that yajl has. */
struct tc__sax_block {
	alignas(max_align_t) struct tc__sax_block *next;
	struct tc__sax_block *previous;
	size_t size; /* without this header */
};

/*
 * The pool: from the struct itself while that lasts, then from malloc.
 */

static bool in_pool(const struct tc__sax *sax, const struct tc__sax_block *block)
{
	uintptr_t at = (uintptr_t)block, pool = (uintptr_t)sax->pool;

	return at >= pool && at < pool + TC__SAX_POOL;
}

static void link_block(struct tc__sax *sax, struct tc__sax_block *block)
{
	block->previous = NULL;
	block->next = sax->blocks;
	if (block->next)
		block->next->previous = block;
	sax->blocks = block;
}

static void *pool_malloc(void *context, size_t size)
{
	struct tc__sax *sax = context;
	struct tc__sax_block *block = NULL;

	if (size < SIZE_MAX / 2) {
		size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) *
			alignof(max_align_t);
		if (size + sizeof *block <= TC__SAX_POOL - sax->pool_used) {
			block = (void *)(sax->pool + sax->pool_used);
			sax->pool_used += size + sizeof *block;
			block->size = size;
			return block + 1;
		}
		block = malloc(size + sizeof *block);
	}
	if (!block)
		longjmp(*(jmp_buf *)sax->escape, 1);
	block->size = size;
	link_block(sax, block);
	return block + 1;
}

static void pool_free(void *context, void *memory)
{
	struct tc__sax *sax = context;
	struct tc__sax_block *block = memory;

	if (!block || in_pool(sax, --block))
		return; /* the struct's own part ends with the parse */
	if (block->previous)
		block->previous->next = block->next;
	else
		sax->blocks = block->next;
	if (block->next)
		block->next->previous = block->previous;
	free(block);
}

static void *pool_realloc(void *context, void *memory, size_t size)
{
	size_t old = memory ? ((struct tc__sax_block *)memory - 1)->size : 0;

	if (memory && size <= old)
		return memory;
	void *moved = pool_malloc(context, size);
	if (memory)
		memcpy(moved, memory, old);
	pool_free(context, memory);
	return moved;
}

/*
 * The check of the raw bytes, which run ahead of yajl. What is not allowed anywhere in JSON text
 * needs no knowledge of where strings begin; a backslash outside of one is refused by yajl.
 */

/* Bytes that the compiler compares all at once, by the vectors of the machine where it has any. */
typedef int8_t octets __attribute__((vector_size(16)));

/* Whether as many bytes as two vectors hold are ASCII without control characters and backslashes.
 * Bytes above ASCII are negative. */
static inline bool plain_block(const char *bytes)
{
	octets front, back;
	uint64_t halves[2];

	memcpy(&front, bytes, sizeof front);
	memcpy(&back, bytes + sizeof front, sizeof back);
	octets printable = (front > 0x1F) & (back > 0x1F);
	octets plain = printable & ~((front == '\\') | (back == '\\'));
	memcpy(halves, &plain, sizeof halves);
	return (halves[0] & halves[1]) == UINT64_MAX;
}

/* Of eight, the highest bit of each byte that is something else; or 0. The bits above the lowest
 * one say nothing, since a subtraction carries into the next byte. */
static inline uint64_t odd_bits(const char *bytes)
{
	uint64_t word = tc__eight(bytes);
	uint64_t control = word - TC__EACH(0x20);
	uint64_t backslash = (word ^ TC__EACH('\\')) - TC__EACH(1);
	return (word | control | backslash) & TC__EACH(0x80);
}

/* The number of bytes at the front that are printable ASCII and no backslash: nearly all. */
static inline size_t plain_run(const char *bytes, size_t length)
{
	size_t i = 0;
	uint64_t odd = 0;

	while (length - i >= 2 * sizeof(octets) && plain_block(bytes + i))
		i += 2 * sizeof(octets);
	while (length - i >= sizeof odd && !(odd = odd_bits(bytes + i)))
		i += sizeof odd;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (odd)
		return i + (size_t)__builtin_ctzll(odd) / 8;
#endif
	while (i < length && bytes[i] >= 0x20 && bytes[i] < 0x7F && bytes[i] != '\\')
		i++;
	return i;
}

/* The same with the escapes of one character in between. */
static size_t plain_span(const char *bytes, size_t length)
{
	size_t i = plain_run(bytes, length);

	while (length - i >= 2 && bytes[i] == '\\' && bytes[i + 1] >= 0x20 && bytes[i + 1] < 0x7F &&
		bytes[i + 1] != 'u') {
		i += 2;
		i += plain_run(bytes + i, length - i);
	}
	return i;
}

static void check_unit(struct tc__sax_check *check)
{
	bool high = check->unit >= 0xD800 && check->unit <= 0xDBFF;
	bool low = check->unit >= 0xDC00 && check->unit <= 0xDFFF;

	if (low != (check->surrogate != 0))
		check->wrong = "half of a surrogate pair; \\uD800 to \\uDBFF and \\uDC00 to "
			       "\\uDFFF go together";
	check->surrogate = high ? check->unit : 0;
}

/* A byte behind a backslash. false: it does not belong to the escape, which yajl will refuse. */
static bool check_escape(struct tc__sax_check *check, unsigned char byte)
{
	if (check->escape == 1) {
		check->escape = byte == 'u' ? 2 : 0;
		check->unit = 0;
		if (byte != 'u' && check->surrogate)
			check_unit(check);
		return byte >= 0x20 && byte < 0x80;
	}
	int digit = tc__hex_digit((char)byte);
	if (digit < 0) {
		check->escape = 0;
		check->surrogate = 0;
		return false;
	}
	check->unit = (unsigned short)(check->unit << 4 | digit);
	check->escape++;
	if (check->escape == 6) {
		check->escape = 0;
		check->nul = check->nul || !check->unit;
		check_unit(check);
	}
	return true;
}

static void check_byte(struct tc__sax_check *check, unsigned char byte, size_t offset)
{
	if (check->rest) {
		if (byte < check->low || byte > check->high)
			check->wrong = "invalid UTF-8";
		check->rest--;
		check->low = 0x80;
		check->high = 0xBF;
		return;
	}
	if (check->escape && (check_escape(check, byte) || check->wrong))
		return;
	if (check->surrogate && byte != '\\') {
		check->unit = 0;
		check_unit(check);
		return;
	}
	if (!check->surrogate)
		check->began = offset;
	if (byte == '\\') {
		check->escape = 1;
	} else if (byte >= 0x80) {
		check->rest = tc__utf8_rest(byte, &check->low, &check->high);
		check->wrong = check->rest ? NULL : "invalid UTF-8";
	} else if (byte == '\n') {
		check->place.line++;
		check->place.line_begin = offset + 1;
	} else if (byte < 0x20 && byte != '\t' && byte != '\r') {
		check->wrong = "a control character, which must be written as \\u and four "
			       "hexadecimal digits";
	}
}

/* Returns how many of the bytes yajl may have: all, or those before what is wrong. */
static size_t check_bytes(struct tc__sax_check *check, const char *bytes, size_t length)
{
	size_t begin = check->place.offset, i = 0;

	while (i < length && !check->wrong) {
		if (!check->rest && !check->escape && !check->surrogate)
			i += plain_span(bytes + i, length - i);
		if (i == length)
			break;
		check_byte(check, (unsigned char)bytes[i], begin + i);
		i++;
	}
	if (!check->wrong) {
		check->place.offset += length;
		return length;
	}
	check->place.offset = check->began;
	return check->began > begin ? check->began - begin : 0;
}

/*
 * What yajl refuses, in our words, and where it stands by then.
 */

enum stand {
	AT,     /* in front of the byte it is about */
	BEHIND, /* behind that byte */
	TOKEN,  /* behind the token it is about */
	MEMBER, /* at that token, but two bytes into it when it is a string */
	END     /* at the end of the text */
};

static const struct refusal {
	const char *yajl; /* a part of its message */
	const char *wrong;
	enum stand stand;
	bool found; /* it helps to tell what stands there */
} refusals[] = {
	{ "unallowed token", "expected a value", TOKEN, true },
	{ "invalid object key", "expected a name in double quotes", TOKEN, true },
	{ "separated by a colon", "expected ':' after the name", TOKEN, true },
	{ "after key and value", "expected ',' or '}' after the member", MEMBER, true },
	{ "after array element", "expected ',' or ']' after the item", TOKEN, true },
	{ "trailing garbage", "expected the end of the text after the value", TOKEN, true },
	{ "premature EOF", "the text ends before its value does", END, false },
	{ "before a character", "expected one of \"\\/bfnrtu after a backslash", AT, true },
	{ "invalid character inside", "a control character, which must be written with a backslash",
		AT, false },
	{ "non-hex", "expected four hexadecimal digits after \\u", AT, true },
	{ "invalid char in", "expected a value", BEHIND, true },
	{ "invalid string in", "expected true, false or null", TOKEN, true },
	{ "a digit is required", "expected a digit", AT, true },
	{ "comment", "comments are not allowed", AT, false },
	{ "", "malformed JSON", AT, true },
};

/* How much of the piece yajl has read. At the end of the text it reads something of its own. */
static size_t consumed(const struct tc__sax *sax)
{
	return sax->ending ? sax->piece_length : yajl_get_bytes_consumed(sax->yajl);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A byte of a number or literal */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' ||
		c == '.' || c == 'E';
}

static size_t backslashes_before(const char *piece, size_t at)
{
	size_t count = 0;

	while (count < at && piece[at - 1 - count] == '\\')
		count++;
	return count;
}

/* The beginning of the string whose closing quote is at `quote`: the next quote to the left that no
 * backslash takes. No byte is looked at more than twice. */
static size_t string_begin(const char *piece, size_t quote)
{
	for (size_t i = quote; i-- > 0;)
		if (piece[i] == '"' && backslashes_before(piece, i) % 2 == 0)
			return i;
	return 0; /* it began in an earlier push */
}

/* The beginning of the token that ends at `end`. */
static size_t token_begin(const char *piece, size_t end)
{
	size_t begin = end;

	if (begin == 0 || is_space(piece[begin - 1]))
		return begin;
	if (piece[begin - 1] == '"')
		return string_begin(piece, begin - 1);
	while (begin > 0 && is_word(piece[begin - 1]))
		begin--;
	return begin < end ? begin : end - 1;
}

static size_t wrong_begin(const struct tc__sax *sax, enum stand stand)
{
	const char *piece = sax->piece;
	size_t at = consumed(sax);

	if (stand == MEMBER && at == sax->piece_length)
		stand = TOKEN;
	if (stand == BEHIND && at > 0)
		return at - 1;
	if (stand == TOKEN)
		return token_begin(piece, at);
	if (stand != MEMBER || at < 2 || piece[at - 2] != '"')
		return at;
	return is_space(piece[at - 1]) && strchr("{[:-0123456789tfn", piece[at]) ? at : at - 2;
}

static struct tc__sax_place place_of(const struct tc__sax *sax, size_t at)
{
	struct tc__sax_place place = sax->from;

	for (size_t i = 0; i < at; i++) {
		if (sax->piece[i] != '\n')
			continue;
		place.line++;
		place.line_begin = sax->from.offset + i + 1;
	}
	place.offset += at;
	return place;
}

#define PLACE "line %zu, column %zu: "
#define PLACE_OF(place) (place).line, (place).offset - (place).line_begin + 1

static int refuse_byte(
	tc_error *err, struct tc__sax_place place, const char *wrong, unsigned char found)
{
	if (found == 0xEF && place.offset == 0)
		return tc__fail(err, TC_ERROR_INPUT,
			PLACE "expected a value, found a byte order mark", PLACE_OF(place));
	if (found < 0x20 || found >= 0x7F)
		return tc__fail(err, TC_ERROR_INPUT, PLACE "%s, found the byte 0x%02X",
			PLACE_OF(place), wrong, (unsigned)found);
	return tc__fail(err, TC_ERROR_INPUT, PLACE "%s, found '%c'", PLACE_OF(place), wrong, found);
}

/* Tells what yajl stopped at. */
static int refuse(struct tc__sax *sax)
{
	const struct refusal *refusal = refusals;
	unsigned char *said = yajl_get_error(sax->yajl, 0, NULL, 0);

	while (!strstr((const char *)said, refusal->yajl))
		refusal++;
	yajl_free_error(sax->yajl, said);
	if (refusal->stand == END || !sax->piece)
		return tc__fail(sax->err, TC_ERROR_INPUT, PLACE "%s", PLACE_OF(sax->check.place),
			refusal->wrong);
	size_t at = wrong_begin(sax, refusal->stand);
	struct tc__sax_place place = place_of(sax, at);
	if (at < sax->piece_length && refusal->found)
		return refuse_byte(sax->err, place, refusal->wrong, (unsigned char)sax->piece[at]);
	return tc__fail(sax->err, TC_ERROR_INPUT, PLACE "%s", PLACE_OF(place), refusal->wrong);
}

int tc__sax_fail(struct tc__sax *sax, const char *format, ...)
{
	char wrong[TC__MESSAGE_MAX];
	struct tc__sax_place place = sax->check.place;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(wrong, sizeof wrong, format, arguments);
	va_end(arguments);
	if (sax->piece)
		place = place_of(sax, token_begin(sax->piece, consumed(sax)));
	return tc__sax_stop(
		sax, tc__fail(sax->err, TC_ERROR_INPUT, PLACE "%s", PLACE_OF(place), wrong));
}

int tc__sax_no_memory(struct tc__sax *sax)
{
	return tc__sax_stop(sax, tc__fail_nomem(sax->err));
}

/*
 * The parse
 */

static int refuse_depth(struct tc__sax *sax)
{
	return tc__sax_fail(sax, "objects and arrays nest more than %d deep", TC_JSON_DEPTH_MAX);
}

static int start_object(void *context)
{
	struct tc__sax *sax = context;

	if (++sax->depth > TC_JSON_DEPTH_MAX)
		return refuse_depth(sax);
	return sax->events->start_object(sax);
}

static int start_array(void *context)
{
	struct tc__sax *sax = context;

	if (++sax->depth > TC_JSON_DEPTH_MAX)
		return refuse_depth(sax);
	return sax->events->start_array(sax);
}

static int end_object(void *context)
{
	struct tc__sax *sax = context;

	sax->depth--;
	return sax->events->end_object(sax);
}

static int end_array(void *context)
{
	struct tc__sax *sax = context;

	sax->depth--;
	return sax->events->end_array(sax);
}

void tc__sax_open(struct tc__sax *sax, const struct tc__sax_events *events)
{
	sax->err = NULL;
	sax->depth = 0;
	sax->rc = TC_OK;
	sax->ending = false;
	sax->nul = false;
	sax->mends = false;
	sax->mend.count = 0;
	sax->events = events;
	sax->callbacks = (yajl_callbacks){
		.yajl_null = events->null,
		.yajl_boolean = events->boolean,
		.yajl_number = events->number,
		.yajl_string = events->string,
		.yajl_start_map = start_object,
		.yajl_map_key = events->name,
		.yajl_end_map = end_object,
		.yajl_start_array = start_array,
		.yajl_end_array = end_array,
	};
	sax->memory = (yajl_alloc_funcs){ pool_malloc, pool_realloc, pool_free, sax };
	sax->yajl = NULL;
	sax->check = (struct tc__sax_check){ .place = { .line = 1 } };
	sax->piece = NULL;
	sax->piece_length = 0;
	sax->from = sax->check.place;
	sax->held = NULL;
	sax->held_length = sax->held_capacity = 0;
	sax->blocks = NULL;
	sax->escape = NULL;
	sax->pool_used = 0;
}

/* yajl overlooks an unfinished string behind the value. A quote finishes it, and then it is seen;
 * by itself, a quote is only the beginning of one more. */
static int refuse_string_behind(struct tc__sax *sax)
{
	if (yajl_parse(sax->yajl, (const unsigned char *)"\"", 1) == yajl_status_ok)
		return TC_OK;
	return tc__fail(sax->err, TC_ERROR_INPUT, PLACE "an unfinished string follows the value",
		PLACE_OF(sax->check.place));
}

/* Gives yajl the piece, or the end of the text. Memory may leave it at any place. */
static int run_yajl(struct tc__sax *sax)
{
	yajl_status status;

	if (!sax->yajl) {
		sax->yajl = yajl_alloc(&sax->callbacks, &sax->memory, sax);
		yajl_config(sax->yajl, yajl_dont_validate_strings, 1); /* the check does it */
	}
	if (!sax->ending)
		status =
			yajl_parse(sax->yajl, (const unsigned char *)sax->piece, sax->piece_length);
	else
		status = yajl_complete_parse(sax->yajl);
	if (status == yajl_status_ok)
		return sax->ending ? refuse_string_behind(sax) : TC_OK;
	if (status == yajl_status_error)
		return refuse(sax);
	return sax->rc ? sax->rc : tc__fail_nomem(sax->err);
}

static int run(struct tc__sax *sax, tc_error *err)
{
	jmp_buf escape;

	sax->err = err;
	sax->escape = &escape;
	if (setjmp(escape))
		sax->rc = tc__fail_nomem(sax->err);
	else
		sax->rc = run_yajl(sax);
	sax->escape = NULL;
	sax->err = NULL;
	return sax->rc;
}

static int run_piece(struct tc__sax *sax, const char *bytes, size_t length, tc_error *err)
{
	sax->piece = bytes;
	sax->piece_length = length;
	return run(sax, err);
}

static int run_held(struct tc__sax *sax, tc_error *err)
{
	int rc = run_piece(sax, sax->held, sax->held_length, err);

	sax->held_length = 0;
	return rc;
}

static int hold(struct tc__sax *sax, const char *bytes, size_t length, tc_error *err)
{
	if (length > sax->held_capacity - sax->held_length) {
		size_t need = sax->held_length + length;
		size_t capacity = need < SIZE_MAX / 2 ? need + need / 2 + 64 : need;
		char *held = realloc(sax->held, capacity);
		if (!held)
			return sax->rc = tc__fail_nomem(err);
		sax->held = held;
		sax->held_capacity = capacity;
	}
	memcpy(sax->held + sax->held_length, bytes, length);
	sax->held_length += length;
	return TC_OK;
}

static bool has_quote(const char *bytes, size_t length, bool escaped)
{
	for (size_t i = escaped; i < length; i++) {
		if (bytes[i] == '"')
			return true;
		if (bytes[i] == '\\')
			i++;
	}
	return false;
}

/* yajl reads a token that is not whole again with every push, so that a long string in many pushes
 * would take time with the square of its length. Therefore bytes in which no string can end wait,
 * within bounds. */
static int feed(struct tc__sax *sax, const char *bytes, size_t length, bool may_wait, tc_error *err)
{
	if (may_wait && sax->held_length + length > sax->from.offset / 2 + HELD_MIN)
		may_wait = false;
	if (!may_wait && !sax->held_length)
		return length ? run_piece(sax, bytes, length, err) : TC_OK;
	int rc = length ? hold(sax, bytes, length, err) : TC_OK;
	if (rc == TC_OK && !may_wait)
		rc = run_held(sax, err);
	return rc;
}

static size_t check_piece(struct tc__sax *sax, const char *bytes, size_t length)
{
	size_t good = check_bytes(&sax->check, bytes, length);

	sax->nul = sax->nul || sax->check.nul;
	return good;
}

static int refuse_checked(struct tc__sax *sax, tc_error *err)
{
	return sax->rc = tc__fail(err, TC_ERROR_INPUT, PLACE "%s", PLACE_OF(sax->check.place),
		       sax->check.wrong);
}

static int push(struct tc__sax *sax, const char *bytes, size_t length, tc_error *err)
{
	if (sax->rc || !length)
		return sax->rc;
	if (!sax->held_length)
		sax->from = sax->check.place;
	bool may_wait = !has_quote(bytes, length, sax->check.escape == 1);
	size_t good = check_piece(sax, bytes, length);
	/* yajl goes first: what it refuses comes before what the check refused */
	int rc = feed(sax, bytes, good, may_wait && !sax->check.wrong, err);
	if (rc == TC_OK && sax->check.wrong)
		rc = refuse_checked(sax, err);
	sax->piece = NULL;
	return rc;
}

int tc__sax_push(struct tc__sax *sax, const char *bytes, size_t length, tc_error *err)
{
	const char *piece;
	size_t piece_length;

	if (!sax->mends)
		return push(sax, bytes, length, err);
	while (sax->rc == TC_OK &&
		tc__mend_next(&sax->mend, &bytes, &length, &piece, &piece_length))
		push(sax, piece, piece_length, err);
	return sax->rc;
}

int tc__sax_finish(struct tc__sax *sax, tc_error *err)
{
	/* an escape that is not whole is refused as it stands */
	int rc = push(sax, sax->mend.held, sax->mend.count, err);

	if (rc == TC_OK && sax->held_length)
		rc = run_held(sax, err);
	if (rc)
		return rc;
	sax->ending = true;
	return run(sax, err);
}

void tc__sax_close(struct tc__sax *sax)
{
	struct tc__sax_block *next;

	for (struct tc__sax_block *block = sax->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(sax->held);
	sax->blocks = NULL;
	sax->held = NULL;
	sax->held_length = sax->held_capacity = 0;
	sax->yajl = NULL;
}

static int read_whole(struct tc__sax *sax, const char *text, size_t length, tc_error *err)
{
	int rc = run_piece(sax, text, check_piece(sax, text, length), err);

	return rc == TC_OK && sax->check.wrong ? refuse_checked(sax, err) : rc;
}

int tc__sax_read(struct tc__sax *sax, const struct tc__sax_events *events, bool mends,
	const char *text, size_t length, tc_error *err)
{
	tc__sax_open(sax, events);
	sax->mends = mends;
	int rc = mends ? tc__sax_push(sax, text, length, err) : read_whole(sax, text, length, err);
	if (rc == TC_OK)
		rc = tc__sax_finish(sax, err);
	tc__sax_close(sax);
	return rc;
}
