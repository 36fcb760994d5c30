/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/publisher/key.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define UNSET "_"

/* A word of a key. */
struct part {
	const char *text;
	size_t length;
};

static TC_PRINTF(3, 4) int refuse(
	const struct tc_exchange *exchange, tc_error *err, const char *format, ...);

static int refuse(const struct tc_exchange *exchange, tc_error *err, const char *format, ...)
{
	char what[700];
	va_list values;

	va_start(values, format);
	vsnprintf(what, sizeof what, format, values);
	va_end(values);
	return tc_error_set(
		err, TC_ERROR_ARGUMENT, "the routing key for %.255s: %s", exchange->exchange, what);
}

/* ---- what every text of a key must be ---- */

static int check_bytes(const struct tc_exchange *exchange, const char *text, tc_error *err)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return refuse(exchange, err,
				"byte %zu of \"%.100s\" is the control character 0x%02x",
				(size_t)(at - text) + 1, text, (unsigned char)*at);
	return TC_OK;
}

/* Nobody could bind to such a word alone. */
static int check_wildcards(const struct tc_exchange *exchange, const char *text, tc_error *err)
{
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ".");
		if (length == 1 && (*at == '*' || *at == '#'))
			return refuse(exchange, err,
				"\"%.255s\" has the word \"%c\", which is a wildcard of bindings",
				text, *at);
		at += length;
		if (!*at)
			return TC_OK;
	}
}

static int check_text(const struct tc_exchange *exchange, const char *text, tc_error *err)
{
	int rc = check_bytes(exchange, text, err);

	return rc == TC_OK ? check_wildcards(exchange, text, err) : rc;
}

/* ---- by name ---- */

static bool names(const struct tc_key_word *word, const struct tc_pair *pair)
{
	return !word->constant && word->name && strcmp(word->name, pair->name) == 0;
}

static int fail_unknown(const struct tc_exchange *exchange, const char *name, tc_error *err)
{
	char known[400] = "none";
	size_t used = 0;

	for (size_t i = 0; i < exchange->word_count; i++) {
		const struct tc_key_word *word = &exchange->words[i];
		if (word->constant || !word->name || used >= sizeof known)
			continue;
		used += (size_t)snprintf(
			known + used, sizeof known - used, "%s%s", used ? ", " : "", word->name);
	}
	return refuse(exchange, err, "it has no word %.100s; its words are: %s", name, known);
}

static int check_name(
	const struct tc_exchange *exchange, const struct tc_pair *words, size_t at, tc_error *err)
{
	const struct tc_pair *pair = &words[at];

	if (!pair->name)
		return refuse(exchange, err, "the name of word %zu is NULL", at + 1);
	if (!pair->value)
		return refuse(exchange, err, "%.100s is NULL", pair->name);
	for (size_t i = 0; i < at; i++)
		if (strcmp(words[i].name, pair->name) == 0)
			return refuse(exchange, err, "%.100s is given twice", pair->name);
	for (size_t i = 0; i < exchange->word_count; i++)
		if (names(&exchange->words[i], pair))
			return TC_OK;
	return fail_unknown(exchange, pair->name, err);
}

static int check_value(const struct tc_exchange *exchange, const struct tc_key_word *word,
	const char *value, tc_error *err)
{
	if (word->required && !*value)
		return refuse(exchange, err, "%s is empty, but it is required", word->name);
	if (!word->multiple_words && strchr(value, '.'))
		return refuse(exchange, err,
			"%s is \"%.100s\", but it is one word and must not contain a dot",
			word->name, value);
	return check_text(exchange, value, err);
}

/* What stands in the word's place. */
static int value_of(const struct tc_exchange *exchange, const struct tc_key_word *word,
	const struct tc_pair *words, size_t count, const char **value, tc_error *err)
{
	*value = word->constant;
	if (*value)
		return TC_OK;
	for (size_t i = 0; i < count; i++) {
		if (!names(word, &words[i]))
			continue;
		*value = words[i].value;
		return check_value(exchange, word, *value, err);
	}
	if (word->required)
		return refuse(exchange, err, "%s is missing, but it is required", word->name);
	*value = UNSET;
	return TC_OK;
}

