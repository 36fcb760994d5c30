/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* struct tcp_info */
#include "tools/taskcluster/signin/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lines are of 150 characters (IPv4) and of 200. */
#define LINE_SIZE 512

/* An address as the kernel's table has it: words of it in this machine's order. */
struct written {
	char text[48];
};

static struct written write_v4(struct in_addr address, int port)
{
	struct written written;

	snprintf(written.text, sizeof written.text, "%08X:%04X", address.s_addr, (unsigned)port);
	return written;
}

static struct written write_v6(const struct in6_addr *address, int port)
{
	struct written written;
	uint32_t words[4];

	memcpy(words, address, sizeof words);
	snprintf(written.text, sizeof written.text, "%08X%08X%08X%08X:%04X", words[0], words[1],
		words[2], words[3], (unsigned)port);
	return written;
}

/* Where the line of their end goes on behind both addresses; NULL: there is none. */
static const char *find_line(FILE *table, const char *ends, char line[LINE_SIZE])
{
	while (fgets(line, LINE_SIZE, table)) {
		const char *found = strstr(line, ends);
		if (found)
			return found + strlen(ends);
	}
	return NULL;
}

/* An end that its program has closed has no file (inode), and is nobody's. */
static bool is_ours(const char *line)
{
	unsigned long user, file;

	return sscanf(line, "%*x %*x:%*x %*x:%*x %*x %lu %*d %lu", &user, &file) == 2 &&
		file != 0 && (user == 0 || user == (unsigned long)getuid());
}

static enum peer look(const char *path, struct written there, struct written here)
{
	char ends[2 * sizeof(struct written) + 4], line[LINE_SIZE];
	FILE *table = fopen(path, "re");
	enum peer peer = PEER_UNTOLD;

	if (!table)
		return PEER_UNTOLD;
	snprintf(ends, sizeof ends, " %s %s ", there.text, here.text);
	const char *rest = find_line(table, ends, line);
	if (rest)
		peer = is_ours(rest) ? PEER_OWN : PEER_OTHER;
	fclose(table);
	return peer;
}

enum peer peer_find(const struct sockaddr *address, int port)
{
	struct in_addr loopback = { htonl(INADDR_LOOPBACK) };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return look("/proc/net/tcp", write_v4(v4.sin_addr, ntohs(v4.sin_port)),
			write_v4(loopback, port));
	}
	memcpy(&v6, address, sizeof v6);
	return look("/proc/net/tcp6", write_v6(&v6.sin6_addr, ntohs(v6.sin6_port)),
		write_v6(&in6addr_loopback, port));
}

bool peer_is_there(int socket)
{
	struct tcp_info info;
	socklen_t length = sizeof info;

	return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
		info.tcpi_state == TCP_ESTABLISHED;
}
