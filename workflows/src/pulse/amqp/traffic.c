/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/session.h"

#include "workflows/src/base/text.h"
#include "workflows/src/base/timer.h"

#define RECEIVE_SIZE 32768 /* at once */
#define RECEIVE_TIMES 8    /* in a row; then others have their turn */
#define SILENT_MAX 4       /* looks, of which two are a heartbeat's interval */

/* ---- out ---- */

static int watch(struct tc__amqp *amqp, tc_error *err)
{
	bool writing = tc__bytes_length(&amqp->out) > 0;

	if (amqp->writing == writing)
		return TC_OK;
	amqp->writing = writing;
	return tc_connection_watch(
		amqp->connection, TC_LOOP_READ | (writing ? TC_LOOP_WRITE : 0), err);
}

int tc__amqp_flush(struct tc__amqp *amqp, tc_error *err)
{
	size_t sent = 1;
	int rc = TC_OK;

	if (amqp->stage == TC__AMQP_OVER)
		return tc_error_set(err, TC_ERROR_NETWORK, "the broker's connection is gone");
	while (rc == TC_OK && sent && tc__bytes_length(&amqp->out)) {
		rc = tc_connection_send(amqp->connection, tc__bytes_first(&amqp->out),
			tc__bytes_length(&amqp->out), &sent, err);
		tc__bytes_take(&amqp->out, sent, amqp->secret);
		amqp->sent |= sent > 0;
	}
	if (rc == TC_OK)
		rc = watch(amqp, err);
	if (!tc__bytes_length(&amqp->out))
		amqp->secret = false;
	return rc;
}

/* What cannot be sent may be explained by what has come. */
static void fail_to_send(struct tc__amqp *amqp, const tc_error *err)
{
	tc__amqp_enter(amqp);
	tc__amqp_take(amqp);
	if (tc__amqp_leave(amqp))
		tc__amqp_end(amqp, err);
}

static void on_flush(void *data, uint64_t timer)
{
	struct tc__amqp *amqp = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	amqp->flush = 0;
	if (tc__amqp_tell_end(amqp))
		return;
	if (tc__amqp_flush(amqp, &err) != TC_OK) {
		fail_to_send(amqp, &err);
	} else if (amqp->tired) {
		amqp->tired = false;
		tc__amqp_enter(amqp);
		tc__amqp_take(amqp);
		tc__amqp_leave(amqp);
	}
	tc_error_clear(&err);
}

int tc__amqp_flush_soon(struct tc__amqp *amqp, tc_error *err)
{
	if (amqp->flush)
		return TC_OK;
	return tc_loop_timer(amqp->loop, 0, on_flush, amqp, &amqp->flush, err);
}

/* ---- in ---- */

/* Parts of a message for whose beginning there was no use. */
static bool is_stray(const struct tc__amqp *amqp)
{
	return amqp->stage == TC__AMQP_LEAVING && !amqp->assembly.begun;
}

static int take_part(struct tc__amqp *amqp, const struct tc__frame *frame, tc_error *err)
{
	struct tc__amqp_content content;
	amqp_method_t method;
	bool whole;

	int rc = tc__frame_check_channel(frame, TC__AMQP_CHANNEL, err);
	if (rc != TC_OK || is_stray(amqp))
		return rc;
	rc = tc__assembly_add(&amqp->assembly, frame, &whole, err);
	if (rc != TC_OK || !whole)
		return rc;
	rc = tc__assembly_take(&amqp->assembly, &amqp->pool, &method, &content, err);
	if (rc != TC_OK)
		return rc;
	amqp->user.content(amqp->user.data, &content);
	tc__assembly_clear(&amqp->assembly);
	return TC_OK;
}

static unsigned channel_of(amqp_method_number_t method)
{
	return method >> 16 == AMQP_CONNECTION_CLASS ? 0 : TC__AMQP_CHANNEL;
}

