/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <taskcluster/url.h>

/* Of a slugid, so that a client made before is not replaced. */
#define SUFFIX_LENGTH 6

static void put_escaped(FILE *out, const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			putc(*text, out);
		else if (*text == ' ')
			putc('+', out);
		else
			fprintf(out, "%%%02X", (unsigned char)*text);
	}
}

static void put_value(FILE *out, const char *before, const char *text)
{
	fputs(before, out);
	put_escaped(out, text);
}

static void put_query(FILE *out, const struct page *page)
{
	char suffix[TC_SLUGID_SIZE];

	for (size_t i = 0; i < page->scopes.count; i++)
		put_value(out, i == 0 ? "?scope=" : "&scope=", page->scopes.scopes[i]);
	put_value(out, "&name=", page->name);
	tc_slugid_nice(suffix);
	fprintf(out, "-%.*s", SUFFIX_LENGTH, suffix);
	put_value(out, "&expires=", page->expires);
	put_value(out, "&callback_url=", page->callback_url);
	put_value(out, "&description=", "Temporary client for use on the command line");
}

char *page_url(const struct page *page, tc_error *err)
{
	char *begin = NULL, *url = NULL;
	size_t length;

	if (tc_url_ui(page->root_url, "auth/clients/create", &begin, err) != TC_OK)
		return NULL;
	FILE *out = open_memstream(&url, &length);
	if (out) {
		fputs(begin, out);
		put_query(out, page);
		if (fclose(out) == 0 && url) {
			tc_release(begin);
			return url;
		}
	}
	tc_release(begin);
	free(url);
	tc_error_set(err, TC_ERROR_NOMEM, "memory ended");
	return NULL;
}
