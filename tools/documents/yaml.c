/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/documents/yaml.h"

#include "tools/documents/nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX ((size_t)5 * 1000 * 1000)
#define DIGITS "0123456789"

struct yaml {
	struct nodes nodes;
	const tc_json *json;
};

struct reading {
	const struct nodes *nodes;
	tc_json_builder *json;
	size_t count, depth;
	struct place *wrong;
	tc_error *err;
};

static bool add_node(struct reading *reading, const struct node *node);

static bool wrong(const struct reading *reading, const struct node *node, const char *problem)
{
	*reading->wrong = node->place;
	tc_error_set(reading->err, TC_ERROR_INPUT, "%s", problem);
	return false;
}

/* ---- scalars ---- */

/* Digits of a number, and a NUL behind them; "007" and ".5" are numbers here, and not in JSON. */
static size_t whole_digits(const char *text)
{
	return strspn(text, DIGITS);
}

/* Whether a text is a decimal number: an integer, or with a fraction or exponent. */
static bool is_decimal(const char *text)
{
	text += *text == '-' || *text == '+';
	size_t whole = whole_digits(text), fraction = 0;
	text += whole;
	if (*text == '.') {
		fraction = whole_digits(text + 1);
		text += 1 + fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		if (whole_digits(text) == 0)
			return false;
		text += whole_digits(text);
	}
	return !*text;
}

/* A decimal number as JSON writes it, digit by digit. */
static bool add_decimal(struct reading *reading, const char *text)
{
	char *number = malloc(strlen(text) + 3);
	const tc_json *json = NULL;
	bool negative = *text == '-';

	if (!number)
		return false;
	text += *text == '-' || *text == '+';
	size_t whole = whole_digits(text), zeros = strspn(text, "0");
	zeros = zeros < whole ? zeros : whole > 0 ? whole - 1 : 0;
	size_t used = (size_t)sprintf(number, "%s%s%.*s", negative ? "-" : "",
		whole == 0 ? "0" : "", (int)(whole - zeros), text + zeros);
	text += whole;
	if (*text == '.' && whole_digits(text + 1) == 0)
		text++;
	memcpy(number + used, text, strlen(text) + 1);
	if (tc_json_parse(number, strlen(number), &json, NULL) == TC_OK)
		tc_json_add_json(reading->json, json);
	tc_release(json);
	free(number);
	return json != NULL;
}

/* 0x1f and 0o17. */
static bool is_based(const char *text, int *base)
{
	const char *digits = text[0] == '0' && text[1] == 'x' ? DIGITS "abcdefABCDEF"
		: text[0] == '0' && text[1] == 'o'            ? "01234567"
							      : "";

	*base = *digits && text[1] == 'x' ? 16 : 8;
	return *digits && text[2] && strspn(text + 2, digits) == strlen(text + 2);
}

static bool add_based(struct reading *reading, const struct node *node, const char *text, int base)
{
	if (strlen(text) > 2 + 15)
		return wrong(reading, node, "the number is larger than is read");
	tc_json_add_int64(reading->json, (int64_t)strtoull(text + 2, NULL, base));
	return true;
}

/* What is more than a text, but no number. */
enum word { WORD_NONE, WORD_NULL, WORD_TRUE, WORD_FALSE, WORD_STRANGE };

static enum word word_of(const char *text)
{
	static const struct {
		const char *text;
		enum word word;
	} words[] = { { "", WORD_NULL }, { "~", WORD_NULL }, { "null", WORD_NULL },
		{ "Null", WORD_NULL }, { "NULL", WORD_NULL }, { "true", WORD_TRUE },
		{ "True", WORD_TRUE }, { "TRUE", WORD_TRUE }, { "false", WORD_FALSE },
		{ "False", WORD_FALSE }, { "FALSE", WORD_FALSE }, { ".inf", WORD_STRANGE },
		{ ".Inf", WORD_STRANGE }, { ".INF", WORD_STRANGE }, { "+.inf", WORD_STRANGE },
		{ "+.Inf", WORD_STRANGE }, { "+.INF", WORD_STRANGE }, { "-.inf", WORD_STRANGE },
		{ "-.Inf", WORD_STRANGE }, { "-.INF", WORD_STRANGE }, { ".nan", WORD_STRANGE },
		{ ".NaN", WORD_STRANGE }, { ".NAN", WORD_STRANGE } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i].text) == 0)
			return words[i].word;
	return WORD_NONE;
}

