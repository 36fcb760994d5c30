/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/fields.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <string.h>
#include <strings.h>

/* Below this one is again this one. */
const struct field field_any = { NULL, &field_any };

/* What the status and the definition both have. */
#define FIELDS_OF_BOTH \
	{ "provisionerId", NULL }, { "workerType", NULL }, { "taskQueueId", NULL }, \
		{ "schedulerId", NULL }, { "projectId", NULL }, { "taskGroupId", NULL }, \
		{ "deadline", NULL }, { "expires", NULL }, \
	{ \
		"priority", NULL \
	}

static const struct field status_fields[] = {
	FIELDS_OF_BOTH,
	{ "taskId", NULL },
	{ "retriesLeft", NULL },
	{ "state", NULL },
	{ "runs", NULL },
	{ NULL, NULL },
};

static const struct field metadata_fields[] = {
	{ "name", NULL },
	{ "description", NULL },
	{ "owner", NULL },
	{ "source", NULL },
	{ NULL, NULL },
};

static const struct field task_fields[] = {
	FIELDS_OF_BOTH,
	{ "dependencies", NULL },
	{ "requires", NULL },
	{ "routes", NULL },
	{ "retries", NULL },
	{ "created", NULL },
	{ "scopes", NULL },
	{ "metadata", metadata_fields },
	{ "payload", &field_any },
	{ "tags", &field_any },
	{ "extra", &field_any },
	{ NULL, NULL },
};

static const struct field item_fields[] = {
	{ "status", status_fields },
	{ "task", task_fields },
	{ NULL, NULL },
};

const struct field field_root = { "task", item_fields };

static int unknown(const struct field *fields, const char *name, size_t length)
{
	char typed[SUGGEST_MAX];
	size_t kept = length < sizeof typed ? length : sizeof typed - 1;

	memcpy(typed, name, kept);
	typed[kept] = '\0';
	struct suggestion suggestion = suggest_for(typed);
	for (; fields->name; fields++)
		suggest_consider(&suggestion, fields->name);
	return suggestion.name
		? usage_error("--format-string: there is no field %s: did you mean %s?", typed,
			  suggestion.name)
		: usage_error("--format-string: there is no field %s: `taskcluster group list "
			      "--json` shows what there is",
			  typed);
}

int field_find(const struct field **field, const char *name, size_t length)
{
	const struct field *within = *field;

	if (!within->fields)
		return usage_error("--format-string: %s has no field %.*s, as it has none",
			within->name, (int)length, name);
	if (within->fields == &field_any) {
		*field = &field_any;
		return 0;
	}
	for (const struct field *at = within->fields; at->name; at++) {
		if (strlen(at->name) == length && strncasecmp(at->name, name, length) == 0) {
			*field = at;
			return 0;
		}
	}
	return unknown(within->fields, name, length);
}
