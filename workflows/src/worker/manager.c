/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/manager.h"

#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/flow/flow.h"
#include "workflows/src/worker/clock.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/claim.h>
#include <taskcluster/type.h>
#include <taskcluster/worker_manager.h>

#define REPORT_MS 10000
#define ASK_MS 15000         /* the answer is only advice */
#define AGAIN_MS 1000        /* the first pause after a failure; each is twice the one before, */
#define AGAIN_MAX_MS 60000   /* up to this */
#define LOOK_MS (10 * 60000) /* so often it looks at the wall clock, which may jump */

typedef struct tc_worker_manager_reregister_worker_response registration;

/* When credentials end, by both clocks here: the wall clock may be set, and the steady one stands
 * still while the machine sleeps, so the one counts that says sooner. */
struct life {
	int64_t wall_ms, steady_ms;
	int64_t quarter_ms; /* of all of it */
};

struct tc__manager {
	struct tc__manager_options options; /* `worker` and `pool` by texts of its own */
	char *task_queue_id, *worker_group, *worker_id;
	tc_client *unsigned_client; /* what was signed by credentials that have ended is refused */
	tc_call *hold;              /* keeps the client */
	tc_call *proof;             /* registerWorker, whole */
	registration *held;         /* what the client signs with, and the secret; NULL: nothing */
	struct life end;            /* of it */
	int64_t sent_ms;            /* when a registration was last sent, by the steady clock */
	struct tc__flow life, question;
	int flows; /* that will still call back */
	int failures;
	bool is_ready, is_refused, is_freed;
	bool is_waiting; /* the question is to be asked as soon as there are credentials */
	tc__manager_fn *then;
	void *then_data;
};

static void send_register(struct tc__manager *manager);
static void send_reregister(struct tc__manager *manager);
static void send_question(struct tc__manager *manager);
static void wait_for_end(struct tc__manager *manager);

/* ---- beginning and end ---- */

static void destroy(struct tc__manager *manager)
{
	tc_release(manager->held);
	tc_call_free(manager->proof);
	tc_call_free(manager->hold);
	tc_client_free(manager->unsigned_client);
	free(manager->task_queue_id);
	free(manager->worker_group);
	free(manager->worker_id);
	free(manager);
}

/* A flow has called back: whether its manager is still there. What came is released otherwise. */
static bool goes_on(struct tc__manager *manager, tc_response *response)
{
	manager->flows--;
	if (!manager->is_freed)
		return true;
	tc_release(response);
	if (manager->flows == 0)
		destroy(manager);
	return false;
}

void tc__manager_free(struct tc__manager *manager)
{
	if (!manager)
		return;
	manager->is_freed = true;
	if (manager->flows == 0) {
		destroy(manager);
		return;
	}
	tc__flow_cancel(&manager->life);
	tc__flow_cancel(&manager->question);
}

static struct tc__manager *of_life(struct tc__flow *flow)
{
	return (struct tc__manager *)((char *)flow - offsetof(struct tc__manager, life));
}

static struct tc__manager *of_question(struct tc__flow *flow)
{
	return (struct tc__manager *)((char *)flow - offsetof(struct tc__manager, question));
}

/* ---- what is told ---- */

static void tell_trouble(struct tc__manager *manager, const char *what, const tc_error *err)
{
	char *text = tc__text(NULL, "worker-manager: %s: %s", what, tc_error_text(err));

	if (manager->options.trouble)
		manager->options.trouble(manager->options.data, TC_LOG_WARN, text ? text : what);
	free(text);
}

static int64_t now_ms(const struct tc__manager *manager)
{
	return tc_client_now_ms(manager->options.client);
}

/* Until the credentials end: ms from now. */
static int64_t left_ms(const struct tc__manager *manager)
{
	int64_t wall = manager->end.wall_ms - now_ms(manager);
	int64_t steady = manager->end.steady_ms - tc_client_steady_ms(manager->options.client);

	return wall < steady ? wall : steady;
}

