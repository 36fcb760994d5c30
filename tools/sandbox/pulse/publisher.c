/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/publisher.h"

#include "runtime/src/base/error.h"
#include "tools/sandbox/pulse/broker.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROOM 1000
#define IDLE_MS 5000 /* heartbeats are sent in between */
#define RECONNECT_MS 500
#define STOP_MS 3000
#define REMIND_S 60 /* the same trouble is told again so often */

struct message {
	struct message *next;
	struct publication publication; /* its texts lie behind the struct */
	uint64_t tag;                   /* on this connection; 0: not published on it yet */
	bool confirmed;
};

struct list {
	struct message *first, *last;
};

struct publisher {
	const char *url;
	const char *const *exchanges;
	pthread_t thread;
	pthread_mutex_t lock; /* of `given` */
	struct list given;
	int wake[2];
	atomic_bool stopping, connected;
	atomic_size_t waiting; /* given and not confirmed */
	_Atomic int64_t confirmed;

	/* the thread's own */
	struct broker *broker;
	struct list pending;
	struct message *unsent; /* the first of them that is to be published */
	uint64_t next_tag;
	struct trouble trouble;
};

static void append(struct list *list, struct message *message)
{
	if (list->last)
		list->last->next = message;
	else
		list->first = message;
	list->last = message;
}

static void clear(struct list *list)
{
	struct message *next;

	for (struct message *message = list->first; message; message = next) {
		next = message->next;
		free(message);
	}
	*list = (struct list){ 0 };
}

/* Takes over what was given meanwhile. */
static void collect(struct publisher *publisher)
{
	pthread_mutex_lock(&publisher->lock);
	struct list given = publisher->given;
	publisher->given = (struct list){ 0 };
	pthread_mutex_unlock(&publisher->lock);
	if (!given.first)
		return;
	if (publisher->pending.last)
		publisher->pending.last->next = given.first;
	else
		publisher->pending.first = given.first;
	publisher->pending.last = given.last;
	if (!publisher->unsent)
		publisher->unsent = given.first;
}

/* Everything that is not confirmed is to be published on the next connection. */
static void disconnect(struct publisher *publisher)
{
	broker_close(publisher->broker);
	publisher->broker = NULL;
	atomic_store(&publisher->connected, false);
	for (struct message *message = publisher->pending.first; message; message = message->next)
		message->tag = 0;
	publisher->unsent = publisher->pending.first;
}

bool trouble_is_due(struct trouble *trouble, const char *why, time_t now_s)
{
	if (strcmp(trouble->told, why) == 0 && now_s - trouble->told_at < REMIND_S)
		return false;
	snprintf(trouble->told, sizeof trouble->told, "%s", why);
	trouble->told_at = now_s;
	return true;
}

/* The URL holds a password and is not told. */
static void complain(struct publisher *publisher, const char *why)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (trouble_is_due(&publisher->trouble, why, now.tv_sec))
		fprintf(stderr, "taskcluster-sandbox: pulse: %s; trying again\n", why);
}

static void connect_again(struct publisher *publisher)
{
	char why[BROKER_WHY_SIZE];

	publisher->next_tag = 1;
	publisher->broker = broker_open(publisher->url, publisher->exchanges, why, sizeof why);
	if (publisher->broker)
		atomic_store(&publisher->connected, true);
	else
		complain(publisher, why);
}

static bool publish_all(struct publisher *publisher)
{
	for (; publisher->unsent; publisher->unsent = publisher->unsent->next) {
		if (!broker_publish(publisher->broker, &publisher->unsent->publication))
			return false;
		publisher->unsent->tag = publisher->next_tag++;
	}
	return true;
}

/* Drops those at the front that are confirmed. */
static void advance(struct publisher *publisher)
{
	struct list *list = &publisher->pending;

	while (list->first && list->first->confirmed) {
		struct message *message = list->first;
		list->first = message->next;
		if (!list->first)
			list->last = NULL;
		atomic_store(&publisher->confirmed, message->publication.seq);
		atomic_fetch_sub(&publisher->waiting, 1);
		free(message);
	}
}

static void confirm(struct publisher *publisher, uint64_t tag, bool multiple)
{
	struct message *message = publisher->pending.first;

	for (; message && message->tag && message->tag <= tag; message = message->next) {
		if (multiple || message->tag == tag)
			message->confirmed = true;
	}
	advance(publisher);
}

