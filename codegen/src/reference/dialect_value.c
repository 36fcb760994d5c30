/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/reference/dialect_value.h"

#include "codegen/src/input/pattern.h"
#include "runtime/src/base/buffer.h"
#include <string.h>

#define LIST_MAX 256

void *dialect_allocate(const struct dialect_reader *reader, size_t count, size_t size)
{
	void *array = tc__arena_alloc(&reader->model->arena, count * size);

	if (!array)
		tc__fail_nomem(reader->err);
	return array ? memset(array, 0, count * size) : NULL;
}

int dialect_refuse_others(
	const struct dialect_reader *reader, const struct node *object, const char *const *known)
{
	return node_refuse_others(object, known, "those of references/dialect.md", reader->err);
}

int dialect_text(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **text)
{
	struct node node = node_member(object, name);

	return node.json ? node_text(&node, text, reader->err) : TC_OK;
}

int dialect_line(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **text)
{
	struct node node = node_member(object, name);
	int rc = dialect_text(reader, object, name, text);

	for (const char *at = rc == TC_OK && node.json ? *text : ""; *at && rc == TC_OK; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			rc = node_fail(&node, reader->err,
				"has a control character; expected one line of text");
	return rc;
}

/* RFC 9110, 5.6.2 */
int dialect_check_token(
	const struct dialect_reader *reader, const struct node *node, const char *text)
{
	static const char others[] = "!#$%&'*+-.^_`|~0123456789";
	const char *at = text;

	while ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		(*at && strchr(others, *at)))
		at++;
	if (*text && !*at)
		return TC_OK;
	return node_fail(node, reader->err,
		"is \"%.100s\"; expected a name without spaces, separators and control characters",
		text);
}

int dialect_token(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **text)
{
	struct node node = node_member(object, name);
	int rc = dialect_text(reader, object, name, text);

	return rc == TC_OK && node.json ? dialect_check_token(reader, &node, *text) : rc;
}

int dialect_required_text(const struct dialect_reader *reader, const struct node *object,
	const char *name, const char **text)
{
	struct node node = node_member(object, name);

	return node_text(&node, text, reader->err);
}

int dialect_choice(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char *const *names, uint8_t *choice)
{
	struct node node = node_member(object, name);
	const char *text = NULL;

	if (!node.json)
		return TC_OK;
	int rc = node_text(&node, &text, reader->err);
	if (rc != TC_OK)
		return rc;
	for (uint8_t i = 0; names[i]; i++) {
		if (strcmp(names[i], text) != 0)
			continue;
		*choice = i;
		return TC_OK;
	}
	struct tc__buffer all = TC__BUFFER(500);
	for (size_t i = 0; names[i]; i++)
		tc__buffer_printf(&all, "%s%s", all.length ? ", " : "", names[i]);
	rc = node_fail(&node, reader->err, "is \"%.100s\"; expected one of %s", text,
		tc__buffer_get(&all));
	tc__buffer_clear(&all);
	return rc;
}

int dialect_integer(const struct dialect_reader *reader, const struct node *object,
	const char *name, int64_t *value)
{
	struct node node = node_member(object, name);

	if (!node.json || tc_json_int64(node.json, value))
		return TC_OK;
	return node_fail(&node, reader->err, "is no integer of 64 bits");
}

int dialect_digits(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **digits)
{
	struct node node = node_member(object, name);
	int64_t value;
	const char *text = tc_json_text(node.json);

	if (!node.json)
		return TC_OK;
	if (!tc_json_int64(node.json, &value) || text[strspn(text, "-0123456789")])
		return node_fail(&node, reader->err, "is no integer; expected digits");
	*digits = text;
	return TC_OK;
}

int dialect_flag(const struct dialect_reader *reader, const struct node *object, const char *name,
	bool *flag)
{
	struct node node = node_member(object, name);

	return node.json ? node_flag(object, name, flag, reader->err) : TC_OK;
}

static int list_of(const struct dialect_reader *reader, const struct node *object, const char *name,
	struct node *list)
{
	int rc = node_list(object, name, list, reader->err);

	if (rc == TC_OK && tc_json_count(list->json) > LIST_MAX)
		rc = node_fail(list, reader->err, "has %zu items; expected at most %d",
			tc_json_count(list->json), LIST_MAX);
	return rc;
}

int dialect_rows(const struct dialect_reader *reader, const struct node *list, size_t size,
	dialect_read_row *read, void **rows)
{
	int rc = node_array(list, reader->err);
	size_t count = tc_json_count(list->json);

	if (rc == TC_OK && count > LIST_MAX)
		rc = node_fail(
			list, reader->err, "has %zu items; expected at most %d", count, LIST_MAX);
	if (rc != TC_OK)
		return rc;
	char *array = dialect_allocate(reader, count + 1, size);
	if (!array)
		return TC_ERROR_NOMEM;
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node item = node_item(list, i);
		rc = read(reader, &item, array + i * size);
	}
	*rows = array;
	return rc;
}

int dialect_texts(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char *const **texts)
{
	struct node list;
	int rc = list_of(reader, object, name, &list);
	size_t count = rc == TC_OK ? tc_json_count(list.json) : 0;

	if (rc != TC_OK || !list.json)
		return rc;
	const char **array = dialect_allocate(reader, count + 1, sizeof *array);
	if (!array)
		return TC_ERROR_NOMEM;
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node item = node_item(&list, i);
		rc = node_text(&item, &array[i], reader->err);
	}
	*texts = array;
	return rc;
}

int dialect_patterns(const struct dialect_reader *reader, const struct node *object,
	const char *name, const char *const **patterns)
{
	struct node list = node_member(object, name);
	int rc = dialect_texts(reader, object, name, patterns);

	for (size_t i = 0; rc == TC_OK && i < tc_json_count(list.json); i++) {
		struct node item = node_item(&list, i);
		rc = pattern_check(&item, (*patterns)[i], reader->err);
	}
	return rc;
}

int dialect_pattern(const struct dialect_reader *reader, const struct node *object,
	const char *name, const char **pattern)
{
	struct node node = node_member(object, name);
	int rc = dialect_text(reader, object, name, pattern);

	return rc == TC_OK && node.json ? pattern_check(&node, *pattern, reader->err) : rc;
}

int dialect_statuses(const struct dialect_reader *reader, const struct node *object,
	const char *name, const uint16_t **statuses)
{
	struct node list;
	int rc = list_of(reader, object, name, &list);

	if (rc != TC_OK || !list.json)
		return rc;
	size_t count = tc_json_count(list.json);
	uint16_t *array = dialect_allocate(reader, count + 1, sizeof *array);
	if (!array)
		return TC_ERROR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(&list, i);
		int64_t status = 0;
		if (!tc_json_int64(item.json, &status) || status < 100 || status > 599)
			return node_fail(&item, reader->err, "is no status; expected 100 to 599");
		array[i] = (uint16_t)status;
	}
	*statuses = array;
	return TC_OK;
}
