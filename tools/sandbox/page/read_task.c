/* SPDX-License-Identifier: MPL-2.0 */

/* What people paste into the form of a new task: read, checked, and shown where it is wrong. */

#include "tools/documents/json.h"
#include "tools/documents/yaml.h"
#include "tools/sandbox/page/page.h"
#include "tools/sandbox/request/error.h"
#include "tools/schema/step.h"
#include "tools/schema/validate.h"

#include <string.h>

#define TEXT_MAX ((size_t)2 << 20)

/* A text that was read as one or the other. */
struct pasted {
	struct request *request;
	const char *text;
	size_t length;
	const tc_json *json; /* as JSON, owned; else NULL */
	struct yaml *yaml;   /* as YAML; else NULL */
};

static void write_problem(
	struct writer *reply, struct place place, const char *pointer, const char *message)
{
	write_object(reply);
	write_member_int(reply, "line", (int64_t)place.line);
	write_member_int(reply, "column", (int64_t)place.column);
	write_member(reply, "pointer", pointer);
	write_member(reply, "message", message);
	write_end_object(reply);
}

static struct place place_in(const struct pasted *pasted, const char *pointer)
{
	return pasted->yaml ? yaml_place(pasted->yaml, pointer)
			    : json_place(pasted->text, pasted->json, pointer);
}

/* A member too many is where it stands itself; all else, where the value does. */
static struct place place_of_fault(
	const struct pasted *pasted, const char *pointer, const char *text)
{
	struct tc__buffer inside = TC__BUFFER(TEXT_MAX);
	const tc_json *name = validate_unwanted(text);
	struct step step = { .name = tc_json_text(name) };

	tc__buffer_text(&inside, pointer);
	if (name)
		step_write(&inside, &step);
	struct place place = place_in(pasted, tc__buffer_get(&inside));
	tc__buffer_clear(&inside);
	tc_release(name);
	return place;
}

static void tell(void *data, const char *pointer, const char *text)
{
	struct pasted *pasted = data;
	struct place place = place_of_fault(pasted, pointer, text);

	write_problem(&pasted->request->reply, place, pointer, text);
}

/* As createTask does: with the defaults of what is absent. */
static void check(struct pasted *pasted, const tc_json *task)
{
	struct sandbox *sandbox = pasted->request->sandbox;
	const struct route *route = route_named(&sandbox->routes, "queue", "createTask");
	struct schema schema = schemas_of(&sandbox->schemas, route->operation, "input");
	const tc_json *filled = schema.json ? validate_fill(&sandbox->schemas, schema, task) : NULL;

	/* what cannot be copied is checked as it is */
	if (schema.json)
		validate_each(&sandbox->schemas, schema, filled ? filled : task, tell, pasted);
	tc_release(filled);
}

static void write_read(struct pasted *pasted)
{
	struct writer *reply = &pasted->request->reply;
	const tc_json *task = pasted->yaml ? yaml_json(pasted->yaml) : pasted->json;

	write_object(reply);
	write_name(reply, "task");
	write_json(reply, task);
	write_name(reply, "problems");
	write_array(reply);
	check(pasted, task);
	write_end_array(reply);
	write_end_object(reply);
}

static void write_unread(struct pasted *pasted, struct place wrong, const char *message)
{
	struct writer *reply = &pasted->request->reply;

	write_object(reply);
	write_name(reply, "task");
	write_string(reply, NULL);
	write_name(reply, "problems");
	write_array(reply);
	write_problem(reply, wrong, "", message);
	write_end_array(reply);
	write_end_object(reply);
}

/* What is JSON is read as that: its escapes and long names are more than YAML takes. */
static int read_text(struct pasted *pasted)
{
	tc_error err = TC_ERROR_INIT;
	struct place wrong = { 1, 1 };
	int rc = tc_json_parse(pasted->text, pasted->length, &pasted->json, NULL);

	if (rc != TC_OK)
		rc = yaml_open(pasted->text, pasted->length, &pasted->yaml, &wrong, &err);
	if (rc == TC_OK)
		write_read(pasted);
	else if (rc == TC_ERROR_INPUT)
		write_unread(
			pasted, wrong.line ? wrong : (struct place){ 1, 1 }, tc_error_text(&err));
	tc_error_clear(&err);
	tc_release(pasted->json);
	yaml_close(pasted->yaml);
	return rc == TC_OK || rc == TC_ERROR_INPUT
		? 200
		: refuse(pasted->request, INTERNAL_SERVER_ERROR, "out of memory");
}

int page_read_task(struct request *request)
{
	struct pasted pasted = { .request = request,
		.text = tc__buffer_get(&request->body),
		.length = request->body.length };

	if (request->too_large || pasted.length > TEXT_MAX)
		return refuse_with(
			request, 413, "PayloadTooLarge", "a task is at most 2 MiB of text here");
	return read_text(&pasted);
}