static bool read_confirmations(struct publisher *publisher)
{
	uint64_t tag;
	bool multiple;
	int rc;

	while ((rc = broker_confirmation(publisher->broker, &tag, &multiple)) > 0)
		confirm(publisher, tag, multiple);
	return rc == 0;
}

static void *run(void *data)
{
	struct publisher *publisher = data;

	while (!atomic_load(&publisher->stopping)) {
		collect(publisher);
		if (!publisher->broker)
			connect_again(publisher);
		if (publisher->broker &&
			!(publish_all(publisher) && read_confirmations(publisher))) {
			complain(publisher, broker_why(publisher->broker));
			disconnect(publisher);
		}
		/* what is given meanwhile does not make it knock more often */
		broker_wait(publisher->broker, publisher->broker ? publisher->wake[0] : -1,
			publisher->broker ? IDLE_MS : RECONNECT_MS);
	}
	disconnect(publisher);
	return NULL;
}

static bool make_pipe(int ends[2])
{
	if (pipe(ends) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
		fcntl(ends[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

/* Signals are for the main thread. */
static bool start_thread(struct publisher *publisher)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&publisher->thread, NULL, run, publisher) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

struct publisher *publisher_start(const char *url, const char *const *exchanges, tc_error *err)
{
	struct publisher *publisher;
	const char *why;

	if (!broker_url_good(url, &why)) {
		tc__fail(err, TC_ERROR_ARGUMENT, "--pulse: %s", why);
		return NULL;
	}
	publisher = calloc(1, sizeof *publisher);
	if (!publisher) {
		tc__fail_nomem(err);
		return NULL;
	}
	publisher->url = url;
	publisher->exchanges = exchanges;
	pthread_mutex_init(&publisher->lock, NULL);
	if (make_pipe(publisher->wake)) {
		if (start_thread(publisher))
			return publisher;
		close(publisher->wake[0]);
		close(publisher->wake[1]);
	}
	pthread_mutex_destroy(&publisher->lock);
	free(publisher);
	tc__fail(err, TC_ERROR_SYSTEM, "--pulse: no thread could be started");
	return NULL;
}

static void wake(struct publisher *publisher)
{
	/* a full pipe wakes it as well */
	if (write(publisher->wake[1], "", 1) < 0)
		return;
}

size_t publisher_room(struct publisher *publisher)
{
	size_t waiting = atomic_load(&publisher->waiting);

	return waiting < ROOM ? ROOM - waiting : 0;
}

/* A text copied to where `*to` stands, which moves on. */
static const char *copy(char **to, const char *text)
{
	size_t size = strlen(text) + 1;
	char *start = memcpy(*to, text, size);

	*to += size;
	return start;
}

bool publisher_give(struct publisher *publisher, const struct publication *what)
{
	size_t size = strlen(what->exchange) + strlen(what->routing_key) + strlen(what->cc) +
		strlen(what->body) + 4;
	struct message *message = calloc(1, sizeof *message + size);

	if (!message)
		return false;
	char *to = (char *)(message + 1);
	message->publication = (struct publication){ .seq = what->seq,
		.exchange = copy(&to, what->exchange),
		.routing_key = copy(&to, what->routing_key),
		.cc = copy(&to, what->cc),
		.body = copy(&to, what->body) };
	atomic_fetch_add(&publisher->waiting, 1);
	pthread_mutex_lock(&publisher->lock);
	append(&publisher->given, message);
	pthread_mutex_unlock(&publisher->lock);
	wake(publisher);
	return true;
}

int64_t publisher_confirmed(struct publisher *publisher)
{
	return atomic_load(&publisher->confirmed);
}

void publisher_settle(struct publisher *publisher)
{
	struct timespec moment = { .tv_nsec = 10 * 1000000 };

	for (int ms = 0; ms < STOP_MS && atomic_load(&publisher->waiting) &&
		atomic_load(&publisher->connected);
		ms += 10)
		nanosleep(&moment, NULL);
}

void publisher_stop(struct publisher *publisher)
{
	if (!publisher)
		return;
	atomic_store(&publisher->stopping, true);
	wake(publisher);
	pthread_join(publisher->thread, NULL);
	clear(&publisher->given);
	clear(&publisher->pending);
	close(publisher->wake[0]);
	close(publisher->wake[1]);
	pthread_mutex_destroy(&publisher->lock);
	free(publisher);
}
