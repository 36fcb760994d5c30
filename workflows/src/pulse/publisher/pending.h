/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_PENDING_H
#define TC_WORKFLOWS_PULSE_PENDING_H

/*
 * Messages that are not confirmed yet, and where they stand: in a list, or on the wire, where they
 * are found by their delivery tag. Everything here takes the same time however many there are, but
 * for what moves all of them.
 */

#include <taskcluster/pulse_publisher.h>

/* A message, in one block with its texts. */
struct tc__publication {
	struct tc__publication *before, *after; /* in its list */
	struct tc__publications *list;          /* NULL: on the wire, or nowhere */
	tc_pulse_publisher *publisher;
	const struct tc_exchange *exchange;
	tc_pulse_published_fn *published;
	void *data;
	uint64_t number;
	uint64_t tag;    /* on the wire: its delivery tag; else 0 */
	uint64_t timer;  /* of its deadline; 0: none */
	tc_error fault;  /* why it could not be sent, while it waits to be told */
	bool suspect;    /* the broker may have refused it: see send.c */
	size_t size;     /* of the block */
	size_t length;   /* of the body, behind the keys, which is not NUL-terminated */
	size_t cc_count; /* of the further keys, behind `text`: each one byte, its length, and the
			    bytes */
	size_t key_length;
	char text[]; /* the routing key; then as said */
};

/* A list; begins as {0}. */
struct tc__publications {
	struct tc__publication *first, *last;
};

void tc__publications_append(struct tc__publications *list, struct tc__publication *message);
/* From whatever list it is in. */
void tc__publications_remove(struct tc__publication *message);
/* All of `from`, behind what is there. */
void tc__publications_move(struct tc__publications *to, struct tc__publications *from);

/*
 * What was sent and has no answer yet, by its tag: tags of a channel rise by one from 1, answers
 * come in any order. A ring, as large as the distance between the oldest without an answer and the
 * newest, up to `limit`.
 */
struct tc__wire {
	struct tc__publication **slots; /* NULL: answered */
	size_t capacity, limit;         /* powers of two */
	uint64_t first, next;           /* the oldest tag without an answer; the next one */
	size_t count;                   /* without an answer, those that are nobody's included */
};

/* For `pending` messages at most. */
void tc__wire_begin(struct tc__wire *wire, size_t pending);
void tc__wire_end(struct tc__wire *wire);

/* Whether no more may be on it. */
bool tc__wire_full(const struct tc__wire *wire);
/* Makes room for one more, if need be; false: it is full, or without memory. */
bool tc__wire_room(struct tc__wire *wire);
/* Gives it the next tag; there is room. */
void tc__wire_add(struct tc__wire *wire, struct tc__publication *message);
/* The answer to a tag has come: its message, which is off the wire then. NULL: that is nobody's, or
 * was answered before. */
struct tc__publication *tc__wire_take(struct tc__wire *wire, uint64_t tag);
/* The message of a tag that has no answer yet; NULL: as there. */
struct tc__publication *tc__wire_find(const struct tc__wire *wire, uint64_t tag);
/* The message is gone before its answer, and its tag nobody's. */
void tc__wire_forget(struct tc__wire *wire, struct tc__publication *message);
/* The only message on the wire; NULL when there are others, or none. */
struct tc__publication *tc__wire_only(const struct tc__wire *wire);
/* No answer will come any more: all go to the front of the list, in their order, and tags begin
 * anew. */
void tc__wire_back(struct tc__wire *wire, struct tc__publications *list);

#endif
