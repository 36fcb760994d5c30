/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/conventions.h"

#include "codegen/src/model/promise.h"
#include "codegen/src/model/refusal.h"
#include "runtime/src/base/error.h"
#include <string.h>

#define SCHEMA "/schemas/libtaskcluster/conventions-v0.json#"
#define WAIT_MS_MAX 600000

static int read_retry(const struct node *node, struct operation *operation, tc_error *err)
{
	static const char *const classes[] = { "always", "unsent", "never" };
	const char *text = NULL;

	if (!node->json)
		return TC_OK;
	int rc = node_text(node, &text, err);
	if (rc != TC_OK)
		return rc;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (strcmp(classes[i], text) != 0)
			continue;
		operation->retry = (enum tc_retry_class)i;
		return TC_OK;
	}
	return node_fail(
		node, err, "is \"%s\"; expected \"always\", \"unsent\" or \"never\"", text);
}

static int read_unsafe(const struct node *node, struct operation *operation, tc_error *err)
{
	struct node member = node_member(node, "unsafeMember");
	struct node value = node_member(node, "unsafeValue");

	if (!member.json && !value.json)
		return TC_OK;
	int rc = node_text(&member, &operation->unsafe_member, err);
	if (rc == TC_OK)
		rc = node_text(&value, &operation->unsafe_value, err);
	if (rc != TC_OK)
		return rc;
	if (operation->retry == TC_RETRY_ALWAYS)
		return node_fail(&member, err, "has no meaning unless retry is unsent or never");
	if (!operation->input.name)
		return node_fail(&member, err, "names a member of a body that %s does not have",
			operation->name);
	return TC_OK;
}

static int read_wait(const struct node *node, struct operation *operation, tc_error *err)
{
	int64_t wait_ms = 0;

	if (!node->json)
		return TC_OK;
	if (!tc_json_int64(node->json, &wait_ms) || wait_ms < 0 || wait_ms > WAIT_MS_MAX)
		return node_fail(
			node, err, "is no time; expected milliseconds, 0 to %d", WAIT_MS_MAX);
	operation->wait_ms = (uint32_t)wait_ms;
	return TC_OK;
}

static int read_version(const struct node *node, const char *name, const char **text, tc_error *err)
{
	struct node version = node_member(node, name);

	if (!version.json)
		return TC_OK;
	int rc = node_text(&version, text, err);
	return rc == TC_OK ? release_check(&version, *text, err) : rc;
}

/* Whether a route ends with the argument: elsewhere an empty one would leave two slashes. */
static bool ends_with(const char *route, const char *argument)
{
	const char *last = strrchr(route, '<');
	size_t length = strlen(argument);

	return last && strncmp(last + 1, argument, length) == 0 &&
		strcmp(last + 1 + length, ">") == 0;
}

/* Which arguments may be empty, and what an empty one means. */
static int read_empty(const struct node *node, const struct operation *operation, tc_error *err)
{
	int rc = node->json ? node_object(node, err) : TC_OK;

	for (size_t i = 0; i < tc_json_count(node->json) && rc == TC_OK; i++) {
		struct node meaning = node_at(node, i);
		struct parameter *argument = model_argument(operation, meaning.key);
		if (!argument)
			return node_fail(&meaning, err,
				"is no argument of %s; expected the name of one", operation->name);
		if (!ends_with(operation->route, argument->name))
			return node_fail(&meaning, err,
				"cannot be empty within %s; expected the argument at its end",
				operation->route);
		rc = reason_read(&meaning, &argument->empty, err);
	}
	return rc;
}

static int read_operation(
	struct model *model, const struct node *node, struct operation *operation, tc_error *err)
{
	static const char *const known[] = { "retry", "unsafeMember", "unsafeValue", "waitMs",
		"reply", "mayBeEmpty", "refused", "since", "removedIn", NULL };
	struct node retry = node_member(node, "retry"), wait = node_member(node, "waitMs");
	struct node reply = node_member(node, "reply"), refused = node_member(node, "refused");
	struct node empty = node_member(node, "mayBeEmpty");
	int rc = node_refuse_others(node, known,
		"retry, unsafeMember, unsafeValue, waitMs, reply, mayBeEmpty, refused, since or "
		"removedIn",
		err);

	if (rc == TC_OK)
		rc = read_retry(&retry, operation, err);
	if (rc == TC_OK)
		rc = read_unsafe(node, operation, err);
	if (rc == TC_OK)
		rc = read_wait(&wait, operation, err);
	if (rc == TC_OK)
		rc = promise_read(model, &reply, operation, err);
	if (rc == TC_OK)
		rc = read_empty(&empty, operation, err);
	if (rc == TC_OK)
		rc = read_version(node, "since", &operation->since, err);
	if (rc == TC_OK)
		rc = read_version(node, "removedIn", &operation->removed_in, err);
	return rc == TC_OK && refused.json ? refusals_read(model, &refused, operation, err) : rc;
}