int tc__key_make(const struct tc_exchange *exchange, const struct tc_pair *words, size_t count,
	char key[TC__KEY_MAX + 1], tc_error *err)
{
	size_t used = 0;
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < count; i++)
		rc = check_name(exchange, words, i, err);
	key[0] = '\0';
	for (size_t i = 0; rc == TC_OK && i < exchange->word_count; i++) {
		const char *value;
		rc = value_of(exchange, &exchange->words[i], words, count, &value, err);
		if (rc != TC_OK)
			break;
		size_t length = strlen(value), dot = i ? 1 : 0;
		if (length + dot > TC__KEY_MAX - used)
			return refuse(exchange, err,
				"with %s it is over 255 bytes, which AMQP does not allow",
				exchange->words[i].name);
		memcpy(key + used, ".", dot);
		memcpy(key + used + dot, value, length + 1);
		used += dot + length;
	}
	return rc;
}

/* ---- ready-made ---- */

static size_t count_words(const char *key)
{
	size_t count = 1;

	for (; *key; key++)
		count += *key == '.';
	return count;
}

static int check_part(const struct tc_exchange *exchange, const struct tc_key_word *word,
	const struct part *part, size_t position, tc_error *err)
{
	int shown = (int)part->length;

	if (word->constant &&
		(strlen(word->constant) != part->length ||
			memcmp(word->constant, part->text, part->length) != 0))
		return refuse(exchange, err, "word %zu is \"%.*s\"; expected \"%s\"", position,
			shown, part->text, word->constant);
	if (word->required && !part->length)
		return refuse(exchange, err, "word %zu, %s, is empty, but it is required", position,
			word->name ? word->name : "");
	return TC_OK;
}

/* From the first word on, to the first that may have dots. */
static int check_front(const struct tc_exchange *exchange, const char *key, tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < exchange->word_count; i++) {
		if (exchange->words[i].multiple_words)
			return TC_OK;
		struct part part = { key, strcspn(key, ".") };
		rc = check_part(exchange, &exchange->words[i], &part, i + 1, err);
		key += part.length + 1;
	}
	return rc;
}

/* From the last word back, to the last that may have dots. */
static int check_back(
	const struct tc_exchange *exchange, const char *key, size_t words, tc_error *err)
{
	const char *end = key + strlen(key);
	int rc = TC_OK;

	for (size_t i = exchange->word_count; rc == TC_OK && i-- > 0;) {
		if (exchange->words[i].multiple_words)
			return TC_OK;
		const char *start = end;
		while (start > key && start[-1] != '.')
			start--;
		struct part part = { start, (size_t)(end - start) };
		rc = check_part(exchange, &exchange->words[i], &part, words--, err);
		end = start - 1; /* at the dot; not used in front of the first */
	}
	return rc;
}

/* With words that may have dots there may be more. */
static int check_words(const struct tc_exchange *exchange, const char *key, tc_error *err)
{
	size_t words = count_words(key), expected = exchange->word_count, multiple = 0;

	for (size_t i = 0; i < expected; i++)
		multiple += exchange->words[i].multiple_words;
	if (words < expected || (!multiple && words > expected))
		return refuse(exchange, err, "\"%s\" has %zu words; expected %zu%s", key, words,
			expected, multiple ? " or more" : "");
	int rc = check_front(exchange, key, err);
	return rc == TC_OK && multiple ? check_back(exchange, key, words, err) : rc;
}

int tc__key_check(const struct tc_exchange *exchange, const char *key, tc_error *err)
{
	if (strnlen(key, TC__KEY_MAX + 1) > TC__KEY_MAX)
		return refuse(exchange, err,
			"\"%.100s…\" is over 255 bytes, which AMQP does not allow", key);
	int rc = check_text(exchange, key, err);
	return rc == TC_OK && exchange->word_count ? check_words(exchange, key, err) : rc;
}
