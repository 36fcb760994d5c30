/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/options.h"

#include <string.h>
#include <taskcluster/version.h>

/* No struct of options is as large. */
#define SIZE_LIMIT 4096

int tc__workflow_options(
	const void *given, void *known, size_t known_size, const char *init, tc_error *err)
{
	return tc__workflow_struct("options", given, known, known_size, init, err);
}

int tc__workflow_struct(const char *name, const void *given, void *known, size_t known_size,
	const char *init, tc_error *err)
{
	size_t size = known_size;

	memset(known, 0, known_size);
	if (given)
		memcpy(&size, given, sizeof size);
	/* all end as a size_t could begin: another size would cut a member in two */
	if (size < sizeof size || size > SIZE_LIMIT || size % sizeof size)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s: size is not set (it is %zu): begin with %s", name, size, init);
	for (size_t at = known_size; at < size; at++)
		if (((const char *)given)[at])
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"%s: the program was built against a newer version than this "
				"library (%s), and sets a member that is unknown to it",
				name, TC_SDK_VERSION);
	if (given)
		memcpy(known, given, size < known_size ? size : known_size);
	memcpy(known, &known_size, sizeof known_size);
	return TC_OK;
}

int tc__workflow_check(const char *name, int64_t value, tc_error *err)
{
	if (value >= 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is %lld", name, (long long)value);
}

int tc__check_needed(const struct tc__needed *needed, size_t count, tc_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!needed[i].given)
			return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL", needed[i].name);
	return TC_OK;
}
