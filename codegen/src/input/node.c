/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/node.h"

#include "runtime/src/base/buffer.h"
#include <stdio.h>
#include <string.h>

#define POINTER_MAX 1000

struct node node_root(const char *file, const tc_json *json)
{
	return (struct node){ .file = file, .json = json };
}

struct node node_member(const struct node *object, const char *name)
{
	return (struct node){
		.up = object,
		.file = object->file,
		.key = name,
		.json = tc_json_get(object->json, name),
	};
}

struct node node_item(const struct node *array, size_t index)
{
	return (struct node){
		.up = array,
		.file = array->file,
		.index = index,
		.json = tc_json_item(array->json, index),
	};
}

struct node node_at(const struct node *object, size_t position)
{
	return (struct node){
		.up = object,
		.file = object->file,
		.key = tc_json_text(tc_json_name(object->json, position)),
		.json = tc_json_item(object->json, position),
	};
}

void node_pointer(const struct node *node, struct tc__buffer *pointer)
{
	if (!node->up)
		return;
	node_pointer(node->up, pointer);
	tc__buffer_char(pointer, '/');
	if (!node->key) {
		tc__buffer_int(pointer, (int64_t)node->index);
		return;
	}
	for (const char *at = node->key; *at; at++) {
		if (*at == '~' || *at == '/')
			tc__buffer_text(pointer, *at == '~' ? "~0" : "~1");
		else
			tc__buffer_char(pointer, *at);
	}
}

/* Input ends up on terminals: control characters must not. */
static void make_printable(char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte < ' ' || byte == 0x7f)
			*text = '?';
	}
}

int node_fail(const struct node *node, tc_error *err, const char *format, ...)
{
	struct tc__buffer pointer = TC__BUFFER(POINTER_MAX);
	char message[TC__MESSAGE_MAX + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	make_printable(message);
	node_pointer(node, &pointer);
	if (pointer.data)
		make_printable(pointer.data);
	tc__fail_at(err, TC_ERROR_INPUT, tc__buffer_get(&pointer), "%s", message);
	tc_error_prefix(err, "%s", node->file);
	tc__buffer_clear(&pointer);
	return TC_ERROR_INPUT;
}

static const char *kind_name(const tc_json *json)
{
	switch (tc_json_kind(json)) {
	case TC_JSON_ABSENT:
		return "missing";
	case TC_JSON_NULL:
		return "null";
	case TC_JSON_BOOL:
		return "true or false";
	case TC_JSON_NUMBER:
		return "a number";
	case TC_JSON_STRING:
		return "a string";
	case TC_JSON_ARRAY:
		return "an array";
	case TC_JSON_OBJECT:
		return "an object";
	}
	return "unknown";
}

static int expect(const struct node *node, enum tc_json_kind kind, const char *name, tc_error *err)
{
	if (tc_json_kind(node->json) == kind)
		return TC_OK;
	return node_fail(node, err, "is %s; expected %s", kind_name(node->json), name);
}

int node_object(const struct node *node, tc_error *err)
{
	return expect(node, TC_JSON_OBJECT, "an object", err);
}

int node_array(const struct node *node, tc_error *err)
{
	return expect(node, TC_JSON_ARRAY, "an array", err);
}

int node_text(const struct node *node, const char **text, tc_error *err)
{
	int rc = expect(node, TC_JSON_STRING, "a string", err);

	if (rc != TC_OK)
		return rc;
	*text = tc_json_text(node->json);
	if (strlen(*text) == tc_json_text_length(node->json))
		return TC_OK;
	return node_fail(node, err, "contains \\u0000; expected a string without it");
}

int node_optional_text(
	const struct node *object, const char *name, const char **text, tc_error *err)
{
	struct node member = node_member(object, name);

	*text = NULL;
	return member.json ? node_text(&member, text, err) : TC_OK;
}

int node_flag(const struct node *object, const char *name, bool *flag, tc_error *err)
{
	struct node member = node_member(object, name);

	*flag = tc_json_true(member.json);
	return member.json ? expect(&member, TC_JSON_BOOL, "true or false", err) : TC_OK;
}

int node_list(const struct node *object, const char *name, struct node *list, tc_error *err)
{
	*list = node_member(object, name);
	return list->json ? node_array(list, err) : TC_OK;
}

int node_refuse_others(
	const struct node *object, const char *const *known, const char *expected, tc_error *err)
{
	int rc = node_object(object, err);

	for (size_t i = 0; i < tc_json_count(object->json) && rc == TC_OK; i++) {
		struct node member = node_at(object, i);
		const char *const *name = known;
		while (*name && strcmp(*name, member.key) != 0)
			name++;
		if (!*name)
			rc = node_fail(&member, err, "is no known member; expected %s", expected);
	}
	return rc;
}
