/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/link.h"

#include <string.h>

const char *link_path(const char *page, const char *target)
{
	size_t length = strcspn(target, "#");
	const char *slash = strrchr(page, '/');
	size_t folder = slash ? (size_t)(slash - page) : 0;

	if (!length)
		return page;
	while (begins(target, "../")) {
		target += 3;
		length -= 3;
		while (folder && page[folder - 1] != '/')
			folder--;
		folder -= folder > 0;
	}
	return folder ? keep_printf("%.*s/%.*s", (int)folder, page, (int)length, target)
		      : keep_text(target, length);
}

const char *link_anchor(const char *target)
{
	const char *hash = strchr(target, '#');

	return hash ? hash + 1 : "";
}
