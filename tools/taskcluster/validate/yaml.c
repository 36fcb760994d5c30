/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/validate/yaml.h"

#include "tools/taskcluster/text/one_of.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define NODES_MAX ((size_t)5 * 1000 * 1000)
#define DIGITS "0123456789"

struct reading {
	yaml_document_t document;
	tc_json_builder *json;
	size_t nodes, depth;
	tc_error *err;
};

static bool add_node(struct reading *reading, const yaml_node_t *node);

static bool wrong(const struct reading *reading, const yaml_node_t *node, const char *problem)
{
	tc_error_set(
		reading->err, TC_ERROR_INPUT, "line %zu: %s", node->start_mark.line + 1, problem);
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

static bool add_based(struct reading *reading, const yaml_node_t *node, const char *text, int base)
{
	if (strlen(text) > 2 + 15)
		return wrong(reading, node, "the number is larger than is read");
	tc_json_add_int64(reading->json, (int64_t)strtoull(text + 2, NULL, base));
	return true;
}

static bool add_plain(struct reading *reading, const yaml_node_t *node, const char *text)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };
	static const char *const strange[] = { ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
		"-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN", NULL };
	int base;

	if (text_is_one_of(text, nulls))
		tc_json_add_null(reading->json);
	else if (text_is_one_of(text, trues))
		tc_json_add_bool(reading->json, true);
	else if (text_is_one_of(text, falses))
		tc_json_add_bool(reading->json, false);
	else if (text_is_one_of(text, strange))
		return wrong(reading, node, "JSON has no infinity, and no NaN");
	else if (is_decimal(text))
		return add_decimal(reading, text) || wrong(reading, node, "memory ended");
	else if (is_based(text, &base))
		return add_based(reading, node, text, base);
	else
		tc_json_add_string(reading->json, text);
	return true;
}

static bool add_scalar(struct reading *reading, const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	size_t length = node->data.scalar.length;

	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strlen(text) == length)
		return add_plain(reading, node, text);
	tc_json_add_string_n(reading->json, text, length);
	return true;
}

/* ---- what holds others ---- */

static bool add_sequence(struct reading *reading, const yaml_node_t *node)
{
	bool good = true;

	tc_json_add_array(reading->json);
	for (yaml_node_item_t *item = node->data.sequence.items.start;
		good && item < node->data.sequence.items.top; item++)
		good = add_node(reading, yaml_document_get_node(&reading->document, *item));
	tc_json_end(reading->json);
	return good;
}

static bool add_pair(struct reading *reading, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(&reading->document, pair->key);

	if (key->type != YAML_SCALAR_NODE ||
		strlen((const char *)key->data.scalar.value) != key->data.scalar.length)
		return wrong(reading, key, "a key that is no text");
	if (strcmp((const char *)key->data.scalar.value, "<<") == 0)
		return wrong(reading, key, "merge keys (<<) are not taken");
	tc_json_add_name(reading->json, (const char *)key->data.scalar.value);
	return add_node(reading, yaml_document_get_node(&reading->document, pair->value));
}

static bool add_mapping(struct reading *reading, const yaml_node_t *node)
{
	bool good = true;

	tc_json_add_object(reading->json);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		good && pair < node->data.mapping.pairs.top; pair++)
		good = add_pair(reading, pair);
	tc_json_end(reading->json);
	return good;
}

/* Whether the tag says nothing, as libyaml gives these to what has none. */
static bool has_plain_tag(const yaml_node_t *node)
{
	static const char *const tags[] = { YAML_STR_TAG, YAML_SEQ_TAG, YAML_MAP_TAG, NULL };

	return text_is_one_of((const char *)node->tag, tags);
}

static bool add_node(struct reading *reading, const yaml_node_t *node)
{
	bool good;

	if (!has_plain_tag(node))
		return wrong(reading, node, "tags are not taken");
	if (++reading->nodes > NODES_MAX)
		return wrong(reading, node, "aliases make it too large");
	if (++reading->depth > TC_JSON_DEPTH_MAX)
		return wrong(reading, node, "it is too deep");
	if (node->type == YAML_SEQUENCE_NODE)
		good = add_sequence(reading, node);
	else if (node->type == YAML_MAPPING_NODE)
		good = add_mapping(reading, node);
	else
		good = add_scalar(reading, node);
	reading->depth--;
	return good;
}

/* ---- the document ---- */

static bool wrong_syntax(const yaml_parser_t *parser, tc_error *err)
{
	tc_error_set(err, TC_ERROR_INPUT, "line %zu: %s", parser->problem_mark.line + 1,
		parser->problem ? parser->problem : "this is no YAML");
	return false;
}

/* Whether nothing follows. */
static bool ends(yaml_parser_t *parser, tc_error *err)
{
	yaml_document_t next;

	if (!yaml_parser_load(parser, &next))
		return wrong_syntax(parser, err);
	bool none = !yaml_document_get_root_node(&next);
	yaml_document_delete(&next);
	if (!none)
		tc_error_set(err, TC_ERROR_INPUT, "more than one YAML document");
	return none;
}

static bool read_document(struct reading *reading)
{
	const yaml_node_t *root = yaml_document_get_root_node(&reading->document);

	if (root)
		return add_node(reading, root);
	tc_error_set(reading->err, TC_ERROR_INPUT, "it is empty");
	return false;
}

int yaml_read(const char *text, size_t length, const tc_json **json, tc_error *err)
{
	struct reading reading = { .json = tc_json_builder_new(), .err = err };
	yaml_parser_t parser;
	bool good = false;

	if (!yaml_parser_initialize(&parser)) {
		tc_json_builder_free(reading.json);
		return tc_error_set(err, TC_ERROR_NOMEM, "memory ended");
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	if (yaml_parser_load(&parser, &reading.document)) {
		good = read_document(&reading);
		good = good && ends(&parser, err);
		yaml_document_delete(&reading.document);
	} else {
		wrong_syntax(&parser, err);
	}
	yaml_parser_delete(&parser);
	if (good)
		return tc_json_build(reading.json, json, err);
	tc_json_builder_free(reading.json);
	return err->code;
}
