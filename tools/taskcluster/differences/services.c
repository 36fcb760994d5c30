/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/services.h"

#include <string.h>

/* Who only listens to it is no caller. */
static void tell_gone(const struct pair *pair, const struct tc_service *service)
{
	struct change change = { .service = service->name,
		.kind = "service",
		.breaks = service->operation_count ? BREAKS_CALLERS : BREAKS_READERS };

	change_tell(pair->sink, &change, "is gone (functions: %u, exchanges: %u)",
		service->operation_count, service->exchange_count);
}

static void tell_new(const struct pair *pair, const struct tc_service *service)
{
	struct change change = { .service = service->name, .kind = "service" };

	change_tell(pair->sink, &change, "is new (functions: %u, exchanges: %u)",
		service->operation_count, service->exchange_count);
}

static void compare_service(
	const struct pair *pair, const struct tc_service *older, const struct tc_service *newer)
{
	struct change change = {
		.service = older->name, .kind = "service", .breaks = BREAKS_CALLERS
	};

	if (strcmp(older->version, newer->version) != 0)
		change_tell(pair->sink, &change, "is of version %s; it was %s", newer->version,
			older->version);
	operations_compare(pair, older, newer);
	exchanges_compare(pair, older, newer);
}

static bool is_left_out(const struct tc_service *service, const char *only)
{
	return only && strcmp(service->name, only) != 0;
}

void services_compare(const struct pair *pair, const char *only)
{
	size_t older_count, newer_count;
	const struct tc_service *const *older = tc_references_services(pair->older, &older_count);
	const struct tc_service *const *newer = tc_references_services(pair->newer, &newer_count);

	for (size_t i = 0, j = 0; i < older_count || j < newer_count;) {
		int order = i == older_count ? 1
			: j == newer_count   ? -1
					     : strcmp(older[i]->name, newer[j]->name);
		const struct tc_service *was = order <= 0 ? older[i++] : NULL;
		const struct tc_service *is = order >= 0 ? newer[j++] : NULL;
		if (is_left_out(was ? was : is, only))
			continue;
		if (was && is)
			compare_service(pair, was, is);
		else if (was)
			tell_gone(pair, was);
		else
			tell_new(pair, is);
	}
}
