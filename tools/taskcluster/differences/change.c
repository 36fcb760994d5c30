/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/change.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void change_tell(struct change_sink *sink, const struct change *change, const char *format, ...)
{
	struct change told = *change;
	va_list list, again;

	va_start(list, format);
	va_copy(again, list);
	int length = vsnprintf(NULL, 0, format, list);
	char *words = length < 0 ? NULL : malloc((size_t)length + 1);
	if (words) {
		vsnprintf(words, (size_t)length + 1, format, again);
		told.words = words;
		sink->found(sink->data, &told);
	} else {
		sink->failed = true;
	}
	free(words);
	va_end(again);
	va_end(list);
}
