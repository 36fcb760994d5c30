/* SPDX-License-Identifier: MPL-2.0 */
#include "session.h"

#include "ascii.h"
#include "retry.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void tc__session_origin(const struct tc__url *parts, struct tc__buffer *origin)
{
	tc__buffer_text(origin, parts->https ? "https://" : "http://");
	tc__buffer_add(origin, parts->host, parts->host_length);
	if (parts->port != (parts->https ? 443 : 80))
		tc__buffer_printf(origin, ":%d", parts->port);
}

static bool is_its_origin(const struct tc__session *session, const struct tc__url *parts)
{
	struct tc__buffer origin = TC__BUFFER(TC__URL_MAX);

	tc__session_origin(parts, &origin);
	bool same = session->origin.length == origin.length && !tc__buffer_failed(&origin) &&
		strcmp(tc__buffer_get(&session->origin), tc__buffer_get(&origin)) == 0;
	tc__buffer_clear(&origin);
	return same;
}

static void free_cookie(struct tc__cookie *cookie)
{
	sodium_memzero(cookie->text, cookie->size);
	free(cookie);
}

static void remove_cookie(struct tc__session *session, const char *name, size_t length)
{
	for (struct tc__cookie **at = &session->cookies; *at; at = &(*at)->next) {
		struct tc__cookie *cookie = *at;
		if (strncmp(cookie->text, name, length) != 0 || cookie->text[length])
			continue;
		*at = cookie->next;
		free_cookie(cookie);
		return;
	}
}

/* ---- Set-Cookie ---- */

struct span {
	const char *at;
	size_t length;
};

static struct span trimmed(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (struct span){ at, (size_t)(end - at) };
}

struct cookie_text {
	struct span name, value;
	bool secure, ended;
};

static bool is(struct span span, const char *text)
{
	return span.length == strlen(text) && tc__same_letters(span.at, text, span.length);
}

static bool ends(struct span name, struct span value, int64_t now_ms)
{
	char text[64];
	int64_t expiry_ms;

	if (value.length >= sizeof text || value.length == 0)
		return false;
	memcpy(text, value.at, value.length);
	text[value.length] = '\0';
	if (is(name, "max-age"))
		return *text == '-' || strspn(text, "0") == value.length;
	return is(name, "expires") && tc__http_date(text, &expiry_ms) && expiry_ms <= now_ms;
}

/* `name=value` before the first semicolon, attributes behind it. */
static bool read_cookie(const char *header, int64_t now_ms, struct cookie_text *cookie)
{
	const char *end = header + strcspn(header, ";");
	const char *equals = memchr(header, '=', (size_t)(end - header));

	if (!equals)
		return false;
	*cookie = (struct cookie_text){ trimmed(header, equals), trimmed(equals + 1, end), false,
		false };
	while (*end) {
		const char *begin = end + 1;
		end = begin + strcspn(begin, ";");
		equals = memchr(begin, '=', (size_t)(end - begin));
		struct span name = trimmed(begin, equals ? equals : end);
		struct span value = trimmed(equals ? equals + 1 : end, end);
		cookie->secure |= is(name, "secure");
		cookie->ended |= ends(name, value, now_ms);
	}
	return cookie->name.length && cookie->name.length + cookie->value.length <= TC__COOKIE_MAX;
}

/* Cookies of another origin are not this one's, and go. */
static int set_origin(struct tc__session *session, const struct tc__url *parts, tc_error *err)
{
	if (is_its_origin(session, parts))
		return TC_OK;
	tc__session_clear(session);
	session->origin = TC__BUFFER(TC__URL_MAX);
	tc__session_origin(parts, &session->origin);
	return tc__buffer_failed(&session->origin) ? tc__fail_nomem(err) : TC_OK;
}

static struct tc__cookie *new_cookie(const struct cookie_text *text)
{
	size_t size = text->name.length + text->value.length + 2;
	struct tc__cookie *cookie = malloc(sizeof *cookie + size);

	if (!cookie)
		return NULL;
	*cookie = (struct tc__cookie){ .secure = text->secure, .size = size };
	memcpy(cookie->text, text->name.at, text->name.length);
	cookie->text[text->name.length] = '\0';
	char *value = cookie->text + text->name.length + 1;
	memcpy(value, text->value.at, text->value.length);
	value[text->value.length] = '\0';
	cookie->value = value;
	return cookie;
}

int tc__session_take(struct tc__session *session, const struct tc__url *parts, const char *header,
	int64_t now_ms, tc_error *err)
{
	struct cookie_text text;
	size_t count = 0;

	if (!read_cookie(header, now_ms, &text))
		return TC_OK;
	int rc = set_origin(session, parts, err);
	if (rc != TC_OK)
		return rc;
	remove_cookie(session, text.name.at, text.name.length);
	if (text.ended)
		return TC_OK;
	struct tc__cookie **at = &session->cookies;
	for (; *at; at = &(*at)->next)
		count++;
	if (count == TC__COOKIES_MAX)
		return TC_OK;
	*at = new_cookie(&text);
	return *at ? TC_OK : tc__fail_nomem(err);
}

/* ---- Cookie ---- */

static bool may_go(const struct tc__cookie *cookie, const struct tc__url *parts)
{
	return parts->https || !cookie->secure;
}

const char *tc__session_cookie(
	const struct tc__session *session, const struct tc__url *parts, const char *name)
{
	if (!is_its_origin(session, parts))
		return NULL;
	for (const struct tc__cookie *cookie = session->cookies; cookie; cookie = cookie->next)
		if (strcmp(cookie->text, name) == 0 && may_go(cookie, parts))
			return cookie->value;
	return NULL;
}

bool tc__session_holds(const struct tc__session *session, const struct tc__url *parts,
	const struct tc_session_scheme *scheme, int64_t now_ms)
{
	if (scheme->lifetime_s && now_ms - session->begun_ms >= scheme->lifetime_s * 1000)
		return false;
	for (const char *const *name = scheme->cookies; *name; name++)
		if (tc__session_cookie(session, parts, *name))
			return true;
	return false;
}

void tc__session_line(
	const struct tc__session *session, const struct tc__url *parts, struct tc__buffer *line)
{
	const char *before = "Cookie: ";
	size_t size = strlen(before);

	if (!is_its_origin(session, parts))
		return;
	for (const struct tc__cookie *cookie = session->cookies; cookie; cookie = cookie->next)
		size += cookie->size + 2;
	(void)tc__buffer_room(line, size); /* at once: growing would leave copies behind */
	tc__buffer_text(line, "");
	for (const struct tc__cookie *cookie = session->cookies; cookie; cookie = cookie->next) {
		if (!may_go(cookie, parts))
			continue;
		tc__buffer_printf(line, "%s%s=%s", before, cookie->text, cookie->value);
		before = "; ";
	}
}

void tc__session_clear(struct tc__session *session)
{
	while (session->cookies) {
		struct tc__cookie *cookie = session->cookies;
		session->cookies = cookie->next;
		free_cookie(cookie);
	}
	tc__buffer_clear(&session->origin);
	*session = (struct tc__session){ 0 };
}
