/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A resolver for tests, by LD_PRELOAD: what getaddrinfo says of some names stands in the
 * environment, and a look-up can take its time or fail. And the system's certificate store, which
 * programs read by fopen, is the rig's.
 *
 *	TC_RIG_NAMES="*-slow.rig.test=127.0.0.1@8000 *-dead.rig.test=127.0.0.2,127.0.0.1"
 *
 * Entries stand between blanks; the first whose pattern (fnmatch) fits counts. After the '=' come
 * the addresses in their order, or "none" (there is no such name) or "again" (no server answers);
 * after an '@' how many ms it takes. Other names go to the system's resolver.
 *
 *	TC_RIG_STORE=/etc/ssl/certs/ca-certificates.crt TC_RIG_CA=/tmp/rig/ca.pem
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <fnmatch.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

struct entry {
	char pattern[64];
	char answer[128]; /* addresses with commas between them, or how it fails */
	long delay_ms;
};

typedef int look_up_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);
typedef FILE *open_fn(const char *, const char *);

/* dlsym gives an object's address, and ISO C has no way from there to a function. */
union symbol {
	void *object;
	look_up_fn *look_up;
	open_fn *open;
};

static union symbol next(const char *name)
{
	return (union symbol){ dlsym(RTLD_NEXT, name) };
}

/* The next entry of the table; NULL behind the last. */
static const char *read_entry(const char *at, struct entry *entry)
{
	int used = 0;

	entry->delay_ms = 0;
	if (sscanf(at, " %63[^= ]=%127[^@ ]%n", entry->pattern, entry->answer, &used) != 2)
		return NULL;
	at += used;
	if (*at == '@') {
		char *end;
		entry->delay_ms = strtol(at + 1, &end, 10);
		at = end;
	}
	return at;
}

static int find(const char *name, struct entry *entry)
{
	const char *at = getenv("TC_RIG_NAMES");

	while (at && (at = read_entry(at, entry)))
		if (fnmatch(entry->pattern, name, 0) == 0)
			return 1;
	return 0;
}

static void wait_ms(long ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (ms && nanosleep(&left, &left) != 0)
		continue;
}

/* The addresses, in the order of the table, as one list. */
static int answer(look_up_fn *real, char *addresses, const char *service,
	const struct addrinfo *hints, struct addrinfo **result)
{
	struct addrinfo **end = result;
	char *rest = NULL;
	int code = EAI_NONAME;

	*result = NULL;
	for (char *one = strtok_r(addresses, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
		int failed = real(one, service, hints, end);
		if (failed) /* of the other family than the one asked for */
			*end = NULL;
		while (*end)
			end = &(*end)->ai_next;
		if (*result)
			code = 0;
	}
	return code;
}

EXPORT int getaddrinfo(const char *restrict name, const char *restrict service,
	const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
	look_up_fn *real = next("getaddrinfo").look_up;
	struct entry entry;

	if (!name || !find(name, &entry))
		return real(name, service, hints, result);
	wait_ms(entry.delay_ms);
	if (strcmp(entry.answer, "none") == 0)
		return EAI_NONAME;
	if (strcmp(entry.answer, "again") == 0)
		return EAI_AGAIN;
	return answer(real, entry.answer, service, hints, result);
}

static const char *path_of(const char *path)
{
	const char *store = getenv("TC_RIG_STORE");
	const char *own = getenv("TC_RIG_CA");

	return path && store && own && strcmp(path, store) == 0 ? own : path;
}

EXPORT FILE *fopen(const char *restrict path, const char *restrict mode)
{
	return next("fopen").open(path_of(path), mode);
}

EXPORT FILE *fopen64(const char *restrict path, const char *restrict mode)
{
	return next("fopen64").open(path_of(path), mode);
}
