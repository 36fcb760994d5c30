/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/session.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX_FIRST 8192 /* until another size is agreed on */
#define POOL_PAGE 4096
#define GOODBYE_MS 5000

/* ---- the end ---- */

static void wipe(char *text)
{
	if (text)
		tc__wipe_free(text, strlen(text));
}

static void destroy(struct tc__amqp *amqp)
{
	tc__amqp_stop_timers(amqp);
	tc_connection_free(amqp->connection);
	wipe(amqp->name);
	wipe(amqp->password);
	free(amqp->vhost);
	tc__bytes_free(&amqp->awaited);
	tc__bytes_free(&amqp->in);
	tc__bytes_free(&amqp->out);
	tc__assembly_free(&amqp->assembly);
	empty_amqp_pool(&amqp->pool);
	tc_error_clear(&amqp->end);
	free(amqp);
}

void tc__amqp_enter(struct tc__amqp *amqp)
{
	amqp->inside++;
}

bool tc__amqp_leave(struct tc__amqp *amqp)
{
	if (--amqp->inside == 0 && amqp->doomed) {
		destroy(amqp);
		return false;
	}
	return !amqp->doomed && !amqp->ended && amqp->stage != TC__AMQP_OVER;
}

void tc__amqp_free(struct tc__amqp *amqp)
{
	if (!amqp)
		return;
	amqp->stage = TC__AMQP_OVER;
	tc__amqp_stop_timers(amqp);
	if (amqp->inside)
		amqp->doomed = true;
	else
		destroy(amqp);
}

void tc__amqp_end(struct tc__amqp *amqp, const tc_error *err)
{
	if (amqp->stage == TC__AMQP_OVER)
		return;
	if (amqp->stage == TC__AMQP_LEAVING) /* that is what was wanted */
		err = NULL;
	amqp->stage = TC__AMQP_OVER;
	tc__amqp_stop_timers(amqp);
	tc_connection_free(amqp->connection);
	amqp->connection = NULL;
	tc__amqp_enter(amqp);
	amqp->user.lost(amqp->user.data, err);
	tc__amqp_leave(amqp);
}

bool tc__amqp_tell_end(struct tc__amqp *amqp)
{
	if (!amqp->ended)
		return false;
	tc_error end = amqp->end;
	amqp->end = (tc_error)TC_ERROR_INIT;
	tc__amqp_end(amqp, end.code == TC_OK ? NULL : &end);
	tc_error_clear(&end);
	return true;
}

/* Without memory for a timer it is told at the next beat, or by what the connection tells. */
void tc__amqp_end_soon(struct tc__amqp *amqp, const tc_error *err)
{
	if (amqp->ended || amqp->stage == TC__AMQP_OVER)
		return;
	amqp->ended = true;
	if (err)
		tc_error_copy(&amqp->end, err);
	(void)tc__amqp_flush_soon(amqp, NULL);
}

static void on_limit(void *data, uint64_t timer)
{
	struct tc__amqp *amqp = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	amqp->limit = 0;
	if (amqp->stage == TC__AMQP_LEAVING) {
		tc__amqp_end(amqp, NULL);
		return;
	}
	tc_error_set(&err, TC_ERROR_TIMEOUT,
		amqp->stage == TC__AMQP_OPEN ? "the broker has not answered within %lld ms"
					     : "the broker did not let us in within %lld ms",
		(long long)amqp->timeout_ms);
	tc__amqp_end(amqp, &err);
	tc_error_clear(&err);
}

/* A broker may be there, and never answer: one does not where a queue has lost its leader. */
int tc__amqp_limit(struct tc__amqp *amqp, tc_error *err)
{
	if (amqp->limit)
		return TC_OK;
	return tc_loop_timer(amqp->loop, amqp->timeout_ms, on_limit, amqp, &amqp->limit, err);
}

void tc__amqp_close(struct tc__amqp *amqp)
{
	const amqp_connection_close_t fields = { .reply_code = AMQP_REPLY_SUCCESS,
		.reply_text = amqp_cstring_bytes("done") };
	tc_error err = TC_ERROR_INIT;

	if (amqp->ended || amqp->stage == TC__AMQP_LEAVING || amqp->stage == TC__AMQP_OVER)
		return;
	if (amqp->stage <= TC__AMQP_LOGIN) {
		tc__amqp_end_soon(amqp, NULL);
		return;
	}
	amqp->stage = TC__AMQP_LEAVING;
	tc__amqp_end_limit(amqp);
	int rc = tc__frame_put_method(&amqp->out, 0, AMQP_CONNECTION_CLOSE_METHOD, &fields, &err);
	if (rc == TC_OK)
		rc = tc_loop_timer(amqp->loop, GOODBYE_MS, on_limit, amqp, &amqp->limit, &err);
	if (rc == TC_OK)
		rc = tc__amqp_flush(amqp, &err);
	if (rc != TC_OK)
		tc__amqp_end_soon(amqp, NULL);
	tc_error_clear(&err);
}

