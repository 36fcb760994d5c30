/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nomem/failing.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

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

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *block, size_t size);
void *FAKE(malloc)(size_t size);
void *FAKE(calloc)(size_t count, size_t size);
void *FAKE(realloc)(void *block, size_t size);

static _Thread_local bool counting;
static _Thread_local bool has_failed;
static _Thread_local long allocations, fail_at;
static atomic_long live;

void tc_failing_start(long n)
{
	allocations = 0;
	fail_at = n;
	has_failed = false;
	counting = true;
}

long tc_failing_stop(bool *failed)
{
	counting = false;
	if (failed)
		*failed = has_failed;
	return allocations;
}

long tc_live_blocks(void)
{
#ifdef WRAPPED
	return 0; /* frees are not seen */
#else
	return atomic_load(&live);
#endif
}

static bool fails(void)
{
	if (!counting || ++allocations != fail_at)
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

void *FAKE(malloc)(size_t size)
{
	return fails() ? NULL : count(REAL(malloc)(size));
}

void *FAKE(calloc)(size_t n, size_t size)
{
	return fails() ? NULL : count(REAL(calloc)(n, size));
}

void *FAKE(realloc)(void *block, size_t size)
{
	if (fails())
		return NULL;
	void *moved = REAL(realloc)(block, size);
	return block ? moved : count(moved);
}

#ifndef WRAPPED
void __libc_free(void *block);

void free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	__libc_free(block);
}
#endif
