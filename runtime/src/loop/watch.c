/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include <fcntl.h>
#include <stdlib.h>

/* A descriptor of the loop's user. */
struct tc__watch {
	struct tc__entry entry; /* first; its number is the descriptor */
	tc_watch_fn *on_events; /* NULL: watched no more, but still among the ready */
	void *data;
	int came;               /* what came for it in this turn */
	bool ready;             /* it stands among those for which something came */
	bool of_loop;           /* a connection's, whose socket is libcurl's */
	struct tc__watch *next; /* of these */
};

static struct tc__watch *find(const tc_loop *loop, int fd)
{
	return (struct tc__watch *)tc__table_find(&loop->watches.table, (uint64_t)fd);
}

/* ---- whoever waits ---- */

static int tell(tc_loop *loop, int fd, int events, tc_error *err)
{
	if (!loop->options.watch)
		return tc__pool_watch_other(loop->pool, fd, events, err);
	if (loop->options.watch(loop->options.data, fd, events) == 0)
		return TC_OK;
	return tc__fail(
		err, TC_ERROR_SYSTEM, "the host's watch hook refused the descriptor %d", fd);
}

/* ---- setting ---- */

static void end(tc_loop *loop, struct tc__watch *watch)
{
	tc__table_remove(&loop->watches.table, &watch->entry);
	loop->pool->watched--;
	if (watch->ready)
		watch->on_events = NULL;
	else
		free(watch);
}

static struct tc__watch *begin(tc_loop *loop, int fd)
{
	struct tc__watch *watch = calloc(1, sizeof *watch);

	if (!watch)
		return NULL;
	watch->entry.id = (uint64_t)fd;
	if (!tc__table_add(&loop->watches.table, &watch->entry)) {
		free(watch);
		return NULL;
	}
	loop->pool->watched++;
	return watch;
}

/* libcurl's are not for others, also not one that took the number of a watched one. */
static bool is_taken(const tc_loop *loop, int fd)
{
	return fd == loop->wake.bell.fd || tc__sockets_has(&loop->pool->sockets, fd);
}

static int check(const tc_loop *loop, int fd, int events, tc_watch_fn *on_events, tc_error *err)
{
	int known = TC_LOOP_READ | TC_LOOP_WRITE;

	/* what waits on the client meanwhile would see its events, and not know whose they are */
	if (loop->client)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"loop is one on a client's connections, which watches no descriptors: "
			"tc_loop_new makes one that does");
	if (!on_events)
		return tc__fail(err, TC_ERROR_ARGUMENT, "on_events is NULL");
	if (events & ~known)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"events is %d; expected a sum of TC_LOOP_READ and TC_LOOP_WRITE", events);
	if (fcntl(fd, F_GETFD) < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "fd is %d, which is not open", fd);
	if (is_taken(loop, fd))
		return tc__fail(err, TC_ERROR_ARGUMENT, "fd is %d, which the loop itself uses", fd);
	return tc__loop_check_open(loop, err);
}

static void remove_watch(tc_loop *loop, int fd)
{
	struct tc__watch *watch = find(loop, fd);

	if (!watch)
		return;
	if (watch->of_loop || !is_taken(loop, fd))
		(void)tell(loop, fd, 0, NULL);
	end(loop, watch);
}

static int set_watch(tc_loop *loop, int fd, int events, tc_watch_fn *on_events, void *data,
	bool of_loop, tc_error *err)
{
	struct tc__watch *watch = find(loop, fd);

	if (!watch)
		watch = begin(loop, fd);
	if (!watch)
		return tc__fail_nomem(err);
	watch->came = 0; /* for what had this number before */
	watch->on_events = on_events;
	watch->data = data;
	watch->of_loop = of_loop;
	int rc = tell(loop, fd, events, err);
	if (rc != TC_OK)
		remove_watch(loop, fd);
	return rc;
}

int tc_loop_watch(
	tc_loop *loop, int fd, int events, tc_watch_fn *on_events, void *data, tc_error *err)
{
	tc_error_clear(err);
	if (!loop || fd < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, loop ? "fd is %d" : "loop is NULL", fd);
	if (!events) {
		if (!is_taken(loop, fd))
			remove_watch(loop, fd);
		return TC_OK;
	}
	int rc = check(loop, fd, events, on_events, err);
	return rc == TC_OK ? set_watch(loop, fd, events, on_events, data, false, err) : rc;
}

int tc__loop_watch_own(
	tc_loop *loop, int fd, int events, tc_watch_fn *on_events, void *data, tc_error *err)
{
	if (events)
		return set_watch(loop, fd, events, on_events, data, true, err);
	remove_watch(loop, fd);
	return TC_OK;
}

/* ---- events ---- */

bool tc__watches_note(tc_loop *loop, int fd, int events)
{
	struct tc__watch *watch = find(loop, fd);

	if (!watch || (!watch->of_loop && is_taken(loop, fd)))
		return false;
	if (!watch->ready) {
		watch->ready = true;
		watch->next = NULL;
		*(loop->watches.last ? &loop->watches.last->next : &loop->watches.ready) = watch;
		loop->watches.last = watch;
	}
	watch->came |= events;
	return true;
}

/* It stands among the ready no more. */
static void call(const tc_loop *loop, struct tc__watch *watch)
{
	int came = watch->came;

	watch->came = 0;
	watch->ready = false;
	if (!watch->on_events)
		free(watch);
	else if (came && !loop->stopped)
		watch->on_events(watch->data, (int)watch->entry.id, came);
}

/* What is not called any more in this turn comes again: it is still so. */
void tc__watches_call(tc_loop *loop)
{
	struct tc__watch *watch;

	while ((watch = loop->watches.ready)) {
		loop->watches.ready = watch->next;
		if (!watch->next)
			loop->watches.last = NULL;
		call(loop, watch);
	}
}

void tc__watches_clear(tc_loop *loop)
{
	struct tc__entry *entry;
	size_t hint = 0;

	loop->stopped = true;
	tc__watches_call(loop); /* none is */
	while ((entry = tc__table_any(&loop->watches.table, &hint)))
		remove_watch(loop, (int)entry->id);
	tc__table_clear(&loop->watches.table);
}
