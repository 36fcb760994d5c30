/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/documents/nodes.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>
#include <yaml.h>

struct anchor {
	const char *name;
	size_t node;
};

struct loading {
	struct nodes *nodes;
	const char *text;
	size_t length;
	void *anchors; /* a tree of struct anchor */
	size_t open[TC_JSON_DEPTH_MAX];
	size_t depth, documents;
	struct place *wrong;
	tc_error *err;
};

static bool no_memory(struct loading *loading)
{
	tc_error_set(loading->err, TC_ERROR_NOMEM, "memory ended");
	return false;
}

static struct place place_at(yaml_mark_t mark)
{
	return (struct place){ mark.line + 1, mark.column + 1 };
}

static bool wrong(struct loading *loading, const yaml_event_t *event, const char *problem)
{
	*loading->wrong = place_at(event->start_mark);
	tc_error_set(loading->err, TC_ERROR_INPUT, "%s", problem);
	return false;
}

/* Of bytes that are no text the parser knows the offset only. */
static bool wrong_syntax(struct loading *loading, const yaml_parser_t *parser)
{
	bool bytes =
		parser->error == YAML_READER_ERROR && parser->problem_offset <= loading->length;

	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(loading);
	*loading->wrong = bytes ? place_of(loading->text, parser->problem_offset)
				: place_at(parser->problem_mark);
	tc_error_set(loading->err, TC_ERROR_INPUT, "%s",
		parser->problem ? parser->problem : "this is no YAML");
	return false;
}

/* ---- anchors ---- */

static int by_name(const void *a, const void *b)
{
	const struct anchor *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* One of a name that was there takes its place. */
static bool keep_anchor(struct loading *loading, const yaml_char_t *name, size_t node)
{
	struct tc__arena *arena = &loading->nodes->arena;

	if (!name)
		return true;
	struct anchor *anchor = tc__arena_alloc(arena, sizeof *anchor);
	if (!anchor)
		return no_memory(loading);
	anchor->name = tc__arena_string(arena, (const char *)name);
	anchor->node = node;
	struct anchor **kept = anchor->name ? tsearch(anchor, &loading->anchors, by_name) : NULL;
	if (!kept)
		return no_memory(loading);
	(*kept)->node = node;
	return true;
}

static void drop_anchors(struct loading *loading)
{
	while (loading->anchors)
		tdelete(*(struct anchor **)loading->anchors, &loading->anchors, by_name);
}

/* ---- nodes ---- */

static struct node *add(struct loading *loading, const yaml_event_t *event, enum node_kind kind)
{
	struct nodes *nodes = loading->nodes;

	if (nodes->count == nodes->room) {
		size_t room = nodes->room ? 2 * nodes->room : 64;
		struct node *grown = realloc(nodes->all, room * sizeof *grown);
		if (!grown) {
			no_memory(loading);
			return NULL;
		}
		nodes->all = grown;
		nodes->room = room;
	}
	struct node *node = &nodes->all[nodes->count++];
	*node = (struct node){ .kind = kind, .size = 1, .place = place_at(event->start_mark) };
	return node;
}

/* Whether a tag says no more than what is seen anyhow. */
static bool is_known(const yaml_char_t *name)
{
	const char *tag = (const char *)name;

	return !tag || strcmp(tag, "!") == 0 || strcmp(tag, YAML_STR_TAG) == 0 ||
		strcmp(tag, YAML_SEQ_TAG) == 0 || strcmp(tag, YAML_MAP_TAG) == 0;
}

static bool add_scalar(struct loading *loading, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	if (!is_known(event->data.scalar.tag))
		return wrong(loading, event, "tags are not taken");
	struct node *node = add(loading, event, NODE_SCALAR);
	if (!node)
		return false;
	node->plain =
		event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
	node->text = tc__arena_text(&loading->nodes->arena, text, length);
	node->length = length;
	if (!node->text)
		return no_memory(loading);
	return keep_anchor(loading, event->data.scalar.anchor, loading->nodes->count - 1);
}

static bool open_node(struct loading *loading, const yaml_event_t *event, enum node_kind kind,
	const yaml_char_t *tag, const yaml_char_t *anchor)
{
	if (!is_known(tag))
		return wrong(loading, event, "tags are not taken");
	if (loading->depth == TC_JSON_DEPTH_MAX)
		return wrong(loading, event, "it is too deep");
	if (!add(loading, event, kind))
		return false;
	size_t node = loading->nodes->count - 1;
	loading->open[loading->depth++] = node;
	return keep_anchor(loading, anchor, node);
}

static bool close_node(struct loading *loading)
{
	size_t node = loading->open[--loading->depth];

	loading->nodes->all[node].size = loading->nodes->count - node;
	return true;
}

static bool add_alias(struct loading *loading, const yaml_event_t *event)
{
	struct anchor wanted = { (const char *)event->data.alias.anchor, 0 };
	struct anchor **found = tfind(&wanted, &loading->anchors, by_name);

	if (!found)
		return wrong(loading, event, "found undefined alias");
	struct node *node = add(loading, event, NODE_ALIAS);
	if (node)
		node->target = (*found)->node;
	return node != NULL;
}

static bool take(struct loading *loading, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return loading->documents++ == 0 ||
			wrong(loading, event, "more than one YAML document");
	case YAML_SCALAR_EVENT:
		return add_scalar(loading, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(loading, event, NODE_LIST, event->data.sequence_start.tag,
			event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return open_node(loading, event, NODE_MAP, event->data.mapping_start.tag,
			event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_node(loading);
	case YAML_ALIAS_EVENT:
		return add_alias(loading, event);
	default:
		return true;
	}
}

static bool take_all(struct loading *loading, yaml_parser_t *parser)
{
	yaml_event_t event;
	bool good, last;

	do {
		if (!yaml_parser_parse(parser, &event))
			return wrong_syntax(loading, parser);
		last = event.type == YAML_STREAM_END_EVENT;
		good = take(loading, &event);
		yaml_event_delete(&event);
	} while (good && !last);
	return good;
}

int nodes_load(
	struct nodes *nodes, const char *text, size_t length, struct place *wrong_at, tc_error *err)
{
	struct loading loading = {
		.nodes = nodes, .text = text, .length = length, .wrong = wrong_at, .err = err
	};
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser))
		return tc_error_set(err, TC_ERROR_NOMEM, "memory ended");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	bool good = take_all(&loading, &parser);
	yaml_parser_delete(&parser);
	drop_anchors(&loading);
	if (good && nodes->count == 0)
		return tc_error_set(err, TC_ERROR_INPUT, "it is empty");
	return good ? TC_OK : err->code;
}

const struct node *nodes_meant(const struct nodes *nodes, const struct node *node)
{
	return node->kind == NODE_ALIAS ? &nodes->all[node->target] : node;
}

void nodes_clear(struct nodes *nodes)
{
	free(nodes->all);
	tc__arena_clear(&nodes->arena);
	*nodes = (struct nodes){ 0 };
}
