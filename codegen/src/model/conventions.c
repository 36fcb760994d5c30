/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/conventions.h"

#include "codegen/src/model/promise.h"

#include <string.h>

#define SCHEMA "/schemas/libtaskcluster/conventions-v0.json#"
#define WAIT_MS_MAX 600000
#define RELEASE_MAX 32

/* Conventions are our own format: what is not known there is a mistake. */
static int refuse_others(const struct node *object, const char *const *known, size_t count,
	const char *expected, tc_error *err)
{
	int rc = node_object(object, err);

	for (size_t i = 0; i < tc_json_count(object->json) && rc == TC_OK; i++) {
		struct node member = node_at(object, i);
		size_t k = 0;
		while (k < count && strcmp(known[k], member.key) != 0)
			k++;
		if (k == count)
			rc = node_fail(&member, err, "is no known member; expected %s", expected);
	}
	return rc;
}

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

static int read_operation(
	struct model *model, const struct node *node, struct operation *operation, tc_error *err)
{
	static const char *const known[] = { "retry", "unsafeMember", "unsafeValue", "waitMs",
		"reply" };
	struct node retry = node_member(node, "retry"), wait = node_member(node, "waitMs");
	struct node reply = node_member(node, "reply");
	int rc = refuse_others(node, known, sizeof known / sizeof *known,
		"retry, unsafeMember, unsafeValue, waitMs or reply", err);

	if (rc == TC_OK)
		rc = read_retry(&retry, operation, err);
	if (rc == TC_OK)
		rc = read_unsafe(node, operation, err);
	if (rc == TC_OK)
		rc = read_wait(&wait, operation, err);
	return rc == TC_OK ? promise_read(model, &reply, operation, err) : rc;
}

static struct operation *find_operation(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		if (strcmp(service->operations[i].name, name) == 0)
			return &service->operations[i];
	}
	return NULL;
}

static int read_service(
	struct model *model, const struct node *node, const struct service *service, tc_error *err)
{
	static const char *const known[] = { "operations" };
	struct node operations = node_member(node, "operations");
	int rc = refuse_others(node, known, 1, "operations", err);

	if (rc == TC_OK)
		rc = node_object(&operations, err);
	for (size_t i = 0; i < tc_json_count(operations.json) && rc == TC_OK; i++) {
		struct node member = node_at(&operations, i);
		struct operation *operation = find_operation(service, member.key);
		rc = operation
			? read_operation(model, &member, operation, err)
			: node_fail(&member, err, "is no function of %s; expected the name of one",
				  service->name);
	}
	return rc;
}

/* "106", "4.3", "v106.0.0": one short word, since programs compare it. */
static bool is_release(const char *text)
{
	size_t length = strlen(text);

	return length && length <= RELEASE_MAX &&
		strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") ==
		length;
}

static int read_release(const struct node *root, const struct model *model,
	const struct input *input, tc_error *err)
{
	struct node node = node_member(root, "release");
	const char *release = NULL;
	int rc = node_optional_text(root, "release", &release, err);

	if (rc != TC_OK || !release)
		return rc;
	if (!is_release(release))
		return node_fail(&node, err,
			"is \"%.100s\"; expected one such as \"106\", of at most %d letters, "
			"digits "
			"and . _ -",
			release, RELEASE_MAX);
	for (struct service *service = model->services; service; service = service->next)
		if (!input || service->input == input)
			service->release = release;
	return TC_OK;
}

int conventions_read(struct model *model, const struct input *input,
	const struct document *document, tc_error *err)
{
	static const char *const known[] = { "services", "release", "$schema" };
	struct node root = node_root(document->file, document->root);
	struct node schema = node_member(&root, "$schema");
	struct node services = node_member(&root, "services");
	const char *name = NULL;
	int rc = refuse_others(&root, known, 3, "$schema, release or services", err);

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
		const struct service *service = model->services;
		while (service && strcmp(service->name, member.key) != 0)
			service = service->next;
		rc = service
			? read_service(model, &member, service, err)
			: node_fail(&member, err,
				  "is no service of these references; expected the name of one");
	}
	return rc;
}
