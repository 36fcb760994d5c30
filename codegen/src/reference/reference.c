/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/reference/reference.h"

#include "codegen/src/model/scope.h"
#include "codegen/src/model/type.h"
#include "codegen/src/reference/dialect.h"
#include "runtime/src/base/buffer.h"
#include <string.h>

#define ENTRIES_MAX 4096
#define ALL_ENTRIES_MAX 16384
#define PARAMETERS_MAX 128
#define ROUTE_MAX 1000
#define EXCHANGE_MAX 255 /* AMQP's limit for names */
#define CLASSIC "classic-"

/* What every function here works on. */
struct reader {
	struct model *model;
	struct input *input;
	const struct document *document;
	struct service *service;
	const struct node *root; /* of the document */
	tc_error *err;
};

static char *copy(const struct reader *reader, const char *text, size_t length)
{
	return tc__arena_text(&reader->model->arena, text, length);
}

static void *allocate(const struct reader *reader, size_t count, size_t size)
{
	void *array = tc__arena_alloc(&reader->model->arena, count * size);

	return array ? memset(array, 0, count * size) : NULL;
}

/* Names */

static int read_name(const struct reader *reader, const struct node *node, const char **name)
{
	int rc = node_text(node, name, reader->err);

	if (rc == TC_OK && !name_is_identifier(*name))
		rc = node_fail(node, reader->err,
			"is \"%.100s\"; expected a name of at most %d letters, digits and _, a "
			"letter first",
			*name, NAME_MAX);
	return rc;
}

/* Claims all C names that an entry has now and will have with types. */
static int claim(const struct reader *reader, const struct node *node, const char *c_name,
	const char *const *patterns, size_t count)
{
	const char *place = name_place(&reader->model->names, node);
	int rc = place ? TC_OK : tc__fail_nomem(reader->err);

	for (size_t i = 0; i < count && rc == TC_OK; i++)
		rc = name_claim(&reader->model->names, node, place, reader->err, "tc_%s_%s%s%s",
			reader->service->c_name, patterns[2 * i], c_name, patterns[2 * i + 1]);
	return rc;
}

/* The name of a function or an exchange; `patterns` are pairs of what stands in front of and behind
 * it in C names. */
static int read_entry_name(const struct reader *reader, const struct node *entry,
	const char *const *patterns, size_t count, const char **name, const char **c_name)
{
	struct node node = node_member(entry, "name");
	int rc = read_name(reader, &node, name);

	if (rc != TC_OK)
		return rc;
	*c_name = name_snake(&reader->model->arena, *name);
	if (!*c_name)
		return tc__fail_nomem(reader->err);
	return claim(reader, &node, *c_name, patterns, count);
}

static int read_prose(const struct reader *reader, const struct node *object, const char *fallback,
	const char **title, const char **description)
{
	int rc = node_optional_text(object, "title", title, reader->err);

	if (rc == TC_OK)
		rc = node_optional_text(object, "description", description, reader->err);
	if (!*title)
		*title = fallback;
	if (!*description)
		*description = "";
	return rc;
}

/* Functions */

static struct dialect_reader dialect_of(const struct reader *reader)
{
	return (struct dialect_reader){
		.model = reader->model,
		.input = reader->input,
		.service = reader->service,
		.root = reader->root,
		.err = reader->err,
	};
}

static int read_parameter(const struct reader *reader, const struct node *node, bool query,
	struct parameter *list, size_t at)
{
	struct parameter *parameter = &list[at];
	int rc = node_text(node, &parameter->name, reader->err);

	if (rc != TC_OK)
		return rc;
	if (query ? !name_is_key(parameter->name) : !name_is_identifier(parameter->name))
		return node_fail(node, reader->err,
			"is \"%.100s\"; expected a name of at most %d letters, digits and %s, a "
			"letter first",
			parameter->name, NAME_MAX, query ? "_ - ." : "_");
	parameter->c_name = name_parameter(&reader->model->arena, parameter->name);
	if (!parameter->c_name)
		return tc__fail_nomem(reader->err);
	for (size_t i = 0; i < at; i++) {
		if (strcmp(list[i].c_name, parameter->c_name) == 0)
			return node_fail(node, reader->err,
				"is \"%s\", which is %s in C like \"%s\" before it; expected "
				"another name",
				parameter->name, parameter->c_name, list[i].name);
	}
	return TC_OK;
}