static bool add_plain(struct reading *reading, const struct node *node, const char *text)
{
	enum word word = word_of(text);
	int base;

	if (word == WORD_STRANGE)
		return wrong(reading, node, "JSON has no infinity, and no NaN");
	if (word == WORD_NULL)
		tc_json_add_null(reading->json);
	else if (word != WORD_NONE)
		tc_json_add_bool(reading->json, word == WORD_TRUE);
	else if (is_decimal(text))
		return add_decimal(reading, text) || wrong(reading, node, "memory ended");
	else if (is_based(text, &base))
		return add_based(reading, node, text, base);
	else
		tc_json_add_string(reading->json, text);
	return true;
}

static bool add_scalar(struct reading *reading, const struct node *node)
{
	if (node->plain && strlen(node->text) == node->length)
		return add_plain(reading, node, node->text);
	tc_json_add_string_n(reading->json, node->text, node->length);
	return true;
}

/* ---- what holds others ---- */

static bool add_list(struct reading *reading, const struct node *list)
{
	bool good = true;

	tc_json_add_array(reading->json);
	for (const struct node *item = list + 1; good && item < list + list->size;
		item += item->size)
		good = add_node(reading, item);
	tc_json_end(reading->json);
	return good;
}

static bool add_key(struct reading *reading, const struct node *node)
{
	const struct node *key = nodes_meant(reading->nodes, node);

	if (key->kind != NODE_SCALAR || strlen(key->text) != key->length)
		return wrong(reading, node, "a key that is no text");
	if (strcmp(key->text, "<<") == 0)
		return wrong(reading, node, "merge keys (<<) are not taken");
	tc_json_add_name(reading->json, key->text);
	return true;
}

static bool add_map(struct reading *reading, const struct node *map)
{
	bool good = true;

	tc_json_add_object(reading->json);
	for (const struct node *key = map + 1; good && key < map + map->size;) {
		const struct node *value = key + key->size;
		good = add_key(reading, key) && add_node(reading, value);
		key = value + value->size;
	}
	tc_json_end(reading->json);
	return good;
}

static bool add_node(struct reading *reading, const struct node *node)
{
	bool good;

	if (++reading->count > NODES_MAX)
		return wrong(reading, node, "aliases make it too large");
	if (++reading->depth > TC_JSON_DEPTH_MAX)
		return wrong(reading, node, "it is too deep");
	node = nodes_meant(reading->nodes, node);
	if (node->kind == NODE_LIST)
		good = add_list(reading, node);
	else if (node->kind == NODE_MAP)
		good = add_map(reading, node);
	else
		good = add_scalar(reading, node);
	reading->depth--;
	return good;
}

/* ---- a key that stands twice ---- */

struct key {
	const char *text;
	const struct node *node;
};

static int by_text(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	return order != 0 ? order : (left->node > right->node) - (left->node < right->node);
}

/* The first key of a map that stood in it before, if it is before `first`. */
static const struct node *first_twice(
	const struct nodes *nodes, const struct node *map, const struct node *first)
{
	struct key *keys = calloc(map->size, sizeof *keys);
	size_t count = 0;

	if (!keys)
		return first;
	for (const struct node *key = map + 1; key < map + map->size;) {
		const struct node *value = key + key->size;
		keys[count++] = (struct key){ nodes_meant(nodes, key)->text, key };
		key = value + value->size;
	}
	qsort(keys, count, sizeof *keys, by_text);
	for (size_t i = 1; i < count; i++) {
		bool twice = strcmp(keys[i - 1].text, keys[i].text) == 0;
		if (twice && (!first || keys[i].node < first))
			first = keys[i].node;
	}
	free(keys);
	return first;
}