static bool may_claim(const struct tc__manager *manager)
{
	return manager->held && left_ms(manager) > 0;
}

static void tell_ready(struct tc__manager *manager)
{
	bool is_first = !manager->is_ready;

	manager->is_ready = true;
	manager->flows++; /* what is called may free it */
	if (manager->is_waiting)
		send_question(manager);
	if (is_first && !manager->is_freed)
		manager->options.ready(manager->options.data);
	goes_on(manager, NULL);
}

/* Nothing comes after this. */
static void tell_refused(struct tc__manager *manager, const tc_error *err)
{
	manager->is_refused = true;
	manager->options.refused(manager->options.data, err);
}

/* ---- registering ---- */

/* Whether the same will be refused again. */
static bool is_refusal(const tc_error *err)
{
	return err->code == TC_ERROR_CREDENTIALS || err->code == TC_ERROR_INPUT ||
		err->code == TC_ERROR_ARGUMENT ||
		(err->http_status / 100 == 4 && !tc_error_may_repeat(err));
}

/* When it ends by both clocks here; `registered_ms` by the wall clock. */
static int read_times(const struct tc__manager *manager, const registration *fresh,
	const struct tc__moment *moment, int64_t registered_ms, struct life *life, tc_error *err)
{
	int64_t ends_ms = 0, now = now_ms(manager);

	if (tc__moment_of(moment, fresh->expires ? fresh->expires : "", &ends_ms, err) != TC_OK)
		return tc_error_set(err, TC_ERROR_REPLY, "\"%s\" is no date",
			fresh->expires ? fresh->expires : "");
	int64_t left = ends_ms - moment->steady_ms;
	if (left <= 0)
		return tc_error_set(
			err, TC_ERROR_REPLY, "the credentials have ended on %s", fresh->expires);
	int64_t length = left + (now - registered_ms);
	*life = (struct life){ now + left, ends_ms, length > left ? length / 4 : left / 4 };
	return TC_OK;
}

/* The client signs with it from now on; `fresh` is the manager's then, if all went well. */
static int adopt(struct tc__manager *manager, registration *fresh, const struct tc__moment *moment,
	int64_t registered_ms, tc_error *err)
{
	struct life life;
	int rc = read_times(manager, fresh, moment, registered_ms, &life, err);

	if (rc != TC_OK)
		return rc;
	tc_credentials *credentials = tc_claim_worker_renewal(&fresh->credentials, err);
	if (!credentials)
		return err->code;
	tc_client_set_credentials(manager->options.client, credentials);
	tc_credentials_free(credentials);
	tc_release(manager->held);
	manager->held = fresh;
	manager->end = life;
	return TC_OK;
}

/* The secret that has been used is of no use any more: the next one is noted first of all. */
static int take_reply(
	struct tc__manager *manager, tc_response *response, const tc_json *json, tc_error *err)
{
	tc_error noting = TC_ERROR_INIT;
	struct tc__moment moment;
	int64_t now = now_ms(manager);

	if (tc__state_registered(manager->options.state, json, now, &noting) != TC_OK)
		tell_trouble(manager, "the registration cannot be written down", &noting);
	tc_error_clear(&noting);
	registration *fresh = tc_decode_json(
		&tc_worker_manager_reregister_worker_response_type, json, TC_DECODE_SECRET, err);
	if (!fresh)
		return err->code;
	tc__moment_read(&moment, manager->options.client, response, manager->sent_ms);
	int rc = adopt(manager, fresh, &moment, now, err);
	if (rc != TC_OK)
		tc_release(fresh);
	return rc;
}

static void pause_life(struct tc__manager *manager, int64_t ms, tc__flow_fn *then)
{
	manager->flows++;
	tc__flow_pause(&manager->life, ms, then);
}

/* Also with credentials that seem to have ended: a clock may have been set, and a proof is perhaps
 * taken once only. */