static int take_method(struct tc__amqp *amqp, const struct tc__frame *frame, tc_error *err)
{
	amqp_method_t method;

	int rc = tc__frame_method_number(frame, &method.id, err);
	if (rc == TC_OK)
		rc = tc__amqp_expect(amqp, method.id, err);
	if (rc == TC_OK)
		rc = tc__frame_check_channel(frame, channel_of(method.id), err);
	if (rc == TC_OK)
		rc = tc__frame_method(frame, &amqp->pool, &method, err);
	if (rc != TC_OK)
		return rc;
	if (method.id != AMQP_BASIC_DELIVER_METHOD && method.id != AMQP_BASIC_RETURN_METHOD)
		return tc__amqp_method(amqp, &method, err);
	return amqp->stage == TC__AMQP_OPEN ? tc__assembly_begin(&amqp->assembly, frame, err)
					    : TC_OK;
}

static int take_frame(struct tc__amqp *amqp, const struct tc__frame *frame, tc_error *err)
{
	switch (frame->type) {
	case AMQP_FRAME_METHOD:
		return take_method(amqp, frame, err);
	case AMQP_FRAME_HEADER:
	case AMQP_FRAME_BODY:
		return take_part(amqp, frame, err);
	default: /* a heartbeat; others are to be ignored */
		return TC_OK;
	}
}

/* Handles the frames that are whole. False: nothing of it may be touched any more. */
static bool take_frames(struct tc__amqp *amqp)
{
	tc_error err = TC_ERROR_INIT;
	struct tc__frame frame;
	int rc;

	for (;;) {
		rc = tc__frame_read(&amqp->in, amqp->frame_max, &frame, &err);
		if (rc != TC_OK || !frame.type)
			break;
		tc__amqp_enter(amqp);
		rc = take_frame(amqp, &frame, &err);
		if (!tc__amqp_leave(amqp)) {
			tc_error_clear(&err);
			return false;
		}
		recycle_amqp_pool(&amqp->pool);
		tc__bytes_take(&amqp->in, frame.size, false);
		if (rc != TC_OK)
			break;
	}
	if (rc == TC_OK)
		return true;
	tc__amqp_end_soon(amqp, &err);
	tc_error_clear(&err);
	return false;
}

/* *none: there is nothing for now. */
static int receive(struct tc__amqp *amqp, bool *none, tc_error *err)
{
	char *room = tc__bytes_room(&amqp->in, RECEIVE_SIZE);
	size_t received;

	if (!room)
		return tc__no_memory(err);
	int rc = tc_connection_receive(amqp->connection, room, RECEIVE_SIZE, &received, err);
	if (rc != TC_OK)
		return rc;
	amqp->in.end += received;
	amqp->came |= received > 0;
	*none = received == 0;
	return TC_OK;
}

static int fail_login(const struct tc__amqp *amqp, tc_error *err)
{
	if (amqp->stage == TC__AMQP_LOGIN)
		tc_error_prefix(err, "while logging in");
	return err->code;
}

void tc__amqp_take(struct tc__amqp *amqp)
{
	tc_error err = TC_ERROR_INIT;
	bool none = false;
	int rc = TC_OK;

	for (int i = 0; rc == TC_OK && !none && i < RECEIVE_TIMES; i++) {
		if (amqp->ended || amqp->stage == TC__AMQP_OVER)
			return;
		rc = receive(amqp, &none, &err);
		/* also what came before the end */
		if (!take_frames(amqp)) {
			tc_error_clear(&err);
			return;
		}
	}
	if (rc == TC_OK && !none) { /* TLS may hold some that no event tells of */
		amqp->tired = true;
		rc = tc__amqp_flush_soon(amqp, &err);
	}
	if (rc != TC_OK) {
		fail_login(amqp, &err);
		tc__amqp_end_soon(amqp, &err);
	}
	tc_error_clear(&err);
}

/* ---- the connection's events ---- */

static void begin(struct tc__amqp *amqp)
{
	tc_error err = TC_ERROR_INIT;

	if (tc__amqp_greet(amqp, &err) != TC_OK)
		tc__amqp_end(amqp, &err);
	tc_error_clear(&err);
}