static int read_parameters(const struct reader *reader, const struct node *entry,
	const char *member, struct parameter **parameters, size_t *count)
{
	bool query = strcmp(member, "query") == 0;
	struct node list;
	int rc = node_list(entry, member, &list, reader->err);

	if (rc != TC_OK)
		return rc;
	*count = tc_json_count(list.json);
	if (*count > PARAMETERS_MAX)
		return node_fail(&list, reader->err, "has %zu items; expected at most %d", *count,
			PARAMETERS_MAX);
	*parameters = allocate(reader, *count, sizeof **parameters);
	if (!*parameters)
		return tc__fail_nomem(reader->err);
	for (size_t i = 0; i < *count && rc == TC_OK; i++) {
		struct node item = node_item(&list, i);
		rc = read_parameter(reader, &item, query, *parameters, i);
	}
	return rc;
}

/* What is always behind an operator is no member of the query struct. */
static int add_expanded(const struct reader *reader, const struct dialect_list *list, bool query,
	struct parameter *parameters, size_t *count)
{
	int rc = TC_OK;

	for (size_t i = 0; i < list->count && rc == TC_OK; i++) {
		if (list->items[i].bare)
			rc = read_parameter(
				reader, &list->items[i].name, query, parameters, (*count)++);
	}
	return rc;
}

/* The same for x1, where an item may be an object or a set, and headers follow the query. */
static int read_expanded(const struct reader *reader, const struct node *entry, const char *member,
	struct parameter **parameters, size_t *count)
{
	struct dialect_reader dialect = dialect_of(reader);
	bool query = strcmp(member, "query") == 0;
	struct dialect_list list, headers = { 0 };
	int rc = dialect_expand(&dialect, entry, member, &list);

	if (rc == TC_OK && query)
		rc = dialect_expand(&dialect, entry, "headers", &headers);
	if (rc != TC_OK)
		return rc;
	*count = 0;
	*parameters = allocate(reader, list.count + headers.count, sizeof **parameters);
	if (!*parameters)
		return tc__fail_nomem(reader->err);
	rc = add_expanded(reader, &list, query, *parameters, count);
	return rc == TC_OK ? add_expanded(reader, &headers, true, *parameters, count) : rc;
}

static size_t find_argument(const struct operation *operation, const char *name, size_t length)
{
	size_t i = 0;

	while (i < operation->argument_count &&
		(strncmp(operation->arguments[i].name, name, length) != 0 ||
			operation->arguments[i].name[length]))
		i++;
	return i;
}

/* Every <argument> of the route must be one of args, and each must be there once. */
static int check_placeholders(
	const struct reader *reader, const struct node *route, const struct operation *operation)
{
	uint8_t seen[PARAMETERS_MAX] = { 0 };

	for (const char *at = operation->route; (at = strchr(at, '<')); at++) {
		size_t length = strcspn(at + 1, ">");
		size_t i = find_argument(operation, at + 1, length);
		if (!at[length + 1])
			return node_fail(route, reader->err, "is \"%s\"; expected > behind every <",
				operation->route);
		if (i == operation->argument_count)
			return node_fail(route, reader->err,
				"names <%.*s>, which is not in args; expected each argument there",
				(int)length, at + 1);
		if (seen[i]++ && !reader->service->conventions)
			return node_fail(route, reader->err, "names <%s> twice; expected it once",
				operation->arguments[i].name);
	}
	for (size_t i = 0; i < operation->argument_count; i++) {
		if (!seen[i])
			return node_fail(route, reader->err,
				"is \"%s\" without <%s>, which is in args; expected it in the "
				"route",
				operation->route, operation->arguments[i].name);
	}
	return TC_OK;
}

/* Whether a segment is "." or "..", which servers or proxies would take out, or could become it by
 * its arguments: alone an argument is not taken as one. */
