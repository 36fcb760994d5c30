/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define END_SIZE 48

/* An end of a connection as the kernel writes it: the address's words as this machine reads them,
 * and the port. */
static void write_end(char text[END_SIZE], const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
	uint32_t words[4] = { 0 };

	if (address->sa_family == AF_INET) {
		snprintf(text, END_SIZE, "%08X:%04X", v4->sin_addr.s_addr, ntohs(v4->sin_port));
		return;
	}
	memcpy(words, &v6->sin6_addr, sizeof words);
	snprintf(text, END_SIZE, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2], words[3],
		ntohs(v6->sin6_port));
}

/* A socket that nobody has open any more is listed as root's, with no inode. */
static bool find_owner(FILE *list, const char *end, unsigned port, uid_t *uid)
{
	char line[512];
	char local[END_SIZE], other[END_SIZE];
	unsigned owner;
	unsigned long inode;

	while (fgets(line, sizeof line, list)) {
		const char *colon;
		if (sscanf(line, " %*d: %47s %47s %*s %*s %*s %*s %u %*d %lu", local, other, &owner,
			    &inode) != 4)
			continue;
		colon = strchr(other, ':');
		unsigned there = 0;
		if (strcmp(local, end) != 0 || !colon || sscanf(colon, ":%x", &there) != 1 ||
			there != port || inode == 0)
			continue;
		*uid = owner;
		return true;
	}
	return false;
}

bool peer_is_user(const struct sockaddr *address, unsigned port, uid_t uid)
{
	char end[END_SIZE];
	uid_t owner = 0;

	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		return false;
	write_end(end, address);
	FILE *list =
		fopen(address->sa_family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6", "re");
	if (!list)
		return false;
	bool found = find_owner(list, end, port, &owner);
	fclose(list);
	return found && (owner == uid || owner == 0 || owner == geteuid());
}
