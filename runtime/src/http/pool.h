/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_POOL_H
#define TC_RUNTIME_POOL_H

/*
 * A pool: one multi handle of curl with its connections, its easy handles, and a way of waiting for
 * them. A client has one, on which its blocking calls, lists, streams and batches run; each
 * tc_loop of a user has one of its own. Whoever waits drives all that flies on the pool, also what
 * others have sent; how an attempt ended is told to its sender's `landed`, which keeps it until the
 * sender itself looks.
 *
 * It belongs to one thread. A child of fork may only abandon or free it.
 */

#include "runtime/src/common/clock.h"
#include "runtime/src/http/transport_curl.h"
#include "runtime/src/http/wait.h"
#include <sys/types.h>

struct tc__pool;
struct tc__flight;

/* One attempt of somebody, from tc__pool_send to `landed`; {0} before, and does not move. */
struct tc__passenger {
	struct tc__delivery *delivery;
	struct tc__sink *sink; /* that may pause it; NULL: none */
	/* The attempt has ended, as a transport's deliver tells it; *failure is given away. From
	 * inside curl's work: it only notes it down. */
	void (*landed)(struct tc__passenger *passenger, int rc, tc_error *failure);

	/* Nobody can watch its descriptor, so that it would never end: break it soon. */
	void (*unwatched)(struct tc__passenger *passenger);

	struct tc__flight *flight; /* while it flies */
};

/* Whose event loop waits instead of the pool; both or neither. */
struct tc__pool_host {
	int (*watch)(void *data, int fd, int events);
	void *data;
};

/* What must wait until nobody is at work on a pool. */
struct tc__errand {
	void (*run)(struct tc__errand *errand);
	struct tc__errand *next;
};

struct tc__pool {
	CURLM *multi; /* NULL before the first attempt, and after it failed until the next */
	struct tc__sockets sockets;
	const struct tc_seams *seams; /* its owner's: the time that callers wait by; NULL */
	struct tc__pool_host host;    /* {0}: the pool waits itself, by */
	const struct tc__waiter_kind *waiter_kind;
	struct tc__waiter *waiter; /* NULL until it is needed */
	struct tc__setup *setups;
	struct tc__network *way; /* held: all connections are of networks that mix with it; NULL */
	struct tc__flight *flights; /* on their way, */
	struct tc__flight *alone; /* and those of connections, each on a multi handle of its own */
	uint64_t owner;           /* a child of fork is not the owner of the connections */
	size_t opened;            /* handles, on their way and idle */
	size_t watched;           /* descriptors that others wait for with it */
	size_t kept;              /* most connections, and idle handles, that are kept */
	long host_connections;    /* the smallest limit of those who share `multi`; 0: none */
	/* when curl wants to be asked about what flies on `multi`, by the system's steady clock;
	 * INT64_MAX: never, INT64_MIN: at once */
	int64_t curl_due_ms;
	int64_t guard_ms;           /* and when the pool looks after it itself; INT64_MAX: never */
	const void *driver;         /* who waits now: the progress of its deliveries is told */
	bool busy;                  /* somebody is at work on it, whose callbacks must not be */
	struct tc__errand *errands; /* newest first */
	bool hurried;               /* the last wait went without a look at the descriptors */
	size_t fresh;               /* the first so many of `flights` are new to curl */
	bool secure;                /* some attempt went over TLS, so SIGPIPE has to be minded */
};

/* A pool without anything in it. `seams` (borrowed) and `host` may be NULL; `kind` NULL: the best
 * way of waiting. */
void tc__pool_init(struct tc__pool *pool, const struct tc_seams *seams,
	const struct tc__pool_host *host, const struct tc__waiter_kind *kind, size_t kept);

/* Makes what sending needs, if it is not there; tc__pool_send does it itself. */
int tc__pool_open(struct tc__pool *pool, tc_error *err);

/* Its way of waiting, when it waits itself, which more may then be watched by. */
int tc__pool_open_waiter(struct tc__pool *pool, tc_error *err);

