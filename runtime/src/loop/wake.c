/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/wake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int tc__wake_open(struct tc__wake *wake, tc_error *err)
{
	atomic_init(&wake->rung, false);
	atomic_init(&wake->asked, false);
	atomic_init(&wake->wishes, NULL);
	if (tc__bell_open(&wake->bell))
		return TC_OK;
	return tc__fail(
		err, TC_ERROR_SYSTEM, "no descriptor to wake the loop by: %s", strerror(errno));
}

void tc__wake_close(struct tc__wake *wake)
{
	struct tc__wish *next;

	for (struct tc__wish *wish = tc__wake_take(wake); wish; wish = next) {
		next = wish->next;
		free(wish);
	}
	tc__bell_close(&wake->bell);
}

/* As long as a byte waits there, another is of no use. */
void tc__wake_ring(struct tc__wake *wake)
{
	if (!atomic_exchange(&wake->rung, true))
		tc__bell_ring(&wake->bell);
}

bool tc__wake_wish(struct tc__wake *wake, uint64_t run)
{
	struct tc__wish *wish = malloc(sizeof *wish);

	if (!wish)
		return false;
	wish->run = run;
	wish->next = atomic_load(&wake->wishes);
	while (!atomic_compare_exchange_weak(&wake->wishes, &wish->next, wish))
		continue;
	tc__wake_ring(wake);
	return true;
}

/* Only the loop's thread takes wishes away, so that none of them goes meanwhile. */
bool tc__wake_has_wish(const struct tc__wake *wake, uint64_t run)
{
	const struct tc__wish *wish = atomic_load(&wake->wishes);

	while (wish && wish->run != run)
		wish = wish->next;
	return wish != NULL;
}

/* First the bytes, then the flag, then (in tc__wake_take) the wishes: who wishes later finds the
 * flag down and rings again. */
void tc__wake_quiet(struct tc__wake *wake)
{
	tc__bell_quiet(&wake->bell);
	atomic_store(&wake->rung, false);
}

/* The whole chain is taken at once, so that no wish can come back to its place meanwhile. */
struct tc__wish *tc__wake_take(struct tc__wake *wake)
{
	struct tc__wish *newest = atomic_exchange(&wake->wishes, NULL), *oldest = NULL;

	while (newest) {
		struct tc__wish *next = newest->next;
		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}
