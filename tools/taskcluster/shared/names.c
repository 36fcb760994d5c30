/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/names.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <taskcluster/registry.h>

#include <ctype.h>
#include <string.h>

/* Whether it is the name without its dashes, with a capital behind each. */
static bool is_camel_case(const char *name, const char *typed)
{
	for (; *name; name++, typed++) {
		bool dash = *name == '-';
		name += dash;
		if (*typed != (dash ? toupper((unsigned char)*name) : *name))
			return false;
	}
	return !*typed;
}

const struct tc_service *find_service(const char *name)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);
	const struct tc_service *found = tc_find_service(name);

	for (size_t i = 0; i < count && !found; i++)
		if (is_camel_case(services[i]->name, name))
			found = services[i];
	return found;
}

const struct tc_operation *find_operation(const struct tc_service *service, const char *name)
{
	for (size_t i = 0; i < service->operation_count; i++)
		if (strcmp(service->operations[i].name, name) == 0)
			return &service->operations[i];
	return NULL;
}

/* A service that has a function of this name: somebody left the service out. The services of today
 * come before those of 2015, which carry their own URL. */
const struct tc_service *find_service_with(const char *operation)
{
	const struct tc_service *found = NULL;
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++) {
		if (!tc_find_operation(services[i]->name, operation))
			continue;
		if (!services[i]->base_url)
			return services[i];
		found = services[i];
	}
	return found;
}

int unknown_service(const char *typed)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);
	const struct tc_service *has_it = find_service_with(typed);
	struct suggestion nearest = suggest_for(typed);

	if (has_it)
		return usage_error("%s is a function of %s: `taskcluster api %s %s`", typed,
			has_it->name, has_it->name, typed);
	for (size_t i = 0; i < count; i++)
		suggest_consider(&nearest, services[i]->name);
	if (nearest.name)
		return usage_error("unknown service %s: did you mean %s?", typed, nearest.name);
	return usage_error("unknown service %s: `taskcluster api` lists them", typed);
}

int unknown_operation(const char *command, const struct tc_service *service, const char *typed)
{
	struct suggestion nearest = suggest_for(typed);

	for (size_t i = 0; i < service->operation_count; i++)
		suggest_consider(&nearest, service->operations[i].name);
	if (nearest.name)
		return usage_error("%s has no function %s: did you mean %s?", service->name, typed,
			nearest.name);
	return usage_error("%s has no function %s: `taskcluster %s %s` lists them", service->name,
		typed, command, service->name);
}

int unknown_exchange(const struct tc_service *service, const char *typed)
{
	struct suggestion nearest = suggest_for(typed);

	for (size_t i = 0; i < service->exchange_count; i++)
		suggest_consider(&nearest, service->exchanges[i].name);
	if (nearest.name)
		return usage_error("%s has no exchange %s: did you mean %s?", service->name, typed,
			nearest.name);
	return usage_error("%s has no exchange %s: `taskcluster routing-key %s` lists them",
		service->name, typed, service->name);
}