/* Has its waits tell of a descriptor that is not curl's; `events` 0: no more. There is a way of
 * waiting. */
int tc__pool_watch_other(struct tc__pool *pool, int fd, int events, tc_error *err);

/* What is fired ends the next waits, until it is forgotten: it may be closed before the wait behind
 * that. NULL is nothing. */
int tc__pool_watch_cancel(struct tc__pool *pool, const tc_cancel *cancel, tc_error *err);
void tc__pool_forget_cancel(struct tc__pool *pool, const tc_cancel *cancel);

/* Nothing flies any more. In a child of fork only the descriptors are closed, and memory is left to
 * the end of the process. */
void tc__pool_close(struct tc__pool *pool);

/* Keeps at least so many connections. */
void tc__pool_keep(struct tc__pool *pool, size_t count);

/* Sends the passenger's delivery, over a network that its client keeps. TC_OK: `landed` will come,
 * once. */
int tc__pool_send(struct tc__pool *pool, struct tc__network *network,
	struct tc__passenger *passenger, tc_error *err);

/* Breaks off a flight; its `landed` does not come. Nothing when it does not fly. */
void tc__pool_break(struct tc__pool *pool, struct tc__passenger *passenger);

/*
 * A delivery that is to connect only flies on a multi handle of its own, and goes on flying when it
 * has landed well: the connection is its passenger's until tc__pool_break. Its socket, bytes that
 * are at hand (TC_OK and 0: none now; TC_ERROR_NETWORK: it is closed), and as many as can be sent
 * now.
 */
int tc__pool_socket(const struct tc__passenger *passenger);
int tc__pool_receive(struct tc__pool *pool, struct tc__passenger *passenger, void *bytes,
	size_t size, size_t *received, tc_error *err);
int tc__pool_write(struct tc__pool *pool, struct tc__passenger *passenger, const void *bytes,
	size_t size, size_t *sent, tc_error *err);

/* Goes on where the passenger's sink was full: feeds it at once. Not from inside the sink. */
void tc__pool_resume(struct tc__pool *pool, struct tc__passenger *passenger);

/* Curl and the pool work: on a descriptor with events, or (fd TC__POOL_DUE) on what is due. */
#define TC__POOL_DUE (-1)
void tc__pool_drive(struct tc__pool *pool, int fd, int events);

/*
 * Waits up to `timeout_ms` by the pool's seams (negative: as long as it takes), or less, and drives
 * what has come and what is due. Events of descriptors that are not curl's go to `other`, which
 * notes them down, and says whether they were its. `driver` is the owner whose progress is told
 * meanwhile.
 */
typedef bool tc__pool_other(void *data, int fd, int events);
int tc__pool_wait(struct tc__pool *pool, const void *driver, int64_t timeout_ms,
	tc__pool_other *other, void *data, tc_error *err);

/* The steady clock of its callers. */
static inline int64_t tc__pool_now(const struct tc__pool *pool)
{
	return tc__steady_ms(pool->seams);
}

/* When something is due, as curl_due_ms says it, and from now (-1: never). */
int64_t tc__pool_due_ms(const struct tc__pool *pool);
int64_t tc__pool_due(const struct tc__pool *pool);

/* Whoever is at work on the pool and may call back: between the two nobody else may be. */
static inline void tc__pool_enter(struct tc__pool *pool)
{
	pool->busy = true;
}
void tc__pool_leave(struct tc__pool *pool);

/* Whether nobody is; else TC_ERROR_ARGUMENT, for a caller from inside a callback. */
int tc__pool_check_free(const struct tc__pool *pool, tc_error *err);

/* Whether it has to be done later, as somebody is at work: then it is, by whoever that is. */
bool tc__pool_defer(struct tc__pool *pool, struct tc__errand *errand);

/* How far an attempt under way has come. */
struct tc_progress tc__pool_progress(const struct tc__passenger *passenger);

#endif
