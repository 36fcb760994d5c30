/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/server/link.h"

#include "workflows/src/base/options.h"
#include <stdlib.h>

#define OFFLINE_MAX_MS 30000
#define NOT_FOUND 404

struct deletion {
	const char *name;
	struct tc__link *link;
	bool ended;
	tc_error err;
};

static int ask(struct tc__amqp *amqp, const char *queue, tc_error *err)
{
	const amqp_queue_delete_t fields = { .queue = amqp_cstring_bytes(queue) };

	return tc__amqp_ask(amqp, AMQP_QUEUE_DELETE_METHOD, &fields, err);
}

static void on_opened(void *data, struct tc__amqp *amqp, const char *user)
{
	struct deletion *deletion = data;
	tc_error err = TC_ERROR_INIT;

	char *queue = tc__pulse_name("queue", user, deletion->name, &err);
	if (!queue)
		tc__link_fail(deletion->link, &err);
	else if (ask(amqp, queue, &err) == TC_ERROR_NOMEM)
		tc__link_fail(deletion->link, &err);
	else if (err.code != TC_OK)
		tc__link_drop(deletion->link, &err);
	free(queue);
	tc_error_clear(&err);
}

static void on_replied(void *data, const amqp_method_t *method)
{
	struct deletion *deletion = data;

	(void)method; /* queue.delete-ok, also where there was none */
	tc__link_close(deletion->link);
}

static void on_refused(void *data, const tc_error *err, bool asked)
{
	struct deletion *deletion = data;

	(void)asked;
	if (err->http_status == NOT_FOUND) /* as old brokers say it */
		tc__link_close(deletion->link);
	else
		tc__link_fail(deletion->link, err);
}

static void on_ended(void *data, const tc_error *err)
{
	struct deletion *deletion = data;

	deletion->ended = true;
	if (err)
		tc_error_copy(&deletion->err, err);
}

static int check(const char *name, tc_error *err)
{
	const struct tc__needed needed = { "name", name };

	int rc = tc__check_needed(&needed, 1, err);
	if (rc != TC_OK)
		return rc;
	/* what is wrong whoever the user is, is told without a broker */
	char *queue = tc__pulse_name("queue", "user", name, err);
	free(queue);
	return queue ? TC_OK : TC_ERROR_ARGUMENT;
}

static int run(tc_loop *loop, const struct tc_pulse_server *server, struct deletion *deletion,
	tc_error *err)
{
	const struct tc__link_user user = { .data = deletion,
		.opened = on_opened,
		.replied = on_replied,
		.refused = on_refused,
		.ended = on_ended };
	int rc = TC_OK;

	deletion->link = tc__link_new(loop, server, &user, err);
	if (!deletion->link)
		return TC_ERROR_ARGUMENT;
	tc__link_make_brief(deletion->link, OFFLINE_MAX_MS);
	while (rc == TC_OK && !deletion->ended)
		rc = tc_loop_poll(loop, -1, err);
	if (rc == TC_OK && deletion->err.code != TC_OK)
		rc = tc_error_copy(err, &deletion->err);
	tc__link_free(deletion->link);
	tc_error_clear(&deletion->err);
	return rc;
}

int tc_pulse_delete_queue(const struct tc_pulse_server *server, const char *name, tc_error *err)
{
	struct deletion deletion = { .name = name };
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	int rc = check(name, &own);
	tc_loop *loop = rc == TC_OK ? tc_loop_new(NULL, &own) : NULL;
	if (loop)
		run(loop, server, &deletion, &own);
	tc_loop_free(loop);
	rc = own.code != TC_OK ? tc_error_copy(err, &own) : TC_OK;
	tc_error_clear(&own);
	return rc;
}