static bool is_dots(const char *segment, size_t length)
{
	size_t arguments = 0, dots = 0;

	for (size_t i = 0; i < length; i++) {
		if (segment[i] == '<') {
			arguments++;
			i += strcspn(segment + i, ">");
		} else if (segment[i] != '.') {
			return false;
		} else {
			dots++;
		}
	}
	return arguments ? arguments + dots > 1 : dots == 1 || dots == 2;
}

/* Routes are sent as they stand: only what needs no encoding in a path. */
static bool is_route(const char *route)
{
	static const char *const others = "-._~!$&'()*+,;=:@/<>";

	if (*route != '/' || strlen(route) > ROUTE_MAX || strstr(route, "//"))
		return false;
	for (const char *at = route; *at; at++) {
		bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
		if (!letter && !(*at >= '0' && *at <= '9') && !strchr(others, *at))
			return false;
		if (*at == '/' && is_dots(at + 1, strcspn(at + 1, "/")))
			return false;
	}
	return true;
}

static int read_route(
	const struct reader *reader, const struct node *entry, struct operation *operation)
{
	struct node node = node_member(entry, "route");
	int rc = node_text(&node, &operation->route, reader->err);

	if (rc != TC_OK)
		return rc;
	if (!is_route(operation->route))
		return node_fail(&node, reader->err,
			"is \"%.200s\"; expected a path such as /task/<taskId>, without empty or "
			"dot segments and without anything that a URL would encode",
			operation->route);
	return check_placeholders(reader, &node, operation);
}

static int read_method(
	const struct reader *reader, const struct node *entry, struct operation *operation)
{
	static const char *const methods[][2] = { { "get", "GET" }, { "post", "POST" },
		{ "put", "PUT" }, { "delete", "DELETE" }, { "head", "HEAD" }, { "patch", "PATCH" },
		{ "options", "OPTIONS" } };
	struct node node = node_member(entry, "method");
	const char *method = NULL;
	int rc = node_text(&node, &method, reader->err);

	if (rc != TC_OK)
		return rc;
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(methods[i][0], method) != 0 && strcmp(methods[i][1], method) != 0)
			continue;
		operation->method = methods[i][1];
		return TC_OK;
	}
	return node_fail(&node, reader->err,
		"is \"%s\"; expected get, post, put, delete, head, patch or options", method);
}

static int read_stability(
	const struct reader *reader, const struct node *entry, struct operation *operation)
{
	static const char *const names[] = { "stable", "experimental", "deprecated" };
	struct node node = node_member(entry, "stability");
	const char *stability = NULL;

	if (!node.json)
		return TC_OK;
	int rc = node_text(&node, &stability, reader->err);
	if (rc != TC_OK)
		return rc;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], stability) != 0)
			continue;
		operation->stability = (enum tc_stability)i;
		return TC_OK;
	}
	return node_fail(&node, reader->err,
		"is \"%s\"; expected stable, experimental or deprecated", stability);
}

static int read_schemas(
	const struct reader *reader, const struct node *entry, struct operation *operation)
{
	struct node input = node_member(entry, "input"), output = node_member(entry, "output");
	const char *kind = tc_json_text(output.json);
	int rc = TC_OK;

	if (input.json)
		rc = type_find(reader->model, reader->input, reader->service, &input,
			&operation->input, reader->err);
	if (rc != TC_OK || !output.json)
		return rc;
	operation->blob_output = kind && strcmp(kind, "blob") == 0;
	bool events = kind && strcmp(kind, "events") == 0 && reader->service->conventions;
	if (operation->blob_output || events)
		return TC_OK;
	return type_find(reader->model, reader->input, reader->service, &output, &operation->output,
		reader->err);
}

