/* SPDX-License-Identifier: MPL-2.0 */

/* `validate-json`. */

#include "tools/taskcluster/validate/validate.h"

#include "tools/documents/yaml.h"
#include "tools/schema/uri.h"
#include "tools/schema/validate.h"
#include "tools/schema/vet.h"
#include "tools/taskcluster/commands/validate.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/validate/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBLEMS_MAX 1000
#define SHOWN_MAX 60 /* bytes of a value in a message */

struct validation {
	bool json;
	struct bytes_from from;
	const tc_json *document;
	size_t problems;
	int status;
};

static int take_option(void *data, int id, const char *value)
{
	struct validation *validation = data;

	(void)value;
	if (id == VALIDATE_JSON)
		validation->json = true;
	return 0;
}

/* ---- reading ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), count = strlen(end);

	return length >= count && strcmp(text + length - count, end) == 0;
}

/* Without a name that tells, what does not begin as JSON does may be YAML. */
static bool may_be_yaml(const char *location, const char *text)
{
	if (ends_with(location, ".json"))
		return false;
	text += strspn(text, " \t\r\n");
	return *text && !strchr("{[\"", *text);
}

static int parse(
	const char *location, const struct tc__buffer *bytes, const tc_json **json, tc_error *err)
{
	const char *text = tc__buffer_get(bytes);

	if (ends_with(location, ".yml") || ends_with(location, ".yaml"))
		return yaml_read(text, bytes->length, json, err);
	int rc = tc_json_parse(text, bytes->length, json, err);
	if (rc == TC_ERROR_INPUT && may_be_yaml(location, text))
		return yaml_read(text, bytes->length, json, err);
	return rc;
}

/* What is at a location, for tc_release; an error names it. */
static int read_json(
	struct validation *validation, const char *location, const tc_json **json, tc_error *err)
{
	struct tc__buffer bytes = TC__BUFFER(BYTES_MAX);
	tc_error cause = TC_ERROR_INIT;
	int rc = bytes_read(&validation->from, location, &bytes, &cause);

	if (rc == TC_OK)
		rc = parse(location, &bytes, json, &cause);
	if (rc != TC_OK)
		tc_error_set(err, rc, "%s: %s", bytes_shown(location), tc_error_text(&cause));
	tc_error_clear(&cause);
	tc__buffer_clear(&bytes);
	return rc;
}

/* Files may refer to files, and what a server has to more of that server. */
static int fetch_schema(
	void *data, const char *from, const char *location, const tc_json **json, tc_error *err)
{
	bool allowed = bytes_is_remote(from) ? uri_same_origin(from, location)
					     : strncmp(location, "file:///", 8) == 0;

	if (!allowed)
		return tc_error_set(err, TC_ERROR_INPUT,
			"%s refers to %s, which is not fetched: %s", bytes_shown(from), location,
			bytes_is_remote(from) ? "only schemas of the same server are"
					      : "only files are, from a file");
	return read_json(data, location, json, err);
}

/* ---- what is told ---- */

/* Of a schema: what is in it and does not count. */
static void take_note(void *data, const char *place, const char *text)
{
	(void)data;
	complain("warning: %s: %s", place, text);
}

static void print_problem(struct validation *validation, const char *pointer, const char *text)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	tc_json_add_name(json, "pointer");
	tc_json_add_string(json, pointer);
	member_text(json, "problem", text);
	const tc_json *value = tc_json_at(validation->document, pointer);
	if (value) {
		tc_json_add_name(json, "value");
		tc_json_add_json(json, value);
	}
	int status = output_object(json);
	if (status != 0)
		validation->status = status;
}

/* The beginning of a value, cut between characters. */
static void show_value(const tc_json *value, char shown[SHOWN_MAX + 8])
{
	char *text = NULL;
	size_t length = 0;

	shown[0] = '\0';
	if (!value || tc_json_write(value, TC_JSON_COMPACT, &text, &length, NULL) != TC_OK)
		return;
	size_t kept = length < SHOWN_MAX ? length : SHOWN_MAX;
	while (kept < length && kept > 0 && (text[kept] & 0xc0) == 0x80)
		kept--;
	snprintf(shown, SHOWN_MAX + 8, "%.*s%s", (int)kept, text, kept < length ? "…" : "");
	tc_release(text);
}