/* Makes what was read a tree; what that does not take is a name that stands twice. */
static void build(struct reading *reading, const tc_json **json)
{
	const struct nodes *nodes = reading->nodes;
	const struct node *first = NULL;
	int rc = tc_json_build(reading->json, json, reading->err);

	reading->json = NULL;
	if (rc != TC_ERROR_INPUT)
		return;
	for (const struct node *node = nodes->all; node < nodes->all + nodes->count; node++) {
		if (node->kind == NODE_MAP)
			first = first_twice(nodes, node, first);
	}
	if (first)
		*reading->wrong = first->place;
}

/* ---- the document ---- */

static int load(
	struct yaml *yaml, const char *text, size_t length, struct place *wrong_at, tc_error *err)
{
	int rc = nodes_load(&yaml->nodes, text, length, wrong_at, err);

	if (rc != TC_OK)
		return rc;
	struct reading reading = {
		.nodes = &yaml->nodes, .json = tc_json_builder_new(), .wrong = wrong_at, .err = err
	};
	if (add_node(&reading, yaml->nodes.all))
		build(&reading, &yaml->json);
	tc_json_builder_free(reading.json);
	return yaml->json ? TC_OK : err->code;
}

int yaml_open(
	const char *text, size_t length, struct yaml **yaml, struct place *wrong, tc_error *err)
{
	*wrong = (struct place){ 0, 0 };
	*yaml = calloc(1, sizeof **yaml);
	if (!*yaml)
		return tc_error_set(err, TC_ERROR_NOMEM, "memory ended");
	int rc = load(*yaml, text, length, wrong, err);
	if (rc == TC_OK)
		return TC_OK;
	yaml_close(*yaml);
	*yaml = NULL;
	return rc;
}

const tc_json *yaml_json(const struct yaml *yaml)
{
	return yaml->json;
}

void yaml_close(struct yaml *yaml)
{
	if (!yaml)
		return;
	nodes_clear(&yaml->nodes);
	tc_release(yaml->json);
	free(yaml);
}

int yaml_read(const char *text, size_t length, const tc_json **json, tc_error *err)
{
	tc_error cause = TC_ERROR_INIT;
	struct place wrong;
	struct yaml *yaml;
	int rc = yaml_open(text, length, &yaml, &wrong, &cause);

	if (rc == TC_OK) {
		*json = yaml->json;
		yaml->json = NULL;
		yaml_close(yaml);
	} else if (wrong.line > 0) {
		tc_error_set(err, rc, "line %zu: %s", wrong.line, tc_error_text(&cause));
	} else {
		tc_error_set(err, rc, "%s", tc_error_text(&cause));
	}
	tc_error_clear(&cause);
	return rc;
}

/* ---- places ---- */

static const struct node *member(
	const struct nodes *nodes, const struct node *map, const char *token, size_t length)
{
	for (const struct node *key = map + 1; key < map + map->size;) {
		const struct node *value = key + key->size;
		const struct node *name = nodes_meant(nodes, key);
		if (place_is_name(token, length, name->text, name->length))
			return value;
		key = value + value->size;
	}
	return NULL;
}

static const struct node *item_at(const struct node *list, size_t position)
{
	for (const struct node *item = list + 1; item < list + list->size; item += item->size) {
		if (position-- == 0)
			return item;
	}
	return NULL;
}

/* What a token of a pointer leads to; NULL when there is none. */
static const struct node *inside(
	const struct nodes *nodes, const struct node *node, const char *token, size_t length)
{
	if (node->kind == NODE_MAP)
		return member(nodes, node, token, length);
	return node->kind == NODE_LIST ? item_at(node, place_position(token, length)) : NULL;
}

struct place yaml_place(const struct yaml *yaml, const char *pointer)
{
	const struct nodes *nodes = &yaml->nodes;
	const struct node *node = nodes->all;
	const char *token;
	size_t length;

	while (place_next(&pointer, &token, &length)) {
		const struct node *next = inside(nodes, node, token, length);
		if (!next)
			break;
		node = nodes_meant(nodes, next);
	}
	return node->place;
}