static int read_function(
	const struct reader *reader, const struct node *entry, void *entries, size_t index)
{
	static const char *const patterns[] = { "", "", "", "_call", "", "_body", "", "_reply", "",
		"_query" };
	struct operation *operation = (struct operation *)entries + index;
	struct node scopes = node_member(entry, "scopes");
	bool x1 = reader->service->conventions != NULL;
	int (*read)(const struct reader *, const struct node *, const char *, struct parameter **,
		size_t *) = x1 ? read_expanded : read_parameters;
	int rc = read_entry_name(reader, entry, patterns, 5, &operation->name, &operation->c_name);

	if (rc == TC_OK)
		rc = read_prose(
			reader, entry, operation->name, &operation->title, &operation->description);
	if (rc == TC_OK)
		rc = read_method(reader, entry, operation);
	if (rc == TC_OK)
		rc = read(reader, entry, "args", &operation->arguments, &operation->argument_count);
	if (rc == TC_OK)
		rc = read(reader, entry, "query", &operation->query, &operation->query_count);
	if (rc == TC_OK)
		rc = read_route(reader, entry, operation);
	if (rc == TC_OK)
		rc = read_stability(reader, entry, operation);
	if (rc == TC_OK)
		rc = scope_read(&scopes, &reader->model->arena, &operation->scopes,
			&operation->scopes_text, reader->err);
	for (size_t i = 0; i < operation->query_count && rc == TC_OK; i++)
		operation->pages |= strcmp(operation->query[i].name, "continuationToken") == 0;
	if (rc == TC_OK)
		rc = read_schemas(reader, entry, operation);
	struct dialect_reader dialect = dialect_of(reader);
	return rc == TC_OK && x1 ? dialect_read_entry(&dialect, entry, operation) : rc;
}

/* Exchanges */

static int read_constant(
	const struct reader *reader, const struct node *node, struct key_word *word)
{
	if (!node->json)
		return TC_OK;
	int rc = node_text(node, &word->constant, reader->err);
	if (rc != TC_OK)
		return rc;
	for (const char *at = word->constant; *at; at++) {
		if (*at <= ' ' || *at > '~' || strchr(".*#", *at))
			return node_fail(node, reader->err,
				"is \"%s\"; expected one word of a routing key", word->constant);
	}
	return *word->constant
		? TC_OK
		: node_fail(node, reader->err, "is empty; expected one word of a routing key");
}

static int read_word(
	const struct reader *reader, const struct node *node, struct key_word *words, size_t at)
{
	struct node name = node_member(node, "name"), constant = node_member(node, "constant");
	struct key_word *word = &words[at];
	int rc = node_object(node, reader->err);

	if (rc == TC_OK)
		rc = read_name(reader, &name, &word->name);
	if (rc == TC_OK)
		rc = read_constant(reader, &constant, word);
	if (rc == TC_OK)
		rc = node_optional_text(node, "summary", &word->summary, reader->err);
	if (rc == TC_OK)
		rc = node_flag(node, "required", &word->required, reader->err);
	if (rc == TC_OK)
		rc = node_flag(node, "multipleWords", &word->multiple_words, reader->err);
	if (rc != TC_OK)
		return rc;
	word->c_name = name_parameter(&reader->model->arena, word->name);
	if (!word->c_name)
		return tc__fail_nomem(reader->err);
	for (size_t i = 0; i < at; i++) {
		if (strcmp(words[i].c_name, word->c_name) == 0)
			return node_fail(&name, reader->err,
				"is \"%s\", which is %s in C like \"%s\" before it; expected "
				"another name",
				word->name, word->c_name, words[i].name);
	}
	return TC_OK;
}

static int read_words(
	const struct reader *reader, const struct node *entry, struct exchange *exchange)
{
	struct node list = node_member(entry, "routingKey");
	int rc = node_array(&list, reader->err);

	if (rc != TC_OK)
		return rc;
	exchange->word_count = tc_json_count(list.json);
	if (exchange->word_count == 0 || exchange->word_count > PARAMETERS_MAX)
		return node_fail(&list, reader->err, "has %zu entries; expected 1 to %d",
			exchange->word_count, PARAMETERS_MAX);
	exchange->words = allocate(reader, exchange->word_count, sizeof *exchange->words);
	if (!exchange->words)
		return tc__fail_nomem(reader->err);
	for (size_t i = 0; i < exchange->word_count && rc == TC_OK; i++) {
		struct node word = node_item(&list, i);
		rc = read_word(reader, &word, exchange->words, i);
	}
	return rc;
}

/* Exchange names are what AMQP takes, here in printable ASCII and without spaces. */
static bool is_exchange(const char *name)
{
	for (const char *at = name; *at; at++) {
		if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\')
			return false;
	}
	return *name && strlen(name) <= EXCHANGE_MAX;
}

