/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* dladdr */
#include "tests/nomem/failing.h"

#include "tests/harness/test.h"
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define WRAPPED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRAPPED 1
#endif
#endif

#ifdef WRAPPED
#define REAL(name) __real_##name
#define FAKE(name) __wrap_##name
#else
#define REAL(name) __libc_##name
#define FAKE(name) name
#endif

/* Shared libraries find these in the program only when it exports them. */
#define EXPORT __attribute__((visibility("default")))

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *block, size_t size);
EXPORT void *FAKE(malloc)(size_t size);
EXPORT void *FAKE(calloc)(size_t count, size_t size);
EXPORT void *FAKE(realloc)(void *block, size_t size);

static _Thread_local bool counting;
static _Thread_local bool has_failed, for_good;
static _Thread_local long allocations, fail_at;
static atomic_long live;
static _Thread_local const char *searched;
static _Thread_local bool found;

static void start(long n, bool and_all_that_follow)
{
	allocations = 0;
	fail_at = n;
	for_good = and_all_that_follow;
	has_failed = false;
	counting = true;
}

void tc_failing_start(long n)
{
	start(n, false);
}

void tc_failing_start_for_good(long n)
{
	start(n, true);
}

long tc_failing_stop(bool *failed)
{
	counting = false;
	if (failed)
		*failed = has_failed;
	return allocations;
}

bool tc_failing_sees_blocks(void)
{
#ifdef WRAPPED
	return false; /* frees are not seen */
#else
	return true;
#endif
}

long tc_live_blocks(void)
{
	return tc_failing_sees_blocks() ? atomic_load(&live) : 0;
}

static void refuse(int rc, const tc_error *err, long n)
{
	fail_msg("allocation %ld: returned %s and said %s: %s", n, tc_code_name(rc),
		tc_code_name(err->code), tc_error_text(err));
}

/* false: there is no n-th allocation. */
static bool fail_one(int (*work)(void *data, tc_error *err), void *data, long n, bool and_the_rest)
{
	tc_error err = TC_ERROR_INIT;
	bool failed = false;
	long before = tc_live_blocks();

	start(n, and_the_rest);
	int rc = work(data, &err);
	tc_failing_stop(&failed);
	if (!failed)
		assert_ok(rc, &err);
	else if (rc != TC_ERROR_NOMEM || err.code != TC_ERROR_NOMEM)
		refuse(rc, &err, n);
	tc_error_clear(&err);
	assert_int_equal(tc_live_blocks(), before);
	return failed;
}

long tc_failing_each(int (*work)(void *data, tc_error *err), void *data)
{
	long n = 1;

	while (fail_one(work, data, n, false)) {
		fail_one(work, data, n, true);
		n++;
	}
	return n - 1;
}

/* false: there is no n-th allocation. */
static bool fail_one_cleanly(int (*work)(void *data, tc_error *err), void *data, long n)
{
	tc_error err = TC_ERROR_INIT;
	bool failed = false;

	start(n, false);
	int rc = work(data, &err);
	tc_failing_stop(&failed);
	if (!failed)
		assert_ok(rc, &err);
	else if (rc != err.code || (rc != TC_OK && rc != TC_ERROR_NOMEM && rc != TC_ERROR_SYSTEM))
		refuse(rc, &err, n);
	tc_error_clear(&err);
	return failed;
}

static long fail_each_cleanly(int (*work)(void *data, tc_error *err), void *data)
{
	long n = 1;

	while (fail_one_cleanly(work, data, n))
		n++;
	return n - 1;
}

/* libcurl 8.14 loses a connection, 16 blocks, when one certain allocation of its own fails while
 * the connection is made; 7.88 does not. So only there less than two are not ours. */
static long blocks_curl_loses(void)
{
	return curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000 ? 31 : 0;
}

/* What is kept from one work to the next (by libraries, and by the servers of a test, which are
 * threads of this process) may come late, but only once; what leaks, leaks each time. */
#define PASSES 3

long tc_failing_each_with_libraries(int (*work)(void *data, tc_error *err), void *data)
{
	tc_error err = TC_ERROR_INIT;
	long steps = 0, more = 0;

	assert_ok(work(data, &err), &err);
	fail_each_cleanly(work, data);
	for (int pass = 0; pass == 0 || (more > blocks_curl_loses() && pass < PASSES); pass++) {
		long kept = tc_live_blocks();
		steps = fail_each_cleanly(work, data);
		more = tc_live_blocks() - kept;
	}
	if (more > blocks_curl_loses())
		fail_msg("%ld blocks leak", more);
	return steps;
}

bool tc_failing_search(const char *text)
{
	bool was_found = found;

	searched = text;
	found = false;
	return was_found;
}

static bool fails(void)
{
	if (!counting)
		return false;
	allocations++;
	if (allocations != fail_at && !(for_good && has_failed))
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

static void *count(void *block)
{
	if (block)
		atomic_fetch_add(&live, 1);
	return block;
}

/*
 * librabbitmq (seen in 0.11) loses a page of a pool when there is no memory for the list of its
 * pages. That is theirs, so those lists are always given: the first is the only block of a
 * pointer's size that its codec asks for, and longer ones are all that it reallocates.
 */
static bool is_list_of_pages(const void *caller, size_t size)
{
	Dl_info library;

	return size % sizeof(void *) == 0 && dladdr(caller, &library) != 0 && library.dli_fname &&
		strstr(library.dli_fname, "/librabbitmq.");
}

void *FAKE(malloc)(size_t size)
{
	bool first = size == sizeof(void *);

	if (fails() && !(first && is_list_of_pages(__builtin_return_address(0), size)))
		return NULL;
	return count(REAL(malloc)(size));
}

void *FAKE(calloc)(size_t n, size_t size)
{
	return fails() ? NULL : count(REAL(calloc)(n, size));
}

void *FAKE(realloc)(void *block, size_t size)
{
	if (fails() && !is_list_of_pages(__builtin_return_address(0), size))
		return NULL;
	void *moved = REAL(realloc)(block, size);
	return block ? moved : count(moved);
}

#ifndef WRAPPED
void __libc_free(void *block);

static void search(const char *block, size_t size)
{
	size_t length = strlen(searched);

	for (size_t i = 0; i + length <= size && !found; i++)
		found = memcmp(block + i, searched, length) == 0;
}

EXPORT void free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	if (block && searched)
		search(block, malloc_usable_size(block));
	__libc_free(block);
}
#endif
