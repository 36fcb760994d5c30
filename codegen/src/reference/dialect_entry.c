/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/reference/dialect.h"

#include "codegen/src/model/promise.h"
#include "codegen/src/model/type.h"
#include "codegen/src/reference/dialect_value.h"
#include <stdlib.h>
#include <string.h>

#define WAIT_MS_MAX 600000

/* ---- the reply ---- */

static int read_envelope(const struct dialect_reader *reader, const struct node *entry,
	struct dialect_entry *dialect)
{
	static const char *const known[] = { "items", "single", "rows", NULL };
	struct node node = node_member(entry, "envelope");

	if (!node.json)
		return TC_OK;
	struct tc_envelope *envelope = dialect_allocate(reader, 1, sizeof *envelope);
	if (!envelope)
		return TC_ERROR_NOMEM;
	dialect->rules.envelope = envelope;
	int rc = dialect_refuse_others(reader, &node, known);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "items", &envelope->items);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "rows", &envelope->rows);
	return rc == TC_OK ? dialect_flag(reader, &node, "single", &envelope->single) : rc;
}

static int read_order_by(const struct dialect_reader *reader, const struct node *paging_node,
	struct tc_paging *paging)
{
	static const char *const known[] = { "query", "value", NULL };
	struct node node = node_member(paging_node, "orderBy");

	if (!node.json)
		return TC_OK;
	int rc = dialect_refuse_others(reader, &node, known);
	if (rc == TC_OK)
		rc = dialect_required_text(reader, &node, "query", &paging->order_query);
	return rc == TC_OK ? dialect_required_text(reader, &node, "value", &paging->order_value)
			   : rc;
}

/* A key with which there is one page. */
static int read_single(const struct dialect_reader *reader, const struct node *paging_node,
	struct tc_paging *paging)
{
	static const char *const known[] = { "query", "maximum", NULL };
	struct node node = node_member(paging_node, "single");

	if (!node.json)
		return TC_OK;
	int rc = dialect_refuse_others(reader, &node, known);
	if (rc == TC_OK)
		rc = dialect_required_text(reader, &node, "query", &paging->single_query);
	if (rc == TC_OK)
		rc = dialect_integer(reader, &node, "maximum", &paging->single_max);
	if (rc == TC_OK && (paging->single_max < 1 || !paging->limit))
		rc = node_fail(&node, reader->err, "%s",
			paging->limit ? "lacks the maximum of items, 1 or more"
				      : "has no meaning without a limit beside it");
	if (rc == TC_OK && paging->maximum && paging->single_max > paging->maximum)
		rc = node_fail(&node, reader->err, "has a maximum above that of every page");
	return rc;
}

/* How many items a page has when nobody says it: the default of the key that would. */
static void find_standard(const struct dialect_entry *dialect, struct tc_paging *paging)
{
	const struct tc_query_rule *rule = dialect->query;

	for (size_t i = 0; paging->limit && rule && rule[i].name; i++)
		if (strcmp(rule[i].name, paging->limit) == 0 &&
			dialect->query_words[i].default_text)
			paging->standard = strtoll(dialect->query_words[i].default_text, NULL, 10);
}

/* Every key that paging sends must be one of the query's. */
static int check_keys(const struct dialect_reader *reader, const struct node *node,
	const struct dialect_entry *dialect)
{
	const struct tc_paging *paging = dialect->rules.paging;
	const char *const keys[] = { paging->query, paging->limit, paging->order_query,
		paging->single_query };
	bool bare;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i] && !dialect_has_key(reader, dialect, keys[i], &bare))
			return node_fail(node, reader->err,
				"names \"%.64s\", which the query does not have", keys[i]);
	if (!paging->query)
		return node_fail(node, reader->err,
			"does not say which key of the query leads to the next page");
	if (paging->style == TC_PAGING_KEYSET && (!paging->key || !paging->unique))
		return node_fail(node, reader->err, "lacks key or unique");
	bool needs_next = paging->style == TC_PAGING_TOKEN || paging->style == TC_PAGING_CURSOR;
	if (needs_next && !paging->next)
		return node_fail(node, reader->err, "lacks the place of what is next");
	if (paging->style != TC_PAGING_TOKEN && !dialect->rules.envelope)
		return node_fail(node, reader->err, "needs an envelope beside it");
	return TC_OK;
}