static void write_more(struct tc__amqp *amqp)
{
	tc_error err = TC_ERROR_INIT;
	int rc = tc__amqp_flush(amqp, &err);

	if (rc != TC_OK) {
		fail_to_send(amqp, &err);
	} else if (!tc__bytes_length(&amqp->out) && amqp->user.drained) {
		tc__amqp_enter(amqp);
		amqp->user.drained(amqp->user.data);
		tc__amqp_leave(amqp);
	}
	tc_error_clear(&err);
}

void tc__amqp_on_connection(void *data, tc_connection *connection, int events, const tc_error *err)
{
	struct tc__amqp *amqp = data;

	(void)connection;
	if (tc__amqp_tell_end(amqp))
		return;
	if (err) {
		tc__amqp_end(amqp, err);
	} else if (!events) {
		begin(amqp);
	} else {
		/* what has come first: it may say why nothing can be sent */
		tc__amqp_enter(amqp);
		if (events & (TC_LOOP_READ | TC_LOOP_ERROR))
			tc__amqp_take(amqp);
		if (tc__amqp_leave(amqp) && (events & TC_LOOP_WRITE))
			write_more(amqp);
	}
}

/* ---- time ---- */

static int64_t look_ms(const struct tc__amqp *amqp)
{
	return (int64_t)amqp->heartbeat_s * 1000 / 2;
}

/* What is sent anyway is as good; and of one that does not read they would pile up. */
static int beat(struct tc__amqp *amqp, tc_error *err)
{
	int rc = TC_OK;

	if (amqp->heartbeat_s && !tc__bytes_length(&amqp->out))
		rc = tc__frame_put_heartbeat(&amqp->out, err);
	return rc == TC_OK ? tc__amqp_flush(amqp, err) : rc;
}

/* The loop may have been kept for long: what came meanwhile counts. */
static int check_silence(struct tc__amqp *amqp, tc_error *err)
{
	amqp->silent = amqp->came ? 0 : amqp->silent + 1;
	amqp->came = false;
	if (amqp->silent < SILENT_MAX)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_NETWORK, "the broker was silent for two heartbeats, %d s",
		2 * amqp->heartbeat_s);
}

static void on_beat(void *data, uint64_t timer)
{
	struct tc__amqp *amqp = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	amqp->beat = 0;
	if (tc__amqp_tell_end(amqp))
		return;
	tc__amqp_enter(amqp);
	tc__amqp_take(amqp);
	if (!tc__amqp_leave(amqp))
		return;
	int rc = check_silence(amqp, &err);
	if (rc == TC_OK && !amqp->sent)
		rc = beat(amqp, &err);
	amqp->sent = false;
	if (rc != TC_OK)
		fail_to_send(amqp, &err);
	else if (tc__amqp_start_beats(amqp, &err) != TC_OK)
		tc__amqp_end(amqp, &err);
	tc_error_clear(&err);
}

int tc__amqp_start_beats(struct tc__amqp *amqp, tc_error *err)
{
	if (!amqp->heartbeat_s)
		return TC_OK;
	return tc_loop_timer(amqp->loop, look_ms(amqp), on_beat, amqp, &amqp->beat, err);
}

void tc__amqp_end_limit(struct tc__amqp *amqp)
{
	tc__timer_end(amqp->loop, &amqp->limit);
}

void tc__amqp_stop_timers(struct tc__amqp *amqp)
{
	tc__timer_end(amqp->loop, &amqp->limit);
	tc__timer_end(amqp->loop, &amqp->beat);
	tc__timer_end(amqp->loop, &amqp->flush);
}

/* Its user is busy for long, so the loop does not come to it. */
void tc__amqp_beat(struct tc__amqp *amqp)
{
	tc_error err = TC_ERROR_INIT;

	if (amqp->stage == TC__AMQP_CONNECTING || amqp->stage == TC__AMQP_OVER || amqp->ended)
		return;
	if (!amqp->inside) { /* else a frame is being read */
		tc__amqp_enter(amqp);
		tc__amqp_take(amqp);
		if (!tc__amqp_leave(amqp))
			return;
	}
	if (beat(amqp, &err) != TC_OK)
		tc__amqp_end_soon(amqp, &err);
	tc_error_clear(&err);
}
