/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct block {
	unsigned char prefix[16];
	unsigned bits;
};

static const struct block closed_ipv4[] = {
	{ { 0 }, 8 },             /* this network */
	{ { 10 }, 8 },            /* private */
	{ { 100, 64 }, 10 },      /* shared with carriers' NAT */
	{ { 127 }, 8 },           /* loopback */
	{ { 169, 254 }, 16 },     /* link-local, where clouds tell their secrets */
	{ { 172, 16 }, 12 },      /* private */
	{ { 192, 0, 0 }, 24 },    /* protocols */
	{ { 192, 0, 2 }, 24 },    /* documentation */
	{ { 192, 88, 99 }, 24 },  /* relays of 6to4 */
	{ { 192, 168 }, 16 },     /* private */
	{ { 198, 18 }, 15 },      /* benchmarks */
	{ { 198, 51, 100 }, 24 }, /* documentation */
	{ { 203, 0, 113 }, 24 },  /* documentation */
	{ { 224 }, 4 },           /* multicast */
	{ { 240 }, 4 },           /* reserved, and broadcast */
};

static const struct block closed_ipv6[] = {
	{ { 0x20, 0x01 }, 23 },             /* protocols: Teredo, benchmarks, ORCHID */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x3f, 0xff }, 20 },             /* documentation */
};

/* Of IPv6 only this is given out; ULA, link-local, multicast and loopback lie outside of it. */
static const struct block global_ipv6 = { { 0x20 }, 3 };

/* What has an IPv4 address inside, and at which byte. */
static const struct {
	struct block block;
	size_t at;
} leads_to_ipv4[] = {
	{ { { [10] = 0xff, 0xff }, 96 }, 12 },      /* mapped */
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 }, /* NAT64 */
	{ { { 0x20, 0x02 }, 16 }, 2 },              /* 6to4 */
};

static bool is_in(const unsigned char *address, const struct block *block)
{
	unsigned bytes = block->bits / 8, rest = block->bits % 8;

	if (memcmp(address, block->prefix, bytes) != 0)
		return false;
	return rest == 0 || (address[bytes] ^ block->prefix[bytes]) >> (8 - rest) == 0;
}

static bool is_in_any(const unsigned char *address, const struct block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_in(address, &blocks[i]))
			return true;
	return false;
}

#define IS_IN_ANY(address, blocks) is_in_any((address), (blocks), sizeof(blocks) / sizeof *(blocks))

static bool is_public_ipv4(const unsigned char *address)
{
	return !IS_IN_ANY(address, closed_ipv4);
}

static bool is_public_ipv6(const unsigned char *address)
{
	for (size_t i = 0; i < sizeof leads_to_ipv4 / sizeof *leads_to_ipv4; i++)
		if (is_in(address, &leads_to_ipv4[i].block))
			return is_public_ipv4(address + leads_to_ipv4[i].at);
	return is_in(address, &global_ipv6) && !IS_IN_ANY(address, closed_ipv6);
}

bool tc__address_is_public(const struct sockaddr *address)
{
	unsigned char bytes[16];

	/* copied: what a caller has may be aligned for less */
	if (address->sa_family == AF_INET) {
		memcpy(bytes, (const char *)address + offsetof(struct sockaddr_in, sin_addr), 4);
		return is_public_ipv4(bytes);
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(bytes, (const char *)address + offsetof(struct sockaddr_in6, sin6_addr), 16);
	return is_public_ipv6(bytes);
}

bool tc__is_address(const char *text)
{
	size_t length = strcspn(text, "%");
	char copy[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return inet_pton(AF_INET6, copy, bytes) == 1 ||
		(!text[length] && inet_pton(AF_INET, copy, bytes) == 1);
}

bool tc__address_text_is_public(const char *text)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return is_public_ipv4(bytes);
	return inet_pton(AF_INET6, text, bytes) == 1 && is_public_ipv6(bytes);
}
