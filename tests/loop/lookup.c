/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/loop/lookup.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* libcurl finds this one because test programs export their symbols. */
#define EXPORT __attribute__((visibility("default")))

typedef int lookup_fn(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **addresses);
EXPORT lookup_fn getaddrinfo;

_Atomic int64_t lookup_slow_ms = 8000;
static atomic_size_t count, under_way;

size_t lookup_count(void)
{
	return atomic_load(&count);
}

size_t lookup_under_way(void)
{
	return atomic_load(&under_way);
}

const char *lookup_url(const char *url, const char *name)
{
	static char made[200];

	snprintf(made, sizeof made, "http://%s%s", name, url + strlen("http://127.0.0.1"));
	return made;
}

static lookup_fn *system_lookup(void)
{
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	lookup_fn *function;

	memcpy(&function, &symbol, sizeof function);
	return function;
}

static void take(int64_t ms)
{
	struct timespec left = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&left, NULL);
}

/* The second address behind the first. */
static int join(const char *first, const char *second, const char *service,
	const struct addrinfo *hints, struct addrinfo **addresses)
{
	struct addrinfo *last;
	int rc = system_lookup()(first, service, hints, addresses);

	if (rc != 0 || !second)
		return rc;
	for (last = *addresses; last->ai_next; last = last->ai_next)
		continue;
	return system_lookup()(second, service, hints, &last->ai_next);
}

static int answer(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **addresses)
{
	take(strcmp(name, "slow.test") == 0 ? lookup_slow_ms : 30);
	if (strcmp(name, "none.test") == 0 || (hints && hints->ai_family == AF_INET6))
		return EAI_NONAME;
	if (strcmp(name, "two.test") == 0)
		return join("127.0.0.9", "127.0.0.1", service, hints, addresses);
	return join("127.0.0.1", NULL, service, hints, addresses);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **addresses)
{
	const char *end = name ? strrchr(name, '.') : NULL;

	if (!end || strcmp(end, ".test") != 0)
		return system_lookup()(name, service, hints, addresses);
	atomic_fetch_add(&count, 1);
	atomic_fetch_add(&under_way, 1);
	int rc = answer(name, service, hints, addresses);
	atomic_fetch_sub(&under_way, 1);
	return rc;
}
