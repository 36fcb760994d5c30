/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/options.h"

#include <string.h>
#include <taskcluster/version.h>

/* No struct of options is as large; what says so was never set. */
#define SIZE_LIMIT 4096

static bool is_zero(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i])
			return false;
	return true;
}

int tc__options_read(const void *given, void *known, size_t known_size, const char *what,
	const char *init_name, tc_error *err)
{
	size_t size;

	memset(known, 0, known_size);
	memcpy(known, &known_size, sizeof known_size);
	if (!given)
		return TC_OK;
	memcpy(&size, given, sizeof size);
	/* all end as a size_t could begin: another size would cut a member in two */
	if (size < sizeof size || size > SIZE_LIMIT || size % sizeof size)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s: size is not set (it is %zu): begin with %s", what, size, init_name);
	if (size > known_size && !is_zero((const char *)given + known_size, size - known_size))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s: the program was built against a newer version than this library "
			"(%s), and sets a member that is unknown to it",
			what, TC_SDK_VERSION);
	memcpy(known, given, size < known_size ? size : known_size);
	memcpy(known, &known_size, sizeof known_size);
	return TC_OK;
}

int tc__check_timeout(const char *name, int64_t ms, tc_error *err)
{
	if (ms >= 0 && ms <= INT32_MAX)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT, "%s is %lld; expected milliseconds from 0 to %d",
		name, (long long)ms, INT32_MAX);
}

int tc__check_deadline(int64_t deadline_ms, tc_error *err)
{
	if (deadline_ms >= 0)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"deadline_ms is %lld; expected milliseconds, 0 or more", (long long)deadline_ms);
}
