/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* madvise and MAP_ANONYMOUS are not in POSIX */
#include "runtime/src/base/process.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_WIPEONFORK

/* The mark, in a page of its own, which the system empties in a child of fork: 0 there, until
 * somebody asks. NULL: nobody has asked yet; `no_page`: there is none, which is decided once, as
 * what two threads are told must be the same. */
static _Atomic(atomic_uint_least64_t *) page;
static atomic_uint_least64_t no_page;
static atomic_uint_least64_t last; /* mark of this process, or of the one that forked it */

/* An emulator may take every advice and follow none, as qemu 7.2 does for programs: then what is no
 * advice is taken, too. */
static bool empties_in_child(void *mapped)
{
	const int no_advice = 0x7fff;

	return madvise(mapped, sizeof *page, no_advice) != 0 &&
		madvise(mapped, sizeof *page, MADV_WIPEONFORK) == 0;
}

static void unmap(atomic_uint_least64_t *mapped)
{
	if (mapped && mapped != &no_page)
		munmap(mapped, sizeof *mapped);
}

static atomic_uint_least64_t *map_page(void)
{
	void *mapped = mmap(
		NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		return &no_page;
	if (empties_in_child(mapped))
		return mapped;
	unmap(mapped);
	return &no_page;
}

static atomic_uint_least64_t *decide(void)
{
	atomic_uint_least64_t *made = map_page(), *before = NULL;

	if (atomic_compare_exchange_strong(&page, &before, made))
		return made;
	unmap(made); /* another thread was faster */
	return before;
}

/* A library may be unloaded. */
__attribute__((destructor)) static void drop_page(void)
{
	unmap(atomic_exchange(&page, NULL));
}

static uint64_t draw_mark(atomic_uint_least64_t *mapped)
{
	uint64_t mark = 0, drawn = atomic_fetch_add(&last, 1) + 1;

	return atomic_compare_exchange_strong(mapped, &mark, drawn) ? drawn : mark;
}

uint64_t tc__process_mark(void)
{
	atomic_uint_least64_t *mapped = atomic_load_explicit(&page, memory_order_acquire);

	if (!mapped)
		mapped = decide();
	if (mapped == &no_page)
		return (uint64_t)getpid();
	uint64_t mark = atomic_load_explicit(mapped, memory_order_relaxed);
	return mark ? mark : draw_mark(mapped);
}

#else

uint64_t tc__process_mark(void)
{
	return (uint64_t)getpid();
}

#endif
