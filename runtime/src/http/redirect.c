/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/redirect.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/common/url.h"
#include <curl/curl.h>
#include <sodium.h>
#include <string.h>

bool tc__is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* As a browser reads it: blanks and bytes outside ASCII become percent-encoded. The first URL loses
 * its dots, too, as libcurl resolves "../" right only against a path without any. */
static CURLUcode resolve_with(CURLU *parser, const char *from, const char *location, char **text)
{
	CURLUcode code = curl_url_set(parser, CURLUPART_URL, from, 0);

	if (code == CURLUE_OK)
		code = curl_url_set(parser, CURLUPART_URL, location,
			CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
	if (code == CURLUE_OK)
		code = curl_url_set(parser, CURLUPART_FRAGMENT, NULL, 0);
	return code == CURLUE_OK ? curl_url_get(parser, CURLUPART_URL, text, 0) : code;
}

static CURLUcode resolve(const char *from, const char *location, char **text)
{
	CURLU *parser = curl_url();
	CURLUcode code = parser ? resolve_with(parser, from, location, text) : CURLUE_OUT_OF_MEMORY;

	curl_url_cleanup(parser);
	return code;
}

static int check(const char *from, const char *to, tc_error *err)
{
	struct tc__url old, new;

	if (tc__url_parse(to, &new, err) != TC_OK) {
		if (err) /* it is no argument of anybody's here */
			err->code = TC_ERROR_HTTP;
		return TC_ERROR_HTTP;
	}
	if (tc__url_parse(from, &old, NULL) == TC_OK && old.https && !new.https)
		return tc__fail(err, TC_ERROR_HTTP, "it leads from https to http");
	return TC_OK;
}

int tc__redirect_url(const char *from, const char *location, char **url, tc_error *err)
{
	char *text = NULL;

	*url = NULL;
	CURLUcode code = resolve(from, location, &text);
	if (code != CURLUE_OK) /* it may say of memory, too, that the URL is malformed */
		code = resolve(from, location, &text);
	int rc = TC_OK;
	if (code == CURLUE_OUT_OF_MEMORY)
		rc = tc__fail_nomem(err);
	else if (code != CURLUE_OK)
		rc = tc__fail(err, TC_ERROR_HTTP, "its Location is no URL");
	if (rc == TC_OK)
		rc = check(from, text, err);
	if (rc == TC_OK && !(*url = tc__object_text(text, strlen(text))))
		rc = tc__fail_nomem(err);
	if (text) /* it may be signed */
		sodium_memzero(text, strlen(text));
	curl_free(text);
	return rc;
}

bool tc__same_origin(const char *a, const char *b)
{
	struct tc__url one, other;

	return tc__url_parse(a, &one, NULL) == TC_OK && tc__url_parse(b, &other, NULL) == TC_OK &&
		one.https == other.https && one.port == other.port &&
		one.host_length == other.host_length &&
		tc__same_letters(one.host, other.host, one.host_length);
}
