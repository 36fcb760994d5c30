/* SPDX-License-Identifier: MPL-2.0 */
/* The decoder from the outside. */
#include "runtime/src/type/decode.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The root is held like the value of a union whose arm is known. */
static const struct tc_type root_holder = { .kind = TC_TYPE_UNION };

/*
 * A small reply takes less time to read than to get a decoder ready that knows nothing. So some
 * stand ready for the whole process; whoever takes one has it to himself, and it knows what it
 * learnt of the types that it read before. They belong to no client, since replies are mostly read
 * when no client is at hand. A thread comes to the same one again, so that two do not carry it from
 * one core's cache to the other's. Where that is taken, and for secrets, one is made.
 */
#define READY_BITS 3

static struct ready {
	alignas(128) atomic_bool is_taken;
	struct tc__decoder decoder;
} ready[1 << READY_BITS];

static struct ready *ready_for_thread(void)
{
	uint64_t thread = (uint64_t)(uintptr_t)pthread_self();

	/* threads' addresses differ by the sizes of stacks */
	return &ready[thread * UINT64_C(0x9e3779b97f4a7c15) >> (64 - READY_BITS)];
}

static struct tc__decoder *allot(unsigned flags)
{
	bool secret = flags & TC_DECODE_SECRET;
	struct ready *own = ready_for_thread();

	if (!secret && !atomic_exchange_explicit(&own->is_taken, true, memory_order_acquire)) {
		own->decoder.ready = own;
		return &own->decoder;
	}
	struct tc__decoder *d = malloc(sizeof *d);
	if (!d)
		return NULL;
	memset(&d->learnt, 0, sizeof d->learnt);
	d->ready = NULL;
	return d;
}

static void give_back(struct tc__decoder *d)
{
	if (d->ready)
		atomic_store_explicit(&d->ready->is_taken, false, memory_order_release);
	else
		free(d);
}

/* Forgets the texts of the value before. */
static void next_mark(struct tc__learnt *learnt)
{
	learnt->mark += TC__MARK;
	if (learnt->mark)
		return;
	memset(learnt->recent, 0, sizeof learnt->recent);
	learnt->mark = TC__MARK;
}

static void begin(struct tc__decoder *d, unsigned flags, int code)
{
	d->events = &tc__decoder_events;
	tc__sax_open(&d->sax, d->events);
	d->sax.mends = flags & TC_DECODE_MEND;
	d->flags = flags;
	d->code = code;
	d->arena = (struct tc__arena){ .secret = flags & TC_DECODE_SECRET };
	d->root = NULL;
	d->scratch = (struct tc__scratch){ d->first_scratch, 0, sizeof d->first_scratch };
	d->frames = d->top = d->first_frames;
	d->frame_capacity = TC__FRAMES_FIRST;
	d->aside = TC__ASIDE_NONE;
	d->tree = NULL;
	d->side = NULL;
	d->node = NULL;
	d->columns = (struct tc__columns){ 0 };
	d->has_stack = false;
	next_mark(&d->learnt);
}

struct tc__decoder *tc__decoder_new(
	const struct tc_type *type, unsigned flags, int code, tc_error *err)
{
	struct tc__decoder *d = allot(flags);

	if (!d) {
		tc__fail_nomem(err);
		return NULL;
	}
	begin(d, flags, code);
	d->root = tc__arena_object(&d->arena, tc__type_size(type));
	if (!d->root) {
		tc__decoder_free(d);
		tc__fail_nomem(err);
		return NULL;
	}
	*d->top = (struct tc__frame){ .type = &root_holder, .at = d->root, .arm = type };
	return d;
}

void tc__decoder_free(struct tc__decoder *d)
{
	if (!d)
		return;
	tc__sax_close(&d->sax);
	tc__decoder_drop_scratch(d);
	if (d->has_stack)
		tc__json_stack_clear(&d->stack);
	tc__arena_clear(&d->arena);
	tc__side_free(d->side);
	tc__columns_clear(&d->columns);
	if (d->frames != d->first_frames)
		free(d->frames);
	give_back(d);
}

/* What fails for the sake of the text has the caller's code. */
static int with_code(const struct tc__decoder *d, int rc, tc_error *err)
{
	if (rc != TC_ERROR_INPUT)
		return rc;
	if (err)
		err->code = d->code;
	return d->code;
}

int tc__decoder_feed(struct tc__decoder *d, const char *bytes, size_t length, tc_error *err)
{
	return with_code(d, tc__sax_push(&d->sax, bytes, length, err), err);
}

static void *take(struct tc__decoder *d)
{
	void *root = d->root;

	tc__arena_seal(&d->arena, root);
	d->root = NULL;
	return root;
}

void *tc__decoder_finish(struct tc__decoder *d, tc_error *err)
{
	if (with_code(d, tc__sax_finish(&d->sax, err), err))
		return NULL;
	return take(d);
}

void *tc_decode(
	const struct tc_type *type, const char *text, size_t length, unsigned flags, tc_error *err)
{
	tc_error_clear(err);
	if (!type || (!text && length)) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", type ? "text" : "type");
		return NULL;
	}
	void *value = NULL;
	struct tc__decoder *d = tc__decoder_new(type, flags, TC_ERROR_INPUT, err);

	if (d && tc__decoder_feed(d, text, length, err) == TC_OK)
		value = tc__decoder_finish(d, err);
	tc__decoder_free(d);
	return value;
}

void *tc_decode_json(const struct tc_type *type, const tc_json *json, unsigned flags, tc_error *err)
{
	void *value = NULL;
	struct tc__decoder *d = NULL;

	tc_error_clear(err);
	if (!type) {
		tc__fail(err, TC_ERROR_ARGUMENT, "type is NULL");
		return NULL;
	}
	if (!json) {
		tc__fail(err, TC_ERROR_INPUT, "there is no JSON value to read");
		return NULL;
	}
	d = tc__decoder_new(type, flags, TC_ERROR_INPUT, err);
	if (!d)
		return NULL;
	d->sax.err = err;
	d->sax.nul = true; /* it may be anywhere in a tree */
	if (tc__decoder_replay(d, json))
		value = take(d);
	tc__decoder_free(d);
	return value;
}