static int read_exchange_name(const struct reader *reader, const struct node *entry,
	const char *prefix, struct exchange *exchange)
{
	struct node node = node_member(entry, "exchange");
	const char *name = NULL;
	int rc = node_text(&node, &name, reader->err);

	if (rc != TC_OK)
		return rc;
	size_t length = strlen(prefix), rest = strlen(name);
	char *whole = tc__arena_bytes(&reader->model->arena, length + rest + 1);
	if (!whole)
		return tc__fail_nomem(reader->err);
	memcpy(whole, prefix, length);
	memcpy(whole + length, name, rest + 1);
	exchange->exchange = whole;
	if (rest && is_exchange(whole))
		return TC_OK;
	return node_fail(&node, reader->err,
		"makes the exchange \"%.300s\"; expected 1 to %d printable characters without "
		"spaces",
		whole, EXCHANGE_MAX);
}

static int read_exchange(
	const struct reader *reader, const struct node *entry, void *entries, size_t index)
{
	static const char *const patterns[] = { "events_", "", "events_", "_key" };
	struct exchange *exchange = (struct exchange *)entries + index;
	struct node schema = node_member(entry, "schema");
	const char *prefix = tc_json_text(tc_json_get(reader->document->root, "exchangePrefix"));
	int rc = read_entry_name(reader, entry, patterns, 2, &exchange->name, &exchange->c_name);

	if (rc == TC_OK)
		rc = read_prose(
			reader, entry, exchange->name, &exchange->title, &exchange->description);
	if (rc == TC_OK)
		rc = read_exchange_name(reader, entry, prefix, exchange);
	if (rc == TC_OK)
		rc = read_words(reader, entry, exchange);
	if (rc != TC_OK)
		return rc;
	return type_find(reader->model, reader->input, reader->service, &schema, &exchange->message,
		reader->err);
}

/* Documents */

/* How a reference is written, by its $schema; one of 2015 without it shows by what it needs. */
struct dialect {
	const char *schema; /* without host and "#" */
	const char *needs;  /* a member that such a reference must have */
	bool classic;       /* of the 2015 generation: services have base URLs of their own */
	bool skipped;       /* nothing in it for C */
	bool x1;            /* says how the system differs from Taskcluster */
	const char *type;   /* of its entries */
	size_t entry_size;
	int (*read)(
		const struct reader *reader, const struct node *entry, void *entries, size_t index);
};

static const struct dialect dialects[] = {
	{ .schema = "/schemas/common/api-reference-v0.json",
		.type = "function",
		.entry_size = sizeof(struct operation),
		.read = read_function },
	{ .schema = "/schemas/common/api-reference-x1.json",
		.x1 = true,
		.type = "function",
		.entry_size = sizeof(struct operation),
		.read = read_function },
	{ .schema = "/schemas/common/exchanges-reference-v0.json",
		.needs = "exchangePrefix",
		.type = "topic-exchange",
		.entry_size = sizeof(struct exchange),
		.read = read_exchange },
	{ .schema = "/schemas/common/logs-reference-v0.json", .skipped = true },
	{ .schema = "/schemas/common/metrics-reference-v0.json", .skipped = true },
	{ .schema = "/base/v1/api-reference.json",
		.needs = "baseUrl",
		.classic = true,
		.type = "function",
		.entry_size = sizeof(struct operation),
		.read = read_function },
	{ .schema = "/base/v1/exchanges-reference.json",
		.needs = "exchangePrefix",
		.classic = true,
		.type = "topic-exchange",
		.entry_size = sizeof(struct exchange),
		.read = read_exchange },
};

static bool is_dialect(const struct dialect *dialect, const struct node *root, const char *schema)
{
	if (!schema)
		return dialect->classic && tc_json_get(root->json, dialect->needs);
	const char *end = input_behind_schema(schema, dialect->schema);
	return end && (!*end || strcmp(end, "#") == 0);
}

