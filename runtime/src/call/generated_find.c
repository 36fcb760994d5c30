/* SPDX-License-Identifier: MPL-2.0 */
/* Finding rows: apart from what calls by them, which a program that only reads them does without.
 */
#include <taskcluster/generated.h>

#include <string.h>

const struct tc_service *tc_generated_service(
	const struct tc_service *const *services, size_t count, const char *service)
{
	for (size_t i = 0; service && i < count; i++)
		if (strcmp(services[i]->name, service) == 0)
			return services[i];
	return NULL;
}

const struct tc_operation *tc_generated_operation(const struct tc_service *const *services,
	size_t count, const char *service, const char *name)
{
	const struct tc_service *found = tc_generated_service(services, count, service);

	for (size_t i = 0; found && name && i < found->operation_count; i++)
		if (strcmp(found->operations[i].name, name) == 0)
			return &found->operations[i];
	return NULL;
}

const struct tc_exchange *tc_generated_exchange(const struct tc_service *const *services,
	size_t count, const char *service, const char *name)
{
	const struct tc_service *found = tc_generated_service(services, count, service);

	for (size_t i = 0; found && name && i < found->exchange_count; i++)
		if (strcmp(found->exchanges[i].name, name) == 0)
			return &found->exchanges[i];
	return NULL;
}
