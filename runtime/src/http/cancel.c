/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/cancel.h"

#include "runtime/src/base/bell.h"
#include "runtime/src/base/error.h"
#include "runtime/src/base/memory.h"
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

struct tc_cancel {
	struct tc__bell bell;
	atomic_bool fired;
};

static void destroy(void *object)
{
	tc_cancel *cancel = object;

	tc__bell_close(&cancel->bell);
}

tc_cancel *tc_cancel_new(tc_error *err)
{
	tc_cancel *cancel = tc__object_alloc_with(sizeof *cancel, destroy);

	tc_error_clear(err);
	if (!cancel) {
		tc__fail_nomem(err);
		return NULL;
	}
	atomic_init(&cancel->fired, false);
	if (tc__bell_open(&cancel->bell))
		return cancel;
	tc__fail(err, TC_ERROR_SYSTEM, "no descriptor to cancel by: %s", strerror(errno));
	tc_release(cancel);
	return NULL;
}

void tc_cancel_fire(tc_cancel *cancel)
{
	int before = errno;

	if (!cancel || atomic_exchange(&cancel->fired, true))
		return;
	tc__bell_ring(&cancel->bell);
	errno = before;
}

bool tc_cancel_fired(const tc_cancel *cancel)
{
	return cancel && atomic_load(&cancel->fired);
}

void tc_cancel_reset(tc_cancel *cancel)
{
	if (!cancel || !atomic_load(&cancel->fired))
		return;
	tc__bell_quiet(&cancel->bell);
	atomic_store(&cancel->fired, false);
}

void tc_cancel_free(tc_cancel *cancel)
{
	tc_release(cancel);
}

int tc__cancel_fd(const tc_cancel *cancel)
{
	return cancel->bell.fd;
}

bool tc__cancel_takes(const tc_cancel *cancel, int fd)
{
	if (!cancel || fd != cancel->bell.fd)
		return false;
	if (tc_cancel_fired(cancel))
		return true;
	tc__bell_quiet(&cancel->bell);
	if (tc_cancel_fired(cancel)) /* just now, and others may wait for it */
		tc__bell_ring(&cancel->bell);
	return true;
}