static int find_dialect(const struct node *root, const struct dialect **dialect, tc_error *err)
{
	struct node node = node_member(root, "$schema");
	const char *schema = NULL;
	int rc = node_object(root, err);

	if (rc == TC_OK)
		rc = node_optional_text(root, "$schema", &schema, err);
	if (rc != TC_OK)
		return rc;
	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
		*dialect = &dialects[i];
		if (is_dialect(*dialect, root, schema))
			return TC_OK;
	}
	if (schema)
		return node_fail(&node, err,
			"is \"%s\"; expected /schemas/common/api-reference-v0.json# or "
			"exchanges-reference-v0.json#",
			schema);
	return node_fail(&node, err,
		"is missing; expected it, or the baseUrl or exchangePrefix of a reference of 2015");
}

/* QueueEvents.json -> queue */
static char *classic_name(const struct reader *reader)
{
	const char *slash = strrchr(reader->document->name, '/');
	const char *file = slash ? slash + 1 : reader->document->name;
	size_t length = strlen(file);

	if (length > 5 && strcmp(file + length - 5, ".json") == 0)
		length -= 5;
	if (length > 6 && strncmp(file + length - 6, "Events", 6) == 0)
		length -= 6;
	char *stem = copy(reader, file, length);
	return stem ? name_kebab(&reader->model->arena, stem) : NULL;
}

/* The service's name: what the reference says; in 2015 it was the file's, and it is marked, since
 * today's services have the same names. */
static int read_service_name(const struct reader *reader, const struct node *root,
	const struct dialect *dialect, const char **name)
{
	struct node node = node_member(root, "serviceName");
	int rc = TC_OK;

	if (node.json || !dialect->classic)
		rc = node_text(&node, name, reader->err);
	else if (!(*name = classic_name(reader)))
		rc = tc__fail_nomem(reader->err);
	if (rc == TC_OK && dialect->classic) {
		size_t length = strlen(*name);
		char *marked = tc__arena_bytes(&reader->model->arena, sizeof CLASSIC + length);
		if (!marked)
			return tc__fail_nomem(reader->err);
		memcpy(marked, CLASSIC, sizeof CLASSIC - 1);
		memcpy(marked + sizeof CLASSIC - 1, *name, length + 1);
		*name = marked;
	}
	if (rc == TC_OK && !name_is_service(*name))
		rc = node_fail(&node, reader->err,
			"is \"%.100s\"; expected a name of at most %d small letters, digits, - and "
			"_, a letter first",
			*name, NAME_SERVICE_MAX);
	return rc;
}

static int add_service(struct reader *reader, const struct node *node, const char *name)
{
	struct model *model = reader->model;
	struct service *service = allocate(reader, 1, sizeof *service);
	char *c_name = name_snake(&model->arena, name);

	if (!service || !c_name)
		return tc__fail_nomem(reader->err);
	const char *taken = name_taken(c_name);
	if (taken)
		return node_fail(node, reader->err,
			"is \"%s\", whose C names would begin with tc_%s, like names that are "
			"taken; expected another name",
			name, taken);
	service->name = name;
	service->c_name = c_name;
	service->input = reader->input;
	reader->service = service;
	const char *place = name_place(&model->names, node);
	if (!place || !model_add_service(model, service))
		return tc__fail_nomem(reader->err);
	int rc = name_claim(&model->names, node, place, reader->err, "<taskcluster/%s.h>", c_name);
	if (rc != TC_OK)
		return rc;
	return name_claim(
		&model->names, node, place, reader->err, "<taskcluster/%s_types.h>", c_name);
}

static int find_service(
	struct reader *reader, const struct node *root, const struct dialect *dialect)
{
	struct node node = node_member(root, "serviceName");
	const char *name = NULL;
	int rc = read_service_name(reader, root, dialect, &name);

	if (rc != TC_OK)
		return rc;
	reader->service = model_service(reader->model, name);
	return reader->service ? TC_OK : add_service(reader, &node, name);
}

