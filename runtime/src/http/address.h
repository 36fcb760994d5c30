/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_ADDRESS_H
#define TC_RUNTIME_ADDRESS_H

/* Which network addresses anybody on the internet may be reached by. Pure. */

#include <stdbool.h>
#include <sys/socket.h>

/*
 * False for all that the IANA registries of special-purpose addresses (RFC 6890) do not call
 * globally reachable, for multicast, for IPv6 outside of 2000::/3, and for anything that is no IPv4
 * or IPv6 address. What leads to an IPv4 address is judged by that one: ::ffff:0:0/96 (mapped),
 * 64:ff9b::/96 (NAT64), 2002::/16 (6to4). Other prefixes for NAT64 are a network's own, and nobody
 * can know them.
 */
bool tc__address_is_public(const struct sockaddr *address);

/* The same of an address as text; false when it is none. */
bool tc__address_text_is_public(const char *text);

/* Whether a text is an address, of IPv6 maybe with a zone ("fe80::1%eth0"). */
bool tc__is_address(const char *text);

#endif