/* Many conventions may be about one service: what it has is found by name. */
static bool put(struct table *table, const char *name, void *entry)
{
	return table_put(table, name, strlen(name), entry);
}

static bool put_operations(struct table *table, const struct service *service)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		if (!put(table, service->operations[i].name, &service->operations[i]))
			return false;
	}
	return true;
}

static bool put_exchanges(struct table *table, const struct service *service)
{
	for (size_t i = 0; i < service->exchange_count; i++) {
		if (!put(table, service->exchanges[i].name, &service->exchanges[i]))
			return false;
	}
	return true;
}

static int read_operations(
	struct model *model, const struct node *node, const struct service *service, tc_error *err)
{
	struct table operations = { .arena = &model->arena };
	int rc = node_object(node, err);

	if (rc == TC_OK && !put_operations(&operations, service))
		rc = tc__fail_nomem(err);
	for (size_t i = 0; i < tc_json_count(node->json) && rc == TC_OK; i++) {
		struct node member = node_at(node, i);
		struct operation *operation =
			table_get(&operations, member.key, strlen(member.key));
		rc = operation
			? read_operation(model, &member, operation, err)
			: node_fail(&member, err, "is no function of %s; expected the name of one",
				  service->name);
	}
	return rc;
}

static int read_exchange(const struct node *node, struct exchange *exchange, tc_error *err)
{
	static const char *const known[] = { "once", "since", NULL };
	int rc = node_refuse_others(node, known, "once or since", err);

	if (rc == TC_OK && node_member(node, "once").json)
		rc = node_flag(node, "once", &exchange->once, err);
	return rc == TC_OK ? read_version(node, "since", &exchange->since, err) : rc;
}

static int read_exchanges(
	struct model *model, const struct node *node, const struct service *service, tc_error *err)
{
	struct table exchanges = { .arena = &model->arena };
	int rc = node_object(node, err);

	if (rc == TC_OK && !put_exchanges(&exchanges, service))
		rc = tc__fail_nomem(err);
	for (size_t i = 0; i < tc_json_count(node->json) && rc == TC_OK; i++) {
		struct node member = node_at(node, i);
		struct exchange *exchange = table_get(&exchanges, member.key, strlen(member.key));
		rc = exchange
			? read_exchange(&member, exchange, err)
			: node_fail(&member, err, "is no exchange of %s; expected the name of one",
				  service->name);
	}
	return rc;
}

static int read_service(
	struct model *model, const struct node *node, const struct service *service, tc_error *err)
{
	static const char *const known[] = { "operations", "exchanges", NULL };
	struct node operations = node_member(node, "operations");
	struct node exchanges = node_member(node, "exchanges");
	int rc = node_refuse_others(node, known, "operations or exchanges", err);

	if (rc == TC_OK && (operations.json || !exchanges.json))
		rc = read_operations(model, &operations, service, err);
	if (rc == TC_OK && exchanges.json)
		rc = read_exchanges(model, &exchanges, service, err);
	return rc;
}

static int read_release(const struct node *root, const struct model *model,
	const struct input *input, tc_error *err)
{
	struct node node = node_member(root, "release");
	const char *release = NULL;
	int rc = node_optional_text(root, "release", &release, err);

	if (rc == TC_OK && release)
		rc = release_check(&node, release, err);
	if (rc != TC_OK || !release)
		return rc;
	for (struct service *service = model->services; service; service = service->next)
		if (!input || service->input == input)
			service->release = release;
	return TC_OK;
}

int conventions_read(struct model *model, const struct input *input,
	const struct document *document, tc_error *err)
{
	static const char *const known[] = { "services", "release", "$schema", NULL };
	struct node root = node_root(document->file, document->root);
	struct node schema = node_member(&root, "$schema");
	struct node services = node_member(&root, "services");
	const char *name = NULL;
	int rc = node_refuse_others(&root, known, "$schema, release or services", err);

	if (rc == TC_OK)
		rc = node_text(&schema, &name, err);
	if (rc == TC_OK && strcmp(name, SCHEMA) != 0)
		rc = node_fail(&schema, err, "is \"%s\"; expected " SCHEMA, name);
	if (rc == TC_OK)
		rc = read_release(&root, model, input, err);
	if (rc == TC_OK && services.json)
		rc = node_object(&services, err);
	for (size_t i = 0; i < tc_json_count(services.json) && rc == TC_OK; i++) {
		struct node member = node_at(&services, i);
		const struct service *service = model_service(model, member.key);
		rc = service
			? read_service(model, &member, service, err)
			: node_fail(&member, err,
				  "is no service of these references; expected the name of one");
	}
	return rc;
}
