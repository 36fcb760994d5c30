/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/common/url.h"

#include <string.h>

void tc__url_show(struct tc__buffer *buffer, const char *url)
{
	size_t length = strcspn(url, "?#");
	const char *at = url + length;

	tc__buffer_add(buffer, url, length);
	if (*at != '?')
		return;
	do {
		size_t name = strcspn(at + 1, "=&#") + 1, pair = strcspn(at + 1, "&#") + 1;
		tc__buffer_add(buffer, at, name < pair ? name : pair);
		if (name < pair)
			tc__buffer_text(buffer, "=(redacted)");
		at += pair;
	} while (*at == '&');
}
