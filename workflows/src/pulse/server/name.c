/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/server/server.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 255 /* AMQP's short strings have a byte for their length */

static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

char *tc__pulse_name(const char *kind, const char *user, const char *name, tc_error *err)
{
	if (!*name || has_control(name)) {
		tc_error_set(err, TC_ERROR_ARGUMENT, "the name of the %s %s", kind,
			*name ? "has control characters" : "is empty");
		return NULL;
	}
	char *whole = tc__text(err, "%s/%s/%s", kind, user, name);
	size_t length = whole ? strlen(whole) : 0;
	if (length <= NAME_MAX_BYTES)
		return whole;
	tc_error_set(err, TC_ERROR_ARGUMENT, "%s/%s/… has %zu bytes; expected up to %d", kind, user,
		length, NAME_MAX_BYTES);
	free(whole);
	return NULL;
}
