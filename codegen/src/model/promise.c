/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/promise.h"

#include <string.h>

#define LIST_MAX 16

/* A list that is there has items. Room for them and an end; NULL when there is none, or on failure.
 */
static void *room_for(
	struct model *model, const struct node *list, size_t size, int *rc, tc_error *err)
{
	size_t count = tc_json_count(list->json);

	*rc = list->json ? node_array(list, err) : TC_OK;
	if (*rc != TC_OK || !list->json)
		return NULL;
	if (count == 0 || count > LIST_MAX) {
		*rc = node_fail(list, err, "has %zu items; expected 1 to %d", count, LIST_MAX);
		return NULL;
	}
	void *room = tc__arena_alloc(&model->arena, (count + 1) * size);
	*rc = room ? TC_OK : tc__fail_nomem(err);
	return room;
}

static int read_statuses(
	struct model *model, const struct node *list, const uint16_t **statuses, tc_error *err)
{
	int rc;
	uint16_t *all = room_for(model, list, sizeof *all, &rc, err);

	if (!all)
		return rc;
	size_t count = tc_json_count(list->json);
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(list, i);
		int64_t status = 0;
		if (!tc_json_int64(item.json, &status) || status < 200 || status > 399)
			return node_fail(&item, err,
				"is no status of a success; expected one from 200 to 399");
		all[i] = (uint16_t)status;
	}
	all[count] = 0;
	*statuses = all;
	return TC_OK;
}

/* "image/svg+xml": in small letters, and without parameters (RFC 6838, 4.2). */
static bool is_media_type(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-";
	size_t type = strspn(text, letters);

	if (type == 0 || text[type] != '/')
		return false;
	size_t subtype = strspn(text + type + 1, letters);
	return subtype && !text[type + 1 + subtype];
}

static int read_types(
	struct model *model, const struct node *list, const char *const **types, tc_error *err)
{
	int rc;
	const char **all = room_for(model, list, sizeof *all, &rc, err);

	if (!all)
		return rc;
	size_t count = tc_json_count(list->json);
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(list, i);
		rc = node_text(&item, &all[i], err);
		if (rc != TC_OK)
			return rc;
		if (!is_media_type(all[i]))
			return node_fail(&item, err,
				"is \"%.100s\"; expected a media type in small letters, such as "
				"text/plain",
				all[i]);
	}
	all[count] = NULL;
	*types = all;
	return TC_OK;
}

/* Redirects are not asked for their types. */
static int check_types(const struct node *types, const struct operation *operation, tc_error *err)
{
	const uint16_t *status = operation->success;

	while (status && *status >= 300)
		status++;
	if (!types->json || !status || *status)
		return TC_OK;
	return node_fail(types, err, "has no meaning without a status below 300");
}

int promise_read(
	struct model *model, const struct node *node, struct operation *operation, tc_error *err)
{
	static const char *const known[] = { "statuses", "types", NULL };
	struct node statuses = node_member(node, "statuses"), types = node_member(node, "types");

	if (!node->json)
		return TC_OK;
	int rc = node_refuse_others(node, known, "statuses or types", err);
	if (rc == TC_OK)
		rc = read_statuses(model, &statuses, &operation->success, err);
	if (rc == TC_OK)
		rc = read_types(model, &types, &operation->reply_types, err);
	return rc == TC_OK ? check_types(&types, operation, err) : rc;
}

int promise_read_types(
	struct model *model, const struct node *node, const char *const **types, tc_error *err)
{
	static const char *const known[] = { "types", NULL };
	struct node list = node_member(node, "types");

	if (!node->json)
		return TC_OK;
	int rc = node_refuse_others(node, known, "types", err);
	return rc == TC_OK ? read_types(model, &list, types, err) : rc;
}