/* ---- from the beginning ---- */

static int start(struct tc__amqp *amqp, const struct tc__amqp_target *target, tc_error *err)
{
	const struct tc__text_copy copies[] = { { &amqp->name, target->user },
		{ &amqp->password, target->password }, { &amqp->vhost, target->vhost } };

	int rc = tc__texts_copy(copies, sizeof copies / sizeof *copies, err);
	if (rc == TC_OK)
		rc = tc__amqp_limit(amqp, err);
	if (rc != TC_OK)
		return rc;
	amqp->connection = tc_connection_new(amqp->loop, target->client, target->url,
		target->timeout_ms, tc__amqp_on_connection, amqp, err);
	return amqp->connection ? TC_OK : TC_ERROR_NETWORK;
}

struct tc__amqp *tc__amqp_new(tc_loop *loop, const struct tc__amqp_target *target,
	const struct tc__amqp_user *user, tc_error *err)
{
	struct tc__amqp *amqp = calloc(1, sizeof *amqp);

	if (!amqp) {
		tc__no_memory(err);
		return NULL;
	}
	amqp->loop = loop;
	amqp->user = *user;
	amqp->heartbeat_s = target->heartbeat_s;
	amqp->timeout_ms = target->timeout_ms;
	amqp->frame_max = FRAME_MAX_FIRST;
	init_amqp_pool(&amqp->pool, POOL_PAGE);
	if (start(amqp, target, err) == TC_OK)
		return amqp;
	destroy(amqp);
	return NULL;
}

/* ---- what its user says ---- */

static int check_open(const struct tc__amqp *amqp, tc_error *err)
{
	if (amqp->stage == TC__AMQP_OPEN && !amqp->ended)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_NETWORK, "the broker's connection is gone");
}

/* All that was put behind `before` bytes, or nothing: who is told that it failed says it again, and
 * the tags of publications are to stay those of their messages. */
static int send_soon(struct tc__amqp *amqp, size_t before, int rc, tc_error *err)
{
	if (rc == TC_OK)
		rc = tc__amqp_flush_soon(amqp, err);
	if (rc != TC_OK)
		amqp->out.end = amqp->out.begin + before;
	return rc;
}

int tc__amqp_ask(
	struct tc__amqp *amqp, amqp_method_number_t method, const void *fields, tc_error *err)
{
	if (!tc__bytes_room(&amqp->awaited, sizeof method))
		return tc__no_memory(err);
	int rc = tc__amqp_limit(amqp, err);
	if (rc == TC_OK)
		rc = tc__amqp_tell(amqp, method, fields, err);
	return rc == TC_OK ? tc__amqp_await(amqp, method + 1, err) : rc;
}

int tc__amqp_tell(
	struct tc__amqp *amqp, amqp_method_number_t method, const void *fields, tc_error *err)
{
	int rc = check_open(amqp, err);
	size_t before = tc__bytes_length(&amqp->out);

	if (rc == TC_OK)
		rc = tc__frame_put_method(&amqp->out, TC__AMQP_CHANNEL, method, fields, err);
	return send_soon(amqp, before, rc, err);
}

int tc__amqp_publish(struct tc__amqp *amqp, const amqp_basic_publish_t *fields,
	const amqp_basic_properties_t *properties, const char *body, size_t length, tc_error *err)
{
	int rc = check_open(amqp, err);
	size_t before = tc__bytes_length(&amqp->out);

	if (rc == TC_OK)
		rc = tc__frame_put_method(
			&amqp->out, TC__AMQP_CHANNEL, AMQP_BASIC_PUBLISH_METHOD, fields, err);
	if (rc == TC_OK)
		rc = tc__frame_put_content(&amqp->out, TC__AMQP_CHANNEL, properties, body, length,
			amqp->frame_max, err);
	return send_soon(amqp, before, rc, err);
}

size_t tc__amqp_unsent(const struct tc__amqp *amqp)
{
	return tc__bytes_length(&amqp->out);
}