/* The members that styles have in different words. */
static int read_paging_words(
	const struct dialect_reader *reader, const struct node *node, struct tc_paging *paging)
{
	static const char *const keys[] = { "query", "offset", "page", "query", "query" };
	static const char *const nexts[] = { "reply", "next", "next", "next", "next" };
	static const char *const stops[] = { "empty", "short", NULL };
	uint8_t stop = 0;
	int rc = dialect_text(reader, node, keys[paging->style], &paging->query);

	if (rc == TC_OK)
		rc = dialect_text(reader, node, nexts[paging->style], &paging->next);
	if (rc == TC_OK)
		rc = dialect_choice(reader, node, "stop", stops, &stop);
	paging->stop_short = stop == 1;
	return rc;
}

static int read_paging(const struct dialect_reader *reader, const struct node *entry,
	struct operation *operation, struct dialect_entry *dialect)
{
	static const char *const known[] = { "style", "query", "reply", "offset", "limit", "stop",
		"orderBy", "page", "next", "key", "unique", "add", "size", "maximum", "single",
		NULL };
	static const char *const styles[] = { "token", "offset", "page", "cursor", "keyset", NULL };
	struct node node = node_member(entry, "paging");

	if (!node.json)
		return TC_OK;
	struct tc_paging *paging = dialect_allocate(reader, 1, sizeof *paging);
	if (!paging)
		return TC_ERROR_NOMEM;
	dialect->rules.paging = paging;
	operation->pages = true;
	int rc = dialect_refuse_others(reader, &node, known);
	if (rc == TC_OK)
		rc = dialect_choice(reader, &node, "style", styles, &paging->style);
	if (rc == TC_OK)
		rc = read_paging_words(reader, &node, paging);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "limit", &paging->limit);
	if (rc == TC_OK)
		rc = read_order_by(reader, &node, paging);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "key", &paging->key);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "unique", &paging->unique);
	if (rc == TC_OK)
		rc = dialect_integer(reader, &node, "add", &paging->add);
	if (rc == TC_OK)
		rc = dialect_integer(reader, &node, "size", &paging->size);
	if (rc == TC_OK)
		rc = dialect_integer(reader, &node, "maximum", &paging->maximum);
	if (rc == TC_OK)
		rc = read_single(reader, &node, paging);
	find_standard(dialect, paging);
	return rc == TC_OK ? check_keys(reader, &node, dialect) : rc;
}

static int read_rpc(const struct dialect_reader *reader, const struct node *entry,
	const struct operation *operation, struct dialect_entry *dialect)
{
	static const char *const known[] = { "method", "resultRequired", NULL };
	struct node node = node_member(entry, "rpc");

	if (!node.json)
		return TC_OK;
	struct tc_rpc *rpc = dialect_allocate(reader, 1, sizeof *rpc);
	if (!rpc)
		return TC_ERROR_NOMEM;
	dialect->rules.rpc = rpc;
	int rc = dialect_refuse_others(reader, &node, known);
	if (rc == TC_OK)
		rc = dialect_required_text(reader, &node, "method", &rpc->method);
	if (rc == TC_OK)
		rc = dialect_flag(reader, &node, "resultRequired", &rpc->result_required);
	if (rc == TC_OK && strcmp(operation->method, "POST") != 0)
		rc = node_fail(
			&node, reader->err, "goes with the method post, not %s", operation->method);
	return rc;
}

static int read_events(const struct dialect_reader *reader, const struct node *entry,
	struct dialect_entry *dialect)
{
	static const char *const known[] = { "handshake", "name", "item", NULL };
	struct node node = node_member(entry, "events"), output = node_member(entry, "output");
	struct node item = node_member(&node, "item");
	const char *kind = tc_json_text(output.json);

	dialect->events = kind && strcmp(kind, "events") == 0;
	if (dialect->events != (node.json != NULL))
		return node_fail(
			entry, reader->err, "has events or \"output\": \"events\"; expected both");
	if (!node.json)
		return TC_OK;
	struct tc_event_stream *events = dialect_allocate(reader, 1, sizeof *events);
	if (!events)
		return TC_ERROR_NOMEM;
	dialect->rules.events = events;
	events->name = "message";
	int rc = dialect_refuse_others(reader, &node, known);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "handshake", &events->handshake);
	if (rc == TC_OK)
		rc = dialect_text(reader, &node, "name", &events->name);
	if (rc != TC_OK || !item.json)
		return rc;
	return type_find(reader->model, reader->input, reader->service, &item, &dialect->event_item,
		reader->err);
}

/* ---- the request ---- */

/* Whether something that alternatives name is there. */
typedef bool has_name(
	const struct dialect_reader *reader, const struct operation *operation, const char *name);

static bool query_has(
	const struct dialect_reader *reader, const struct operation *operation, const char *name)
{
	bool bare;

	return dialect_has_key(reader, operation->dialect, name, &bare);
}