static void renew(struct tc__manager *manager)
{
	if (manager->held)
		send_reregister(manager);
	else
		send_register(manager);
}

static void begin_again(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__manager *manager = of_life(flow);

	if (!goes_on(manager, response))
		return;
	if (err) /* it cannot even wait: memory ended, or somebody canceled */
		tell_refused(manager, err);
	else
		renew(manager);
}

static void try_again_later(struct tc__manager *manager)
{
	int64_t ms = AGAIN_MS;

	for (int i = 0; i < manager->failures && ms < AGAIN_MAX_MS; i++)
		ms *= 2;
	manager->failures++;
	pause_life(manager, ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS, begin_again);
}

/* A refusal is its end only when nothing is left to claim with. */
static void fail(struct tc__manager *manager, const char *what, const tc_error *err)
{
	bool goes = may_claim(manager);

	if (err->code == TC_ERROR_CANCELED || (is_refusal(err) && !goes)) {
		tell_refused(manager, err);
		return;
	}
	tell_trouble(manager, what, err);
	manager->flows++;
	try_again_later(manager);
	if (goes_on(manager, NULL) && goes)
		tell_ready(manager);
}

/* ---- until the credentials end ---- */

/* At three quarters of their life: there is time to try it again and again. */
static int64_t until_renewal_ms(const struct tc__manager *manager)
{
	return left_ms(manager) - manager->end.quarter_ms;
}

static void look(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__manager *manager = of_life(flow);

	if (!goes_on(manager, response))
		return;
	if (err)
		tell_refused(manager, err);
	else if (until_renewal_ms(manager) > 0)
		wait_for_end(manager);
	else
		renew(manager);
}

static void wait_for_end(struct tc__manager *manager)
{
	int64_t left = until_renewal_ms(manager);

	if (left < 0)
		left = 0;
	pause_life(manager, left < LOOK_MS ? left : LOOK_MS, look);
}

/* It is registered: with the next pause under way it tells so. */
static void go_on(struct tc__manager *manager)
{
	manager->failures = 0;
	manager->flows++;
	wait_for_end(manager);
	if (goes_on(manager, NULL) && !manager->is_refused)
		tell_ready(manager);
}

/* ---- calls ---- */

static int take_whole(
	struct tc__manager *manager, tc_response *response, const tc_json **json, tc_error *err)
{
	*json = tc_response_json(response, err);
	return *json ? take_reply(manager, response, *json, err) : err->code;
}

static void took_registration(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__manager *manager = of_life(flow);
	tc_error why = TC_ERROR_INIT;
	const tc_json *json = NULL;

	if (!goes_on(manager, response))
		return;
	int rc = err ? tc_error_copy(&why, err) : take_whole(manager, response, &json, &why);
	manager->flows++; /* what is called may free it */
	if (rc == TC_OK && manager->options.pool.registered)
		manager->options.pool.registered(
			manager->options.pool_data, tc_json_get(json, "workerConfig"));
	tc_release(response);
	if (goes_on(manager, NULL)) {
		if (rc == TC_OK)
			go_on(manager);
		else
			fail(manager, "registering", &why);
	}
	tc_error_clear(&why);
}

static void send_register(struct tc__manager *manager)
{
	manager->sent_ms = tc_client_steady_ms(manager->options.client);
	manager->flows++;
	tc__flow_send_kept(&manager->life, manager->proof, took_registration);
}

/* What is refused here was used before, by a reply that got lost: the proof counts again. */
static void took_renewal(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__manager *manager = of_life(flow);
	tc_error why = TC_ERROR_INIT;
	const tc_json *json = NULL;

	if (!goes_on(manager, response))
		return;
	int rc = err ? tc_error_copy(&why, err) : take_whole(manager, response, &json, &why);
	tc_release(response);
	if (rc == TC_OK) {
		go_on(manager);
	} else if (is_refusal(&why) || rc == TC_ERROR_REPLY) {
		tell_trouble(manager, "renewing the registration", &why);
		send_register(manager);
	} else {
		fail(manager, "renewing the registration", &why);
	}
	tc_error_clear(&why);
}