/* Schemas of a service lie below its name, which for 2015 is the one without the mark. */
static int set_schemas(struct reader *reader, const struct dialect *dialect)
{
	const char *name = reader->service->name + (dialect->classic ? sizeof CLASSIC - 1 : 0);
	struct tc__buffer folder = TC__BUFFER(SIZE_MAX / 2);

	reader->service->short_name = dialect->classic ? name : NULL;
	tc__buffer_printf(&folder, "schemas/%s/", name);
	reader->service->schemas =
		tc__buffer_failed(&folder) ? NULL : copy(reader, folder.data, folder.length);
	tc__buffer_clear(&folder);
	return reader->service->schemas ? TC_OK : tc__fail_nomem(reader->err);
}

static bool is_version(const char *version)
{
	return *version == 'v' && version[1] && strlen(version) < 10 &&
		strspn(version + 1, "0123456789") == strlen(version + 1);
}

static bool is_short_word(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\')
			return false;
	}
	return *text && strlen(text) <= 32;
}

/* "v1"; in 2015 that of the reference, a number or a text such as "0.2.0". */
static int read_version(
	const struct reader *reader, const struct node *root, const struct dialect *dialect)
{
	struct node node = node_member(root, dialect->classic ? "version" : "apiVersion");
	const char *version = "0";
	int rc = TC_OK;

	if (!dialect->classic || tc_json_kind(node.json) == TC_JSON_STRING)
		rc = node_text(&node, &version, reader->err);
	else if (tc_json_kind(node.json) == TC_JSON_NUMBER)
		version = tc_json_text(node.json);
	else if (node.json)
		return node_fail(&node, reader->err, "is no version; expected a number or a text");
	if (rc != TC_OK)
		return rc;
	if (dialect->classic ? !is_short_word(version) : !is_version(version))
		return node_fail(
			&node, reader->err, "is \"%.100s\"; expected one such as \"v1\"", version);
	if (!reader->service->version || dialect->read == read_function)
		reader->service->version = version;
	return TC_OK;
}

static bool is_base_url(const char *url)
{
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return false;
	for (const char *at = url; *at; at++) {
		if (*at <= ' ' || *at > '~' || strchr("\"\\<>?#", *at))
			return false;
	}
	return strlen(url) <= ROUTE_MAX;
}

/* What every entry of the document needs of its head. */
static int read_head(
	const struct reader *reader, const struct node *root, const struct dialect *dialect)
{
	struct node node = node_member(root, dialect->needs ? dialect->needs : "");
	const char *text = NULL;
	int rc = read_version(reader, root, dialect);

	if (rc == TC_OK && dialect->needs)
		rc = node_text(&node, &text, reader->err);
	if (rc != TC_OK || !dialect->classic || dialect->read != read_function)
		return rc;
	reader->service->base_url = text;
	if (is_base_url(text))
		return TC_OK;
	return node_fail(&node, reader->err,
		"is \"%.200s\"; expected a URL such as https://queue.taskcluster.net/v1", text);
}

static int read_entry(const struct reader *reader, const struct node *entry,
	const struct dialect *dialect, void *entries, size_t index)
{
	struct node node = node_member(entry, "type");
	const char *type = NULL;
	int rc = node_object(entry, reader->err);

	if (rc == TC_OK)
		rc = node_text(&node, &type, reader->err);
	if (rc != TC_OK)
		return rc;
	if (strcmp(type, dialect->type) != 0)
		return node_fail(
			&node, reader->err, "is \"%s\"; expected \"%s\"", type, dialect->type);
	return dialect->read(reader, entry, entries, index);
}

static int read_entries(const struct reader *reader, const struct node *root,
	const struct dialect *dialect, void **entries, size_t *count)
{
	struct node list = node_member(root, "entries");
	int rc = node_array(&list, reader->err);

	if (rc != TC_OK)
		return rc;
	*count = tc_json_count(list.json);
	if (*count > ENTRIES_MAX)
		return node_fail(&list, reader->err, "has %zu items; expected at most %d", *count,
			ENTRIES_MAX);
	reader->model->entry_count += *count;
	if (reader->model->entry_count > ALL_ENTRIES_MAX)
		return node_fail(&list, reader->err,
			"has one too many of functions and exchanges; expected at most %d in all",
			ALL_ENTRIES_MAX);
	*entries = allocate(reader, *count, dialect->entry_size);
	if (!*entries)
		return tc__fail_nomem(reader->err);
	for (size_t i = 0; i < *count && rc == TC_OK; i++) {
		struct node entry = node_item(&list, i);
		rc = read_entry(reader, &entry, dialect, *entries, i);
	}
	return rc;
}

