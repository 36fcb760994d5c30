/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/options.h"

#include <string.h>

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
	size_t size = 0;

	memset(known, 0, known_size);
	if (given)
		memcpy(&size, given, sizeof size);
	if (given && size < sizeof size)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s: size is not set: begin with %s", what,
			init_name);
	if (size > known_size && !is_zero((const char *)given + known_size, size - known_size))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s: built against a newer version, whose members this library does not "
			"know",
			what);
	if (given)
		memcpy(known, given, size < known_size ? size : known_size);
	memcpy(known, &known_size, sizeof known_size);
	return TC_OK;
}