static void send_reregister(struct tc__manager *manager)
{
	tc_error made = TC_ERROR_INIT;
	struct tc_worker_manager_reregister_worker_request body = {
		.secret = manager->held->secret,
		.worker_group = manager->worker_group,
		.worker_id = manager->worker_id,
		.worker_pool_id = manager->task_queue_id,
	};
	tc_call *call = tc_worker_manager_reregister_worker_call(manager->options.client, &made);

	if (call)
		call = tc__flow_call(
			call, tc_worker_manager_reregister_worker_body(call, &body, &made));
	manager->sent_ms = tc_client_steady_ms(manager->options.client);
	manager->flows++;
	tc__flow_send(&manager->life, call, NULL, NULL, took_renewal, &made);
}

/* ---- whether it shall stop ---- */

static void answer(struct tc__manager *manager, bool stop, const char *reason)
{
	tc__manager_fn *then = manager->then;

	manager->then = NULL;
	then(manager->then_data, stop, stop ? reason : NULL);
}

static void took_answer(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__manager *manager = of_question(flow);
	tc_error why = TC_ERROR_INIT;

	if (!goes_on(manager, response))
		return;
	struct tc_worker_manager_should_worker_terminate_response *reply =
		response ? tc_worker_manager_should_worker_terminate_reply(response, &why) : NULL;
	if (!reply)
		tell_trouble(manager, "it cannot be asked whether to stop", err ? err : &why);
	answer(manager, reply && reply->terminate, reply ? reply->reason : NULL);
	tc_release(reply);
	tc_release(response);
	tc_error_clear(&why);
}

static void send_question(struct tc__manager *manager)
{
	tc_error made = TC_ERROR_INIT;
	const struct tc__manager_options *options = &manager->options;

	manager->is_waiting = false;
	tc__flow_init(&manager->question, options->loop, options->client, NULL, ASK_MS);
	tc_call *call = tc_worker_manager_should_worker_terminate_call(options->client,
		manager->task_queue_id, manager->worker_group, manager->worker_id, &made);
	manager->flows++;
	tc__flow_send(&manager->question, call, NULL, NULL, took_answer, &made);
}

void tc__manager_ask(struct tc__manager *manager, tc__manager_fn *then, void *data)
{
	manager->then = then;
	manager->then_data = data;
	if (may_claim(manager))
		send_question(manager);
	else
		manager->is_waiting = true;
}

/* ---- the beginning ---- */