/* A service has one reference for its functions and one for its exchanges. */
static int take_side(struct reader *reader, const struct node *root, const struct document **side)
{
	struct node node = node_member(root, "serviceName");

	if (*side)
		return node_fail(&node, reader->err,
			"is \"%s\", which %s describes already; expected one reference of this "
			"kind "
			"for each service",
			reader->service->name, (*side)->file);
	*side = reader->document;
	return TC_OK;
}

/* Finds out which exchanges have the same routing key: they share table and comments. */
static int share_words(const struct reader *reader, struct service *service)
{
	struct table owners = { .arena = &reader->model->arena };

	for (size_t i = 0; i < service->exchange_count; i++) {
		struct exchange *exchange = &service->exchanges[i];
		struct tc__buffer key = TC__BUFFER(SIZE_MAX / 2);
		for (size_t k = 0; k < exchange->word_count; k++) {
			const struct key_word *word = &exchange->words[k];
			table_key_add(&key, word->name);
			table_key_add(&key, word->constant);
			table_key_add(&key, word->summary);
			table_key_add(&key, word->required ? "required" : NULL);
			table_key_add(&key, word->multiple_words ? "several" : NULL);
		}
		exchange->words_owner = table_share(&owners, &key, exchange);
		if (!exchange->words_owner)
			return tc__fail_nomem(reader->err);
	}
	return TC_OK;
}

/* What the document says of the service as a whole. */
static int read_service(
	struct reader *reader, const struct node *root, const struct dialect *dialect)
{
	bool functions = dialect->read == read_function;
	const char *title = NULL, *description = NULL;
	int rc = find_service(reader, root, dialect);

	if (rc != TC_OK)
		return rc;
	struct service *service = reader->service;
	rc = take_side(reader, root, functions ? &service->api : &service->events);
	if (rc == TC_OK)
		rc = set_schemas(reader, dialect);
	if (rc == TC_OK)
		rc = read_head(reader, root, dialect);
	struct dialect_reader system = dialect_of(reader);
	if (rc == TC_OK && dialect->x1)
		rc = dialect_read_system(&system, &service->conventions);
	if (rc == TC_OK)
		rc = read_prose(reader, root, service->name, &title, &description);
	if (rc == TC_OK && (functions || !service->title)) {
		service->title = title;
		service->description = description;
	}
	return rc;
}

/* Whose functions would lie where the reference says. */
static int fail_of_host(const struct node *root, const struct dialect *dialect, tc_error *err)
{
	struct node schema = node_member(root, "$schema");

	return node_fail(schema.json ? &schema : root, err,
		"%s, which names a host; expected one of functions below the root URL "
		"(api-reference-v0) or of its exchanges",
		dialect->x1 ? "is a reference of another system" : "is a reference of 2015");
}

int reference_read(
	void *context, struct input *input, const struct document *document, tc_error *err)
{
	struct reader reader = {
		.model = context, .input = input, .document = document, .err = err
	};
	struct node root = node_root(document->file, document->root);
	reader.root = &root;
	const struct dialect *dialect = NULL;
	void *entries = NULL;
	size_t count = 0;
	int rc = find_dialect(&root, &dialect, err);

	if (rc != TC_OK || dialect->skipped)
		return rc;
	if (reader.model->one_host && (dialect->x1 || dialect->classic))
		return fail_of_host(&root, dialect, err);
	rc = read_service(&reader, &root, dialect);
	if (rc == TC_OK)
		rc = read_entries(&reader, &root, dialect, &entries, &count);
	if (rc != TC_OK)
		return rc;
	if (dialect->read == read_function) {
		reader.service->operations = entries;
		reader.service->operation_count = count;
		struct dialect_reader system = dialect_of(&reader);
		return dialect->x1 ? dialect_check_system(&system) : TC_OK;
	}
	reader.service->exchanges = entries;
	reader.service->exchange_count = count;
	return share_words(&reader, reader.service);
}