/* A root that is only a $ref is not looked into. */
static bool body_has(
	const struct dialect_reader *reader, const struct operation *operation, const char *name)
{
	const tc_json *root = operation->input.root;

	(void)reader;
	return operation->input.name &&
		(!operation->input.document || tc_json_get(root, "$ref") ||
			tc_json_get(tc_json_get(root, "properties"), name));
}

static int read_alternative(const struct dialect_reader *reader, const struct node *node,
	const struct operation *operation, const char *whose, has_name *has, const char ***names)
{
	size_t count = tc_json_count(node->json);

	*names = dialect_allocate(reader, count + 1, sizeof **names);
	int rc = *names ? node_array(node, reader->err) : TC_ERROR_NOMEM;
	if (rc == TC_OK && count == 0)
		rc = node_fail(node, reader->err, "is empty; expected %s", whose);
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node name = node_item(node, i);
		rc = node_text(&name, &(*names)[i], reader->err);
		if (rc == TC_OK && !has(reader, operation, (*names)[i]))
			rc = node_fail(&name, reader->err, "is \"%.64s\"; expected one of the %s",
				(*names)[i], whose);
	}
	return rc;
}

/* `whose` is what the names are, in the plural. */
static int read_alternatives(const struct dialect_reader *reader, const struct node *entry,
	const char *member, const struct operation *operation, const char *whose, has_name *has,
	const char *const *const **alternatives)
{
	struct node list;
	int rc = node_list(entry, member, &list, reader->err);
	size_t count = rc == TC_OK ? tc_json_count(list.json) : 0;

	if (rc != TC_OK || !list.json)
		return rc;
	if (!count)
		return node_fail(&list, reader->err, "is empty; expected alternatives");
	const char *const **sets = dialect_allocate(reader, count + 1, sizeof *sets);
	if (!sets)
		return TC_ERROR_NOMEM;
	*alternatives = sets;
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node item = node_item(&list, i);
		const char **names = NULL;
		rc = read_alternative(reader, &item, operation, whose, has, &names);
		sets[i] = names;
	}
	return rc;
}

static int read_needs(const struct dialect_reader *reader, const struct node *entry,
	const struct operation *operation, struct dialect_entry *dialect)
{
	int rc = read_alternatives(reader, entry, "requireOneOf", operation, "keys of the query",
		query_has, &dialect->rules.require_one_of);

	return rc == TC_OK ? read_alternatives(reader, entry, "inputOneOf", operation,
				     "members of the body", body_has, &dialect->rules.input_one_of)
			   : rc;
}

static int check_slash(const struct dialect_reader *reader, const struct node *entry,
	const struct operation *operation)
{
	static const char *const choices[] = { "any", "required", "forbidden", NULL };
	struct node request = node_member(reader->root, "request");
	struct node route = node_member(entry, "route");
	uint8_t choice = 0;
	int rc = dialect_choice(reader, &request, "trailingSlash", choices, &choice);
	size_t length = strlen(operation->route);

	if (rc == TC_OK)
		rc = dialect_choice(reader, entry, "trailingSlash", choices, &choice);
	if (rc != TC_OK || choice == 0)
		return rc;
	bool slash = length && operation->route[length - 1] == '/';
	if (slash == (choice == 1))
		return TC_OK;
	return node_fail(&route, reader->err, "is \"%s\"; expected %s slash at its end",
		operation->route, choice == 1 ? "a" : "no");
}

static int read_choices(const struct dialect_reader *reader, const struct node *entry,
	struct operation *operation, struct dialect_entry *dialect)
{
	static const char *const authentications[] = { "optional", "required", "never", NULL };
	int rc = dialect_choice(
		reader, entry, "authentication", authentications, &dialect->rules.authentication);

	if (rc == TC_OK)
		rc = dialect_text(reader, entry, "base", &dialect->rules.base);
	if (rc == TC_OK)
		rc = dialect_line(reader, entry, "accept", &dialect->rules.accept);
	if (rc == TC_OK)
		rc = dialect_text(reader, entry, "since", &operation->since);
	if (rc == TC_OK)
		rc = dialect_text(reader, entry, "removedIn", &operation->removed_in);
	return rc == TC_OK
		? dialect_texts(reader, entry, "outputTuple", &dialect->rules.output_tuple)
		: rc;
}

