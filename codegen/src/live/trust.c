/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/live/trust.h"

#include <string.h>
#include <taskcluster/registry.h>

/* The library's own service of that name and version, below the root URL like all that is read. */
static const struct tc_service *known_service(const struct tc_service *row)
{
	const struct tc_service *known = tc_find_service(row->name);

	if (!known || known->base_url || known->conventions)
		return NULL;
	return strcmp(known->version, row->version) == 0 ? known : NULL;
}

/* Rules of arguments go by their places. */
static bool same_arguments(const struct tc_operation *known, const struct tc_operation *row)
{
	for (size_t i = 0; i < known->argument_count && i < row->argument_count; i++) {
		if (strcmp(known->arguments[i].name, row->arguments[i].name) != 0)
			return false;
	}
	return known->argument_count == row->argument_count;
}

static const struct tc_operation *known_operation(
	const struct tc_service *service, const struct tc_operation *row)
{
	const struct tc_operation *known =
		service ? tc_find_operation(service->name, row->name) : NULL;

	if (!known || strcmp(known->method, row->method) != 0 ||
		strcmp(known->route, row->route) != 0 || !same_arguments(known, row))
		return NULL;
	return known;
}

static void take_rules(struct tc_operation *row, const struct tc_operation *known)
{
	row->retry = known->retry;
	row->unsafe_member = known->unsafe_member;
	row->unsafe_value = known->unsafe_value;
	row->wait_ms = known->wait_ms;
	row->success = known->success;
	row->reply_types = known->reply_types;
	row->refusals = known->refusals;
	row->secret_reply = known->secret_reply;
	row->conventions = known->conventions;
}

/* RFC 9110, 9.2: what only reads can be repeated. PUT and DELETE should be idempotent, but nobody
 * has looked whether these are. */
static uint8_t retry_of(const char *method)
{
	static const char *const reading[] = { "GET", "HEAD", "OPTIONS" };

	for (size_t i = 0; i < sizeof reading / sizeof *reading; i++) {
		if (strcmp(method, reading[i]) == 0)
			return TC_RETRY_ALWAYS;
	}
	return strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0 ? TC_RETRY_UNSENT
									   : TC_RETRY_NEVER;
}

static void judge_operation(const struct tc_service *service, struct tc_operation *row)
{
	const struct tc_operation *known = known_operation(service, row);

	if (known) {
		take_rules(row, known);
		return;
	}
	row->retry = retry_of(row->method);
	row->secret_reply = true;
}

static void judge_exchange(const struct tc_service *service, struct tc_exchange *row)
{
	const struct tc_exchange *known =
		service ? tc_find_exchange(service->name, row->name) : NULL;

	if (!known || strcmp(known->exchange, row->exchange) != 0)
		return;
	row->once = known->once;
	row->since = known->since;
}

void trust_own_rules(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct service_rows *service = &rows->services[i];
		const struct tc_service *known = known_service(&service->row);
		for (size_t k = 0; k < service->row.operation_count; k++)
			judge_operation(known, &service->operations[k]);
		for (size_t k = 0; k < service->row.exchange_count; k++)
			judge_exchange(known, &service->exchanges[k]);
	}
}
