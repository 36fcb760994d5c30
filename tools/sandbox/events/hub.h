/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_HUB_H
#define TC_SANDBOX_HUB_H

/* What the files of this room share: all that is known of streams. */

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/events/reader.h"

#define HUB_NEVER INT64_MAX
#define BUCKETS 256
#define REFUSALS 64 /* queues whose last refused claim is remembered */
#define QUEUES 64   /* queues that are marked one by one */
#define QUEUE_ID_SIZE 80

struct note;

struct refusal {
	char queue_id[QUEUE_ID_SIZE]; /* "": free */
	char *client_id, *message;    /* client_id NULL: anonymous */
	int64_t when_ms;
};

struct events {
	struct reader *buckets[BUCKETS];
	size_t readers;

	/* of the transaction that is open */
	struct tc__arena arena;
	struct note *first, **last;
	struct note *last_task, *last_queue; /* NULL: none yet */
	bool missed;                         /* for want of memory something was not noted */

	/* what is told when changes of this while are gathered */
	int64_t gather_ms; /* HUB_NEVER: nothing */
	char queues[QUEUES][QUEUE_ID_SIZE];
	size_t queue_count;
	bool all_queues; /* more than that have changed */

	struct refusal refusals[REFUSALS];
};

/* Notes are delivered from now on; and those of a transaction forgotten. */
void notes_start(struct sandbox *sandbox);
void notes_clear(struct events *events);

/* Looks at queues, and at what waits, when a while is over. */
void hub_gather(struct sandbox *sandbox);

/* A queue has changed: its counts are told when a while is over. */
void hub_mark_queue(struct sandbox *sandbox, const char *queue_id);

/* The last refused claim of a queue; NULL when none is known. */
const struct refusal *hub_refusal(const struct sandbox *sandbox, const char *queue_id);
void refusals_clear(struct events *events);

/* Sends the readers of the overview the queues that are marked; and one of them all there are. */
void queues_tell_marked(struct sandbox *sandbox);
void queues_tell_all(struct reader *reader);

/* What is known of a queue. The id is the caller's. */
struct queue {
	const char *id;
	int64_t pending, running, resolved, workers;
	int64_t last_claimed; /* 0: never */
};
void queues_load(struct sandbox *sandbox, const char *queue_id, struct queue *queue);

/* Whether a reader may know how many tasks there are; and the members `workers` and `lastClaimed`,
 * which are null for those who may not list workers. */
bool queues_may_count(const struct reader *reader, const char *queue_id);
void queues_write_workers(
	const struct reader *reader, struct writer *writer, const struct queue *queue);

/* Sends why its task is not running when that has changed. */
void why_tell(struct reader *reader);

/* Sends the state of its group when that has changed, or when all of it has a new priority (NULL:
 * it has not). */
void group_tell(struct reader *reader, const char *priority);

void faults_tell(struct reader *reader);

#endif
