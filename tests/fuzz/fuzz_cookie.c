/* SPDX-License-Identifier: MPL-2.0 */
/* Any Set-Cookie headers, a line each; a line of one digit is a reply from another origin. What
 * comes back in a Cookie line ends no line, goes to no other origin, and over http only without
 * Secure. */
#include "tests/harness/test.h"

#include "runtime/src/http/session.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const origins[] = { "https://a.example/x", "http://a.example/",
	"https://a.example:8443/", "http://b.example/", "https://a.example:443/y" };
#define ORIGINS (sizeof origins / sizeof *origins)
#define NOW_MS 1700000000000

static void require(bool condition)
{
	if (!condition)
		abort();
}

static struct tc__url at(size_t origin)
{
	struct tc__url parts;

	require(tc__url_parse(origins[origin], &parts, NULL) == TC_OK);
	return parts;
}

static bool same(size_t a, size_t b)
{
	return a % 4 == b % 4; /* the last is the first, with its port said */
}

static void check_cookie(const struct tc__cookie *cookie, const struct tc__session *session,
	const struct tc__url *parts, const char *line)
{
	size_t name = strlen(cookie->text), value = strlen(cookie->value);
	bool goes = parts->https || !cookie->secure;
	const char *given = tc__session_cookie(session, parts, cookie->text);

	require(name > 0 && name + value <= TC__COOKIE_MAX);
	require(!strpbrk(cookie->text, "=;") && !strchr(cookie->value, ';'));
	require(goes ? given == cookie->value : given == NULL);
	require(!goes || strstr(line, cookie->text) != NULL);
}

static void check_line(const struct tc__session *session, size_t origin, size_t owner)
{
	static const char begin[] = "Cookie: ";
	struct tc__buffer line = TC__BUFFER(1000000);
	struct tc__url parts = at(origin);

	tc__session_line(session, &parts, &line);
	require(!tc__buffer_failed(&line));
	require(!line.length || strncmp(line.data, begin, sizeof begin - 1) == 0);
	for (size_t i = 0; i < line.length; i++)
		require((unsigned char)line.data[i] >= ' ' || line.data[i] == '\t');
	require(!memchr(tc__buffer_get(&line), 0x7f, line.length));
	for (const struct tc__cookie *c = session->cookies; c; c = c->next) {
		if (same(origin, owner))
			check_cookie(c, session, &parts, tc__buffer_get(&line));
		else
			require(!tc__session_cookie(session, &parts, c->text));
	}
	require(same(origin, owner) || !line.length);
	tc__buffer_clear(&line);
}

static void check_names(const struct tc__session *session)
{
	size_t count = 0;

	for (const struct tc__cookie *a = session->cookies; a; a = a->next, count++)
		for (const struct tc__cookie *b = a->next; b; b = b->next)
			require(strcmp(a->text, b->text) != 0);
	require(count <= TC__COOKIES_MAX);
}

static size_t owner_of(const struct tc__session *session)
{
	static const char *const names[] = { "https://a.example", "http://a.example",
		"https://a.example:8443", "http://b.example" };
	const char *origin = tc__buffer_get(&session->origin);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(origin, names[i]) == 0)
			return i;
	require(!*origin && !session->cookies);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc__session session = { 0 };
	char *text = malloc(size + 1), *line = text;
	size_t origin = 0;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	while (line) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (*line >= '0' && *line < '0' + (int)ORIGINS && !line[1])
			origin = (size_t)(*line - '0');
		struct tc__url parts = at(origin);
		require(tc__session_take(&session, &parts, line, NOW_MS, NULL) == TC_OK);
		line = end;
		for (size_t i = 0; i < ORIGINS; i++)
			check_line(&session, i, owner_of(&session));
		check_names(&session);
	}
	tc__session_clear(&session);
	free(text);
	return 0;
}
