/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/check.h"

#include "tools/schema/validate.h"
#include "tools/taskcluster/d2g/image_name.h"
#include "tools/taskcluster/d2g/schemas.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>

struct check {
	const char *heading; /* of the error */
	const char *where;   /* the payload's pointer in the document */
	int status;
};

/* Each fault is a line below the error. */
static void take_fault(void *data, const char *pointer, const char *text)
{
	struct check *check = data;
	bool whole = !*pointer && !*check->where;

	if (check->status == 0)
		check->status = usage_error("%s", check->heading);
	hint("%s%s%s %s", check->where, pointer, whole ? "it" : "", text);
}

/* By the schema at the pointer in the text. */
static void check_schema(struct check *check, const tc_json *payload, const char *text,
	size_t length, const char *pointer)
{
	struct schemas schemas = { 0 };
	tc_error err = TC_ERROR_INIT;
	int code = schemas_add(&schemas, "/payload.json", text, length, &err);
	struct schema all = schemas_find(&schemas, "/payload.json");

	if (code == TC_OK)
		validate_each(&schemas, schemas_inside(all, tc_json_at(all.json, pointer)), payload,
			take_fault, check);
	else
		check->status = failure("%s", tc_error_text(&err));
	schemas_clear(&schemas);
	tc_error_clear(&err);
}

static void check_image(struct check *check, const tc_json *image)
{
	bool is_name = tc_json_kind(image) == TC_JSON_STRING;
	const tc_json *name = is_name ? image : tc_json_get(image, "name");
	const char *fault =
		name ? image_name_fault(tc_json_text(name), tc_json_text_length(name)) : NULL;
	char text[256];

	if (!fault)
		return;
	snprintf(text, sizeof text, "is \"%.80s\", which %s", tc_json_text(name), fault);
	take_fault(check, is_name ? "/image" : "/image/name", text);
}

static void check_number(struct check *check, const char *pointer, const tc_json *number)
{
	int64_t value;

	if (number && !tc_json_int64(number, &value))
		take_fault(check, pointer, "is larger than any worker's numbers");
}

static void check_numbers(struct check *check, const tc_json *payload, const char *list)
{
	const tc_json *numbers = tc_json_at(payload, list);
	char pointer[64];

	for (size_t i = 0; i < tc_json_count(numbers); i++) {
		snprintf(pointer, sizeof pointer, "%s/%zu", list, i);
		check_number(check, pointer, tc_json_item(numbers, i));
	}
}

static void check_date(struct check *check, const tc_json *artifact, const char *name)
{
	const char *expires = tc_json_text(tc_json_get(artifact, "expires"));
	char date[TC_DATE_SIZE], pointer[128], text[128];
	struct timespec when;

	if (!expires ||
		(tc_date_parse(expires, &when, NULL) == TC_OK &&
			tc_date_format(when, date, NULL) == TC_OK))
		return;
	snprintf(pointer, sizeof pointer, "/artifacts/%.80s/expires", name);
	snprintf(text, sizeof text, "is \"%.40s\"; expected a date such as 2026-01-31T23:59:59Z",
		expires);
	take_fault(check, pointer, text);
}

int check_input(const tc_json *payload, const char *where)
{
	const tc_json *artifacts = tc_json_get(payload, "artifacts");
	struct check check = { "input validation failed: it is no payload of docker-worker", where,
		0 };

	check_schema(&check, payload, d2g_docker_worker, d2g_docker_worker_length, "");
	if (check.status != 0)
		return check.status;
	check_image(&check, tc_json_get(payload, "image"));
	check_number(&check, "/maxRunTime", tc_json_get(payload, "maxRunTime"));
	check_numbers(&check, payload, "/onExitStatus/retry");
	check_numbers(&check, payload, "/onExitStatus/purgeCaches");
	for (size_t i = 0; i < tc_json_count(artifacts); i++)
		check_date(&check, tc_json_item(artifacts, i),
			tc_json_text(tc_json_name(artifacts, i)));
	return check.status;
}

/* The file with the image by the one shape that is meant: of several a schema tells only that none
 * fits. */
static void check_image_file(struct check *check, const tc_json *payload)
{
	const tc_json *mounts = tc_json_get(payload, "mounts");
	size_t count = tc_json_count(mounts), last = count ? count - 1 : 0;
	const tc_json *content = tc_json_get(tc_json_item(mounts, last), "content");
	const char *shape = tc_json_get(content, "taskId") ? "/definitions/content/oneOf/0"
							   : "/definitions/content/oneOf/1";
	char where[64];

	if (!content)
		return;
	snprintf(where, sizeof where, "/mounts/%zu/content", last);
	check->where = where;
	check_schema(check, content, d2g_multiuser_posix, d2g_multiuser_posix_length, shape);
	check->where = "";
}

int check_output(const tc_json *payload)
{
	struct check check = {
		"output validation failed: generic-worker would not take the payload as translated",
		"", 0
	};

	check_image_file(&check, payload);
	if (check.status == 0)
		check_schema(&check, payload, d2g_multiuser_posix, d2g_multiuser_posix_length,
			"/oneOf/0");
	return check.status;
}
