/* SPDX-License-Identifier: MPL-2.0 */
/* URLs in the form in which they are sent. libcurl writes addresses in their usual form, and
 * percent-encoded bytes of a path in upper case; given that form, it has nothing left to change,
 * whatever version it is. */
#include "runtime/src/base/ascii.h"
#include "runtime/src/common/url.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* The value of a digit in a base up to 16, or -1. */
static int digit_of(char c, uint32_t base)
{
	int value = tc__is_digit(c) ? c - '0' : tc__is_letter(c) ? tc__lower(c) - 'a' + 10 : 16;

	return value < (int)base ? value : -1;
}

/* One number of an IPv4 address, as C writes them: 127, 0177 or 0x7f. Returns the place behind it,
 * or NULL when it is none. */
static const char *read_number(const char *at, const char *end, uint64_t *number)
{
	uint32_t base = 10;

	if (end - at > 1 && at[0] == '0') {
		bool hex = tc__lower(at[1]) == 'x';
		base = hex ? 16 : 8;
		at += hex ? 2 : 0;
	}
	if (at == end || digit_of(*at, base) < 0)
		return NULL;
	for (*number = 0; at < end && digit_of(*at, base) >= 0; at++) {
		*number = *number * base + (uint64_t)digit_of(*at, base);
		if (*number > UINT32_MAX)
			return NULL;
	}
	return at;
}

/* One to four numbers, of which the last stands for all the bytes that are left; a dot may follow.
 */
static bool read_ipv4(const char *at, const char *end, uint32_t *address)
{
	uint64_t parts[4];
	unsigned count = 0;

	for (;;) {
		at = count < 4 ? read_number(at, end, &parts[count]) : NULL;
		if (!at)
			return false;
		count++;
		if (at == end)
			break;
		if (*at++ != '.')
			return false;
		if (at == end)
			break;
	}
	*address = 0;
	for (unsigned i = 0; i + 1 < count; i++) {
		if (parts[i] > 0xff)
			return false;
		*address |= (uint32_t)parts[i] << (24 - 8 * i);
	}
	if (parts[count - 1] > UINT32_MAX >> (8 * (count - 1)))
		return false;
	*address |= (uint32_t)parts[count - 1];
	return true;
}

static void add_ipv4(struct tc__buffer *buffer, uint32_t address)
{
	tc__buffer_printf(buffer, "%u.%u.%u.%u", (unsigned)(address >> 24),
		(unsigned)(address >> 16 & 0xff), (unsigned)(address >> 8 & 0xff),
		(unsigned)(address & 0xff));
}

/* In brackets, as tc__url_parse has found it. libcurl takes the usual form only when it is the
 * shorter one, and from 8.22 on always. */
static void add_ipv6(struct tc__buffer *buffer, const char *host, size_t length)
{
	char text[INET6_ADDRSTRLEN] = "", usual[INET6_ADDRSTRLEN];
	struct in6_addr address;

	memcpy(text, host + 1, length - 2);
	if (inet_pton(AF_INET6, text, &address) == 1 &&
		inet_ntop(AF_INET6, &address, usual, sizeof usual))
		tc__buffer_printf(buffer, "[%s]", usual);
	else
		tc__buffer_add(buffer, host, length);
}

static void add_host(struct tc__buffer *buffer, const char *host, size_t length)
{
	uint32_t address;

	if (*host == '[')
		add_ipv6(buffer, host, length);
	else if (read_ipv4(host, host + length, &address))
		add_ipv4(buffer, address);
	else
		tc__buffer_add(buffer, host, length);
}

static char upper(char digit)
{
	return digit >= 'a' ? (char)(digit - 'a' + 'A') : digit;
}

void tc__url_path_as_sent(struct tc__buffer *buffer, const char *path)
{
	const char *end = path + strcspn(path, "?"), *kept = path;

	for (const char *at = path; at < end; at++) {
		if (*at != '%' || digit_of(at[1], 16) < 0 || digit_of(at[2], 16) < 0)
			continue;
		const char encoded[] = { '%', upper(at[1]), upper(at[2]) };
		tc__buffer_add(buffer, kept, (size_t)(at - kept));
		tc__buffer_add(buffer, encoded, sizeof encoded);
		kept = at + sizeof encoded;
	}
	tc__buffer_text(buffer, kept);
}

void tc__url_as_sent(struct tc__buffer *buffer, const char *url)
{
	struct tc__url parts;

	if (tc__url_parse(url, &parts, NULL) != TC_OK) {
		tc__buffer_text(buffer, url);
		return;
	}
	tc__buffer_text(buffer, parts.https ? "https://" : "http://");
	add_host(buffer, parts.host, parts.host_length);
	tc__url_path_as_sent(buffer, parts.host + parts.host_length);
}