static void tell_problem(struct validation *validation, const char *pointer, const char *text)
{
	char shown[SHOWN_MAX + 8];
	size_t room = strlen(pointer) + strlen(text) + sizeof shown + 40;
	char *line = malloc(room);

	show_value(tc_json_at(validation->document, pointer), shown);
	if (line)
		snprintf(line, room, "- %s %s (it is %s)", *pointer ? pointer : "the document",
			text, shown);
	tell(line ? line : text);
	free(line);
}

static void take_problem(void *data, const char *pointer, const char *text)
{
	struct validation *validation = data;

	validation->problems++;
	if (validation->json)
		print_problem(validation, pointer, text);
	else
		tell_problem(validation, pointer, text);
}

/* ---- the job ---- */

static int judge(struct validation *validation, struct schemas *schemas, struct schema schema)
{
	struct validate_report report = { take_problem, validation, PROBLEMS_MAX };
	const char *why;

	switch (validate_strictly(schemas, schema, validation->document, &report, &why)) {
	case VERDICT_KEPT:
		tell("The document is valid");
		return validation->status;
	case VERDICT_BROKEN:
		if (validation->problems == PROBLEMS_MAX)
			complain("there may be more: %d are told at most", PROBLEMS_MAX);
		return failure("the document is not valid");
	default:
		return usage_error("it cannot be said whether the document is valid: %s", why);
	}
}

static int report_input(const tc_error *err)
{
	if (err->code == TC_ERROR_INPUT || err->code == TC_ERROR_SYSTEM)
		return usage_error("%s", tc_error_text(err));
	return report(err, NULL, NULL);
}

/* The words name one thing each, and standard input is there once. */
static int check_words(const struct words *words)
{
	if (strcmp(words->all[0], "-") == 0 && strcmp(words->all[1], "-") == 0)
		return usage_error("standard input can be the schema or the document, not both");
	for (size_t i = 0; i < 2; i++) {
		const char *hash = strchr(words->all[i], '#');
		if (bytes_is_remote(words->all[i]) && hash && hash[1])
			return usage_error(
				"%s names a part of a file: name the file", words->all[i]);
	}
	return 0;
}

static int read_and_judge(struct validation *validation, const struct words *words,
	struct schemas *schemas, tc_error *err)
{
	char *schema_at = bytes_location(words->all[0]);
	char *document_at = bytes_location(words->all[1]);
	const tc_json *json = NULL;
	struct schema schema;
	int rc = schema_at && document_at ? read_json(validation, schema_at, &json, err)
					  : tc_error_set(err, TC_ERROR_NOMEM, "memory ended");

	if (rc == TC_OK)
		rc = vet(schemas, schema_at, json, &schema);
	if (rc == TC_OK)
		rc = read_json(validation, document_at, &validation->document, err);
	free(schema_at);
	free(document_at);
	return rc == TC_OK ? judge(validation, schemas, schema) : report_input(err);
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct validation *validation = data;
	tc_error err = TC_ERROR_INIT;
	struct schemas schemas = {
		.fetch = fetch_schema, .note = take_note, .data = validation, .err = &err
	};
	int status = check_words(words);

	validation->from.verbose = arguments->verbose;
	if (status == 0)
		status = read_and_judge(validation, words, &schemas, &err);
	schemas_clear(&schemas);
	tc_release(validation->document);
	bytes_close(&validation->from);
	tc_error_clear(&err);
	return status;
}

int validate_json(struct arguments *arguments)
{
	static const struct job job = { &validate_json_command, 2, 2, take_option, perform };
	struct validation validation = { 0 };

	return job_run(&job, &validation, arguments);
}
