/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* process_vm_readv */
#include "tests/harness/test.h"

#include "tests/harness/needle.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define MASK ((unsigned char)0xa5)

static bool stands_at(const unsigned char *at, const struct tc_needle *needle, unsigned char change)
{
	for (size_t i = 0; i < needle->length; i++)
		if ((unsigned char)(at[i] ^ change ^ MASK) != needle->masked[i])
			return false;
	return true;
}

/* How often it stands in a piece of memory, as it is or under one of HMAC's pads. */
static int count_in(
	const unsigned char *from, const unsigned char *end, const struct tc_needle *needle)
{
	int count = 0;

	for (const unsigned char *at = from; at + needle->length <= end; at++)
		count += stands_at(at, needle, 0) || stands_at(at, needle, 0x36) ||
			stands_at(at, needle, 0x5c);
	return count;
}

struct mapping {
	unsigned long from, end;
	bool open; /* it can be read and written */
};

/* The guards of stacks may be pages of a mapping that is open otherwise (glibc 2.43). */
static bool is_guard(unsigned long page)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)(uintptr_t)page, 1 };

	return process_vm_readv(getpid(), &here, 1, &there, 1, 0) < 0 && errno == EFAULT;
}

static int count_in_mapping(const struct mapping *mapping, const struct tc_needle *needle)
{
	unsigned long size = (unsigned long)sysconf(_SC_PAGESIZE), from = mapping->from;
	int found = 0;

	for (unsigned long page = from; page < mapping->end; page += size) {
		if (!is_guard(page))
			continue;
		found += count_in((const unsigned char *)(uintptr_t)from,
			(const unsigned char *)(uintptr_t)page, needle);
		from = page + size;
	}
	return found +
		count_in((const unsigned char *)(uintptr_t)from,
			(const unsigned char *)(uintptr_t)mapping->end, needle);
}

/* Whether a line of smaps begins a mapping. */
static bool begins(const char *line, struct mapping *mapping)
{
	struct mapping read;
	char readable, writable;

	if (sscanf(line, "%lx-%lx %c%c", &read.from, &read.end, &readable, &writable) != 4)
		return false;
	read.open = readable == 'r' && writable == 'w';
	*mapping = read;
	return true;
}

/* "dd" is a mapping's flag for "do not dump" (proc(5)). */
static int count(const struct tc_needle *needle, bool all)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	struct mapping mapping = { 0 };
	char line[1000];
	int found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		if (begins(line, &mapping) || strncmp(line, "VmFlags:", 8) != 0)
			continue;
		if (mapping.open && (all || !strstr(line, " dd")))
			found += count_in_mapping(&mapping, needle);
	}
	fclose(maps);
	return found;
}

int tc_needle_count(const struct tc_needle *needle)
{
	return count(needle, true);
}

int tc_needle_count_dumped(const struct tc_needle *needle)
{
	return count(needle, false);
}

void tc_needle_text(const struct tc_needle *needle, char *text)
{
	for (size_t i = 0; i < needle->length; i++)
		text[i] = (char)(needle->masked[i] ^ MASK);
	text[needle->length] = '\0';
}

/* A random token of base64url characters. */
void tc_needle_make(struct tc_needle *needle, size_t length)
{
	randombytes_buf(needle->masked, length);
	for (size_t i = 0; i < length; i++)
		needle->masked[i] = (unsigned char)(('a' + needle->masked[i] % 26) ^ MASK);
	needle->length = length;
}

bool tc_needle_can_look(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return false; /* terabytes of shadow, and freed memory that is kept */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return false;
#else
	return true;
#endif
#else
	return true;
#endif
}

void tc_needle_bytes(struct tc_needle *needle, const void *bytes, size_t length)
{
	assert_true(length <= sizeof needle->masked);
	for (size_t i = 0; i < length; i++)
		needle->masked[i] = (unsigned char)(((const unsigned char *)bytes)[i] ^ MASK);
	needle->length = length;
}

void tc_needle_set(struct tc_needle *needle, const char *text)
{
	tc_needle_bytes(needle, text, strlen(text));
}
