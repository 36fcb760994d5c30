/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/session.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/http/retry.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tc__session_origin(const struct tc__url *parts, struct tc__buffer *origin)
{
	tc__buffer_text(origin, parts->https ? "https://" : "http://");
	tc__buffer_add(origin, parts->host, parts->host_length);
	if (parts->port != (parts->https ? 443 : 80))
		tc__buffer_printf(origin, ":%d", parts->port);
}

/* Without memory: where that ends, a session must not seem to be another's. */
static bool is_its_origin(const struct tc__session *session, const struct tc__url *parts)
{
	const char *scheme = parts->https ? "https://" : "http://";
	const char *origin = tc__buffer_get(&session->origin);
	size_t length = strlen(scheme);
	char port[16] = "";

	if (parts->port != (parts->https ? 443 : 80))
		snprintf(port, sizeof port, ":%d", parts->port);
	return session->origin.length == length + parts->host_length + strlen(port) &&
		memcmp(origin, scheme, length) == 0 &&
		memcmp(origin + length, parts->host, parts->host_length) == 0 &&
		strcmp(origin + length + parts->host_length, port) == 0;
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
	bool aged; /* by Max-Age, beside which Expires does not count */
};

static bool is(struct span span, const char *text)
{
	return span.length == strlen(text) && tc__same_letters(span.at, text, span.length);
}

static void read_attribute(
	struct span name, struct span value, int64_t now_ms, struct cookie_text *cookie)
{
	char text[64];
	int64_t expiry_ms;

	cookie->secure |= is(name, "secure");
	if (value.length >= sizeof text || value.length == 0)
		return;
	memcpy(text, value.at, value.length);
	text[value.length] = '\0';
	if (is(name, "max-age") && (*text == '-' || tc__is_digit(*text))) {
		cookie->ended = *text == '-' || strspn(text, "0") == value.length;
		cookie->aged = true;
	} else if (is(name, "expires") && !cookie->aged && tc__http_date(text, &expiry_ms)) {
		cookie->ended = expiry_ms <= now_ms;
	}
}

/* What would end the line that it comes back in. */
static bool has_control(const char *text)
{
	while (*text == '\t' || ((unsigned char)*text >= ' ' && *text != 0x7f))
		text++;
	return *text != '\0';
}

/* `name=value` before the first semicolon, attributes behind it. */
static bool read_cookie(const char *header, int64_t now_ms, struct cookie_text *cookie)
{
	const char *end = header + strcspn(header, ";");
	const char *equals = memchr(header, '=', (size_t)(end - header));

	if (!equals || has_control(header))
		return false;
	*cookie = (struct cookie_text){ .name = trimmed(header, equals),
		.value = trimmed(equals + 1, end) };
	while (*end) {
		const char *begin = end + 1;
		end = begin + strcspn(begin, ";");
		equals = memchr(begin, '=', (size_t)(end - begin));
		struct span name = trimmed(begin, equals ? equals : end);
		struct span value = trimmed(equals ? equals + 1 : end, end);
		read_attribute(name, value, now_ms, cookie);
	}
	return cookie->name.length && cookie->name.length + cookie->value.length <= TC__COOKIE_MAX;
}

/* Cookies of another origin are not this one's, and go. */
static int set_origin(struct tc__session *session, const struct tc__url *parts, tc_error *err)
{
	struct tc__buffer origin = TC__BUFFER(TC__URL_MAX);

	if (is_its_origin(session, parts))
		return TC_OK;
	tc__session_origin(parts, &origin);
	if (tc__buffer_failed(&origin)) {
		tc__buffer_clear(&origin);
		return tc__fail_nomem(err);
	}
	tc__session_clear(session);
	session->origin = origin;
	return TC_OK;
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

static void add_cookie(struct tc__session *session, struct tc__cookie *cookie)
{
	struct tc__cookie **at = &session->cookies;
	size_t count = 0;

	for (; *at; at = &(*at)->next)
		count++;
	if (count < TC__COOKIES_MAX)
		*at = cookie;
	else
		free_cookie(cookie);
}

int tc__session_take(struct tc__session *session, const struct tc__url *parts, const char *header,
	int64_t now_ms, tc_error *err)
{
	struct tc__cookie *cookie = NULL;
	struct cookie_text text;

	if (!read_cookie(header, now_ms, &text))
		return TC_OK;
	if (!text.ended && !(cookie = new_cookie(&text)))
		return tc__fail_nomem(err);
	int rc = set_origin(session, parts, err);
	if (rc == TC_OK)
		remove_cookie(session, text.name.at, text.name.length);
	if (rc == TC_OK && cookie)
		add_cookie(session, cookie);
	else if (cookie)
		free_cookie(cookie);
	return rc;
}

/* ---- Cookie ---- */

static bool may_go(const struct tc__cookie *cookie, const struct tc__url *parts)
{
	return parts->https || !cookie->secure;
}

bool tc__session_is_about(const struct tc_session_scheme *scheme, const char *header)
{
	size_t length = strcspn(header, "=;");
	struct span name = trimmed(header, header + length);

	for (const char *const *own = scheme->cookies; *own; own++)
		if (strlen(*own) == name.length && memcmp(*own, name.at, name.length) == 0)
			return true;
	return false;
}

bool tc__session_would_change(
	const struct tc__session *session, const struct tc__url *parts, const char *header)
{
	struct cookie_text text;
	char name[TC__COOKIE_MAX + 1];

	if (!read_cookie(header, 0, &text))
		return false;
	memcpy(name, text.name.at, text.name.length);
	name[text.name.length] = '\0';
	const char *value = tc__session_cookie(session, parts, name);
	return !value || strlen(value) != text.value.length ||
		memcmp(value, text.value.at, text.value.length) != 0;
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
	if (scheme->lifetime_s && (now_ms - session->begun_ms) / 1000 >= scheme->lifetime_s)
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
		/* not by printf, which leaves copies on the stack */
		tc__buffer_text(line, before);
		tc__buffer_text(line, cookie->text);
		tc__buffer_char(line, '=');
		tc__buffer_text(line, cookie->value);
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
	*session = (struct tc__session){ .generation = session->generation + 1 };
}