/* What an earlier worker had: as good as its own, until it has ended. */
static void take_up(struct tc__manager *manager)
{
	registration *kept = NULL;
	int64_t registered_ms = 0;
	tc_error err = TC_ERROR_INIT;
	struct tc__moment moment;
	int rc = tc__state_registration(manager->options.state, &kept, &registered_ms, &err);

	tc__moment_read(&moment, manager->options.client, NULL, 0);
	if (rc == TC_OK && kept)
		rc = adopt(manager, kept, &moment, registered_ms, &err);
	if (rc != TC_OK) {
		tell_trouble(manager, "the registration that was kept", &err);
		tc_release(kept);
	}
	tc_error_clear(&err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__manager *manager = of_life(flow);

	if (!goes_on(manager, response))
		return;
	if (err) {
		tell_refused(manager, err);
		return;
	}
	take_up(manager);
	renew(manager);
}

static tc_call *make_proof(struct tc__manager *manager, tc_error *err)
{
	const struct tc_worker_pool *pool = &manager->options.pool;
	struct tc_worker_manager_register_worker_request body = {
		.provider_id = pool->provider_id,
		.system_boot_time = pool->boot_time,
		.worker_group = manager->worker_group,
		.worker_id = manager->worker_id,
		.worker_pool_id = manager->task_queue_id,
		/* what a provider wants is between it and the caller */
		.worker_identity_proof = { .tag = TC_TAG_UNKNOWN, .unknown = pool->proof },
	};
	tc_call *call = tc_worker_manager_register_worker_call(manager->unsigned_client, err);

	return call ? tc__flow_call(call, tc_worker_manager_register_worker_body(call, &body, err))
		    : NULL;
}

static int prepare(struct tc__manager *manager, tc_error *err)
{
	const struct tc__manager_options *options = &manager->options;
	const struct tc__needed needed[] = { { "pool.provider_id", options->pool.provider_id },
		{ "pool.proof", options->pool.proof } };
	const struct tc__text_copy copies[] = { { &manager->task_queue_id,
							options->worker.task_queue_id },
		{ &manager->worker_group, options->worker.worker_group },
		{ &manager->worker_id, options->worker.worker_id } };
	int rc = tc__check_needed(needed, 2, err);

	if (rc == TC_OK)
		rc = tc__texts_copy(copies, 3, err);
	if (rc != TC_OK)
		return rc;
	manager->unsigned_client = tc_client_as(options->client, NULL, err);
	if (!manager->unsigned_client)
		return err->code;
	manager->hold = tc_worker_manager_ping_call(options->client, err);
	if (!manager->hold)
		return err->code;
	manager->proof = make_proof(manager, err);
	if (!manager->proof)
		return err->code;
	tc__flow_init(&manager->life, options->loop, options->client, NULL, 0);
	tc__flow_init(&manager->question, options->loop, options->client, NULL, 0);
	rc = tc__flow_begin(&manager->life, begin, err);
	manager->flows = rc == TC_OK;
	return rc;
}

struct tc__manager *tc__manager_new(const struct tc__manager_options *options, tc_error *err)
{
	struct tc__manager *manager = calloc(1, sizeof *manager);
	tc_error why = TC_ERROR_INIT;

	if (!manager) {
		tc__no_memory(err);
		return NULL;
	}
	manager->options = *options;
	if (prepare(manager, &why) != TC_OK) {
		destroy(manager);
		manager = NULL;
	} else { /* what was borrowed is in texts of its own, and in the call */
		manager->options.worker = (struct tc__manager_worker){ .task_queue_id = NULL };
		manager->options.pool.provider_id = manager->options.pool.boot_time = NULL;
		manager->options.pool.proof = NULL;
	}
	tc_error_copy(err, &why);
	tc_error_clear(&why);
	return manager;
}

/* ---- errors of the machine ---- */

static tc_call *make_report(tc_client *client, const char *pool_id,
	const struct tc_worker_manager_report_worker_error_request *body, tc_error *err)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_call *call = tc_worker_manager_report_worker_error_call(client, pool_id, err);

	if (!call)
		return NULL;
	options.deadline_ms = REPORT_MS;
	int rc = tc_worker_manager_report_worker_error_body(call, body, err);
	if (rc == TC_OK)
		rc = tc_call_set_options(call, &options, err);
	return tc__flow_call(call, rc);
}

tc_call *tc__manager_report_call(tc_client *client, const struct tc__manager_worker *worker,
	const struct tc__manager_report *report, tc_error *err)
{
	const struct tc__needed needed[] = { { "kind", report->kind }, { "title", report->title },
		{ "description", report->description } };
	const tc_json *none = NULL;
	tc_call *call = NULL;
	tc_error why = TC_ERROR_INIT;
	int rc = tc__check_needed(needed, 3, &why);

	if (rc == TC_OK)
		rc = tc_json_parse("{}", 2, &none, &why);
	if (rc == TC_OK) {
		const struct tc_worker_manager_report_worker_error_request body = {
			.description = report->description,
			.extra = none,
			.kind = report->kind,
			.title = report->title,
			.worker_group = worker->worker_group,
			.worker_id = worker->worker_id
		};
		call = make_report(client, worker->task_queue_id, &body, &why);
	}
	tc_release(none);
	tc_error_copy(err, &why);
	tc_error_clear(&why);
	return call;
}
