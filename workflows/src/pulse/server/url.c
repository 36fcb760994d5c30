/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/server/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define URL "server.url"
#define HOST URL ": the host"
#define PORT_MAX 65535

static int fail(tc_error *err, const char *what)
{
	return tc_error_set(err, TC_ERROR_ARGUMENT, URL ": %s", what);
}

/* ---- parts ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that is next in a percent-encoded text; -1: there is no such byte. */
static int next_byte(const char **at, const char *end)
{
	const char *from = *at;

	if (*from != '%') {
		*at = from + 1;
		return (unsigned char)*from;
	}
	int high = end - from > 2 ? hex_digit(from[1]) : -1;
	int low = end - from > 2 ? hex_digit(from[2]) : -1;
	*at = from + 3;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static int fail_long(const char *name, size_t size, tc_error *err)
{
	return tc_error_set(
		err, TC_ERROR_ARGUMENT, "%s is too long; expected up to %zu bytes", name, size - 1);
}

static int decode(
	const char *at, const char *end, char *part, size_t size, const char *name, tc_error *err)
{
	size_t length = 0;

	while (at < end) {
		int byte = next_byte(&at, end);
		if (byte < 0)
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"%s has a %% without two hexadecimal digits; %%25 is the sign "
				"itself",
				name);
		if (byte == 0)
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"%s has a NUL (%%00), which AMQP cannot carry there", name);
		if (length + 1 >= size)
			return fail_long(name, size, err);
		part[length++] = (char)byte;
	}
	part[length] = '\0';
	return TC_OK;
}

int tc__broker_set(char *part, size_t size, const char *text, const char *name, tc_error *err)
{
	size_t length = strlen(text);

	if (length >= size)
		return fail_long(name, size, err);
	memcpy(part, text, length + 1);
	return TC_OK;
}

static int read_account(const char *at, const char *end, struct tc__broker *broker, tc_error *err)
{
	const char *colon = memchr(at, ':', (size_t)(end - at));

	if (!colon)
		return fail(err, "it has a user without a password; expected USER:PASSWORD@");
	int rc = decode(at, colon, broker->user, sizeof broker->user, URL ": the user", err);
	if (rc == TC_OK && !*broker->user)
		return fail(err, "the user is empty; expected USER:PASSWORD@, or nothing");
	if (rc == TC_OK)
		rc = decode(colon + 1, end, broker->password, sizeof broker->password,
			URL ": the password", err);
	broker->account = true;
	return rc;
}

/* ---- host and port ---- */

static bool is_name(const char *host, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)host[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
		if (!plain && c < 0x80) /* beyond ASCII libcurl makes IDN of it, if it can */
			return false;
	}
	return length > 0;
}

static bool is_ip6(const char *host, size_t length)
{
	unsigned char address[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];

	if (length < 2 || host[length - 1] != ']' || length - 2 >= sizeof text)
		return false;
	memcpy(text, host + 1, length - 2);
	text[length - 2] = '\0';
	return inet_pton(AF_INET6, text, address) == 1;
}

int tc__broker_set_host(
	struct tc__broker *broker, const char *host, size_t length, const char *name, tc_error *err)
{
	if (length == 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is empty", name);
	if (length >= sizeof broker->host)
		return fail_long(name, sizeof broker->host, err);
	if (host[0] == '[' ? !is_ip6(host, length) : !is_name(host, length))
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s is malformed; expected a name, an IPv4 address, or an IPv6 "
			"address in brackets",
			name);
	memcpy(broker->host, host, length);
	broker->host[length] = '\0';
	return TC_OK;
}

static int read_port(const char *at, const char *end, int *port, tc_error *err)
{
	int value = end - at > 5 ? PORT_MAX + 1 : 0;

	for (; at < end && value <= PORT_MAX; at++)
		value = *at >= '0' && *at <= '9' ? value * 10 + (*at - '0') : PORT_MAX + 1;
	if (value < 1 || value > PORT_MAX)
		return fail(err, "the port is malformed; expected 1 to 65535");
	*port = value;
	return TC_OK;
}

/* The colon in front of the port; behind the brackets, if there are any. */
static const char *find_port(const char *at, const char *end)
{
	const char *from = at;

	if (at < end && *at == '[')
		from = memchr(at, ']', (size_t)(end - at));
	return from ? memchr(from, ':', (size_t)(end - from)) : NULL;
}

static int read_address(const char *at, const char *end, struct tc__broker *broker, tc_error *err)
{
	const char *colon = find_port(at, end);

	if (colon && *at != '[' && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
		return fail(err,
			"the host has several colons; expected HOST:PORT, and an IPv6 "
			"address in brackets");
	int rc = colon ? read_port(colon + 1, end, &broker->port, err) : TC_OK;
	if (rc != TC_OK)
		return rc;
	return tc__broker_set_host(broker, at, (size_t)((colon ? colon : end) - at), HOST, err);
}

/* ---- the whole ---- */

static int check_bytes(const char *url, tc_error *err)
{
	for (const char *at = url; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return fail(err,
				"it has a blank or a control character; in USER, PASSWORD "
				"and VHOST they are percent-encoded");
	if (strpbrk(url, "?#"))
		return fail(err,
			"it has a ? or a #; expected neither a query nor a fragment, and "
			"in USER, PASSWORD and VHOST %3F and %23");
	return TC_OK;
}

static const char *read_scheme(const char *url, struct tc__broker *broker)
{
	static const char plain[] = "amqp://", secure[] = "amqps://";

	broker->tls = strncasecmp(url, secure, sizeof secure - 1) == 0;
	broker->port = broker->tls ? TC__BROKER_TLS_PORT : TC__BROKER_PORT;
	if (broker->tls)
		return url + sizeof secure - 1;
	return strncasecmp(url, plain, sizeof plain - 1) == 0 ? url + sizeof plain - 1 : NULL;
}

/* "/" and the vhost; nothing: "/". */
static int read_vhost(const char *at, struct tc__broker *broker, tc_error *err)
{
	if (!*at)
		return tc__broker_set(broker->vhost, sizeof broker->vhost, "/", "", err);
	if (strchr(at + 1, '/'))
		return fail(err,
			"it has a second slash; expected HOST/VHOST, with %2F for a slash "
			"in USER, PASSWORD and VHOST");
	return decode(at + 1, at + strlen(at), broker->vhost, sizeof broker->vhost,
		URL ": the vhost", err);
}

int tc__broker_read(const char *url, struct tc__broker *broker, tc_error *err)
{
	memset(broker, 0, sizeof *broker);
	const char *at = read_scheme(url, broker);
	if (!at)
		return fail(err, "it begins with neither amqps:// nor amqp://");
	int rc = check_bytes(at, err);
	if (rc != TC_OK)
		return rc;
	const char *end = at + strcspn(at, "/");
	const char *sign = memchr(at, '@', (size_t)(end - at));
	if (sign && memchr(sign + 1, '@', (size_t)(end - sign - 1)))
		return fail(err,
			"it has more than one @; expected USER:PASSWORD@HOST, with %40 "
			"for the sign itself");
	if (sign)
		rc = read_account(at, sign, broker, err);
	if (rc == TC_OK)
		rc = read_address(sign ? sign + 1 : at, end, broker, err);
	return rc == TC_OK ? read_vhost(end, broker, err) : rc;
}