static int read_repetition(
	const struct dialect_reader *reader, const struct node *entry, struct operation *operation)
{
	static const char *const classes[] = { "always", "unsent", "never", NULL };
	struct node wait = node_member(entry, "waitMs");
	uint8_t retry = (uint8_t)operation->retry;
	int64_t wait_ms = 0;
	int rc = dialect_choice(reader, entry, "retry", classes, &retry);

	operation->retry = (enum tc_retry_class)retry;
	if (rc == TC_OK)
		rc = dialect_text(reader, entry, "unsafeMember", &operation->unsafe_member);
	if (rc == TC_OK)
		rc = dialect_text(reader, entry, "unsafeValue", &operation->unsafe_value);
	if (rc == TC_OK)
		rc = dialect_integer(reader, entry, "waitMs", &wait_ms);
	if (rc == TC_OK && (wait_ms < 0 || wait_ms > WAIT_MS_MAX))
		rc = node_fail(&wait, reader->err, "is no time; expected milliseconds, 0 to %d",
			WAIT_MS_MAX);
	operation->wait_ms = (uint32_t)wait_ms;
	return rc;
}

/* What the tables name in the reply must be there. A root that is only a $ref is not looked into.
 */
static int check_member(const struct dialect_reader *reader, const struct node *node,
	const tc_json *root, const char *name, const char *type)
{
	const tc_json *member = tc_json_get(tc_json_get(root, "properties"), name);
	const char *own = tc_json_text(tc_json_get(member, "type"));

	if (!member)
		return node_fail(node, reader->err,
			"names \"%.64s\", which the schema of the reply does not have", name);
	if (type && own && strcmp(own, type) != 0)
		return node_fail(node, reader->err,
			"names \"%.64s\", which is no %s in the schema of the reply", name, type);
	return TC_OK;
}

static int check_output(const struct dialect_reader *reader, const struct node *entry,
	const struct operation *operation, const struct dialect_entry *dialect)
{
	const struct tc_envelope *envelope = dialect->rules.envelope;
	const char *const *name = dialect->rules.output_tuple;
	const tc_json *root = operation->output.root;
	const char *type = tc_json_text(tc_json_get(root, "type"));
	struct node node = node_member(entry, "envelope"),
		    tuple = node_member(entry, "outputTuple");
	int rc = TC_OK;

	if (!operation->output.document || tc_json_get(root, "$ref"))
		return TC_OK;
	if (envelope && envelope->items)
		rc = check_member(reader, &node, root, envelope->items, "array");
	else if (envelope && (!type || strcmp(type, "array") != 0))
		rc = node_fail(&node, reader->err, "has no items, but the reply is no array");
	if (rc == TC_OK && envelope && envelope->rows)
		rc = check_member(reader, &node, root, envelope->rows, "array");
	for (; rc == TC_OK && name && *name; name++)
		rc = check_member(reader, &tuple, root, *name, NULL);
	return rc;
}

int dialect_read_entry(
	const struct dialect_reader *reader, const struct node *entry, struct operation *operation)
{
	static const char *const known[] = { "type", "name", "title", "description", "category",
		"method", "route", "args", "query", "input", "output", "scopes", "stability",
		"noPublish", "base", "trailingSlash", "accept", "reply", "headers",
		"authentication", "requireOneOf", "inputOneOf", "retry", "unsafeMember",
		"unsafeValue", "waitMs", "envelope", "outputTuple", "paging", "rpc", "events",
		"since", "removedIn", NULL };
	struct dialect_entry *dialect = dialect_allocate(reader, 1, sizeof *dialect);
	struct node reply = node_member(entry, "reply");

	if (!dialect)
		return TC_ERROR_NOMEM;
	operation->dialect = dialect;
	int rc = dialect_refuse_others(reader, entry, known);
	if (rc == TC_OK)
		rc = check_slash(reader, entry, operation);
	if (rc == TC_OK)
		rc = read_choices(reader, entry, operation, dialect);
	if (rc == TC_OK)
		rc = promise_read(reader->model, &reply, operation, reader->err);
	if (rc == TC_OK)
		rc = read_repetition(reader, entry, operation);
	if (rc == TC_OK)
		rc = dialect_read_arguments(reader, entry, operation, dialect);
	if (rc == TC_OK)
		rc = dialect_read_query(reader, entry, dialect);
	if (rc == TC_OK)
		rc = read_needs(reader, entry, operation, dialect);
	if (rc == TC_OK)
		rc = read_envelope(reader, entry, dialect);
	if (rc == TC_OK)
		rc = read_paging(reader, entry, operation, dialect);
	if (rc == TC_OK)
		rc = read_rpc(reader, entry, operation, dialect);
	if (rc == TC_OK)
		rc = read_events(reader, entry, dialect);
	return rc == TC_OK ? check_output(reader, entry, operation, dialect) : rc;
}
