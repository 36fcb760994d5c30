/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/performance.h"

#include "runtime/src/call/session.h"
#include "runtime/src/call/transfer.h"
#include "runtime/src/common/clock.h"
#include "runtime/src/operation/rpc.h"
#include <string.h>

void tc__performance_begin(struct tc__performance *performance, const tc_call *call,
	struct tc__sink *sink, const struct tc__terms *terms, int64_t now_ms)
{
	const struct tc_client *client = call->client;
	const struct tc_options *options = &client->options;

	*performance = (struct tc__performance){ .call = call, .sink = sink, .terms = *terms };
	call->state->references++;
	call->state->used = true;
	tc__reply_init(&performance->reply, options->reply_max, sink);
	performance->reply.lenient =
		options->lenient_replies || tc__query_is_selective(&call->request.query);
	if (sink)
		sink->spent = sink->paused = sink->begun = false;
	const struct tc_call_options *own = tc__call_options(call);
	performance->delivery = (struct tc__delivery){
		.attempt = &performance->attempt,
		.reply = &performance->reply,
		.progress = own->progress ? own->progress : options->progress,
		.progress_data = own->progress ? own->progress_data : options->progress_data,
		.cancel = tc__call_cancel(call),
		.call = call,
	};
	tc__transfer_begin(performance);
	tc__retry_begin(&performance->retry, &client->retry, tc__call_retry_class(call), now_ms);
	tc__performance_until(performance, terms->until_ms);
	tc__performance_measures(performance);
}

void tc__performance_until(struct tc__performance *performance, int64_t until_ms)
{
	performance->terms.until_ms = until_ms;
	performance->delivery.until_ms = until_ms;
	performance->retry.until_ms = until_ms;
}

void tc__performance_end(struct tc__performance *performance)
{
	tc__session_end(performance);
	tc__transfer_end(performance);
	tc__attempt_clear(&performance->attempt);
	tc__reply_clear(&performance->reply);
	tc_call_free(performance->call->state->call);
}

/* ---- an attempt ---- */

/* A login before a call that streams is an ordinary one. */
static void set_pace(struct tc__performance *performance)
{
	const struct tc__sink *sink = performance->reply.sink;
	bool streams = tc__call_is_transfer(performance->call) || performance->delivery.body;
	enum tc__pace pace = sink ? sink->pace : streams ? TC__PACE_STEADY : TC__PACE_WHOLE;
	int64_t own = performance->terms.timeout_ms;
	int64_t ms = own ? own : tc__call_timeout(performance->call);

	performance->delivery.timeout_ms = pace == TC__PACE_WHOLE ? ms : 0;
	performance->delivery.refusal_ms = ms;
	performance->delivery.silence_ms = 0;
	if (pace == TC__PACE_STEADY)
		performance->delivery.silence_ms = sink && sink->silence_ms ? sink->silence_ms : ms;
}

int tc__performance_attempt(struct tc__performance *performance, int64_t now_ms, tc_error *failure)
{
	tc_client *client = tc__performance_client(performance);

	if (tc_cancel_fired(performance->delivery.cancel))
		return tc__fail(failure, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
	if (now_ms >= performance->terms.until_ms) {
		performance->delivery.permanent = true;
		return tc__fail(failure, TC_ERROR_TIMEOUT, "its deadline is over");
	}
	performance->attempts++;
	performance->attempt_begun_ms = now_ms;
	tc__reply_restart(&performance->reply);
	if (performance->sink && performance->sink->depart)
		performance->sink->depart(performance->sink, now_ms);
	performance->delivery.maybe_sent = performance->delivery.permanent = false;
	const struct tc_operation *operation = tc__performance_operation(performance);
	const struct tc__request *request = &performance->call->request;
	bool others = tc__call_is_transfer(performance->call) || request->proxied ||
		tc__system_of(operation) || tc__client_withholds(client, operation);
	int rc = others ? TC_OK : tc__client_renew(client, failure);
	if (rc != TC_OK)
		return rc;
	struct tc__signer signer = client->signer;
	signer.trace_id = tc__call_options(performance->call)->trace_id;
	rc = tc__session_prepare(performance, &signer, &request, failure);
	if (rc == TC_OK)
		rc = tc__transfer_prepare(performance, &signer, failure);
	if (rc == TC_OK)
		rc = tc__attempt_fill(&performance->attempt, request, &signer,
			tc__client_operation_ms(client, operation) / 1000, failure);
	if (rc != TC_OK)
		return rc;
	if (performance->sink && performance->sink->line && !performance->logging_in)
		tc__attempt_line(&performance->attempt, performance->sink->line);
	performance->reply.operation = request->operation;
	set_pace(performance);
	/* only what is signed is verified, so only that has to wait for its end */
	performance->reply.hold = client->options.verify_replies && performance->attempt.is_signed;
	performance->attempt.repeatable = performance->retry.retry_class == TC_RETRY_ALWAYS;
	performance->under_way = true;
	tc__transfer_aim(performance);
	tc__performance_log_lines(performance);
	return TC_OK;
}

/* ---- the credentials ---- */

/* Whether the reply refuses the credentials of this attempt, and there are others now. Servers
 * answer 401 for nothing else, once the clock is right; too few scopes are a 403. */
static bool renew_refused(const struct tc__performance *performance)
{
	const struct tc__attempt *attempt = &performance->attempt;

	return tc__reply_status(&performance->reply) == 401 && attempt->is_signed &&
		!performance->retry.renewed &&
		tc__client_renew_refused(tc__performance_client(performance), attempt->credentials);
}

/* ---- judging ---- */

/* A refusal that may come from credentials that were not for this server. */
static void tell_withheld(const struct tc__performance *performance, tc_error *failure)
{
	const tc_client *client = tc__performance_client(performance);
	int status = tc__reply_status(&performance->reply);

	if ((status == 401 || status == 403) && client->credentials &&
		tc__client_withholds(client, tc__performance_operation(performance)))
		tc_error_prefix(failure, "the call was not signed: %s", TC__WITHHELD);
}

/* Whether a reply to this attempt cannot have a body, so that there is nothing to be hashed. */
static bool is_bodiless(const struct tc__performance *performance)
{
	int status = tc__reply_status(&performance->reply);

	return strcmp(performance->attempt.method, "HEAD") == 0 || status == 204 || status == 304;
}

static int verify(const struct tc__performance *performance, tc_error *failure)
{
	const struct tc__attempt *attempt = &performance->attempt;
	const struct tc__reply *reply = &performance->reply;
	size_t length;
	const char *body = tc_response_body(reply->response, &length);

	if (!tc__performance_client(performance)->options.verify_replies || !attempt->is_signed ||
		!tc__reply_is_success(reply))
		return TC_OK;
	return tc__hawk_verify_reply(tc__performance_client(performance)->signer.hawk,
		tc__credentials_key(attempt->credentials), &attempt->artifacts,
		tc__reply_header(reply, "server-authorization"),
		tc__reply_header(reply, "content-type"), is_bodiless(performance) ? NULL : body,
		length, failure);
}

static int64_t asked_pause(const struct tc__performance *performance)
{
	const char *value = tc__reply_header(&performance->reply, "retry-after");
	int64_t server_ms;

	if (!value)
		return -1;
	if (!tc__http_date(tc__reply_header(&performance->reply, "date"), &server_ms))
		server_ms = tc__client_server_ms(tc__performance_client(performance));
	return tc__retry_after(value, server_ms);
}

/* A success of a remote procedure call must be one to this request. */
static int check_rpc(const struct tc__performance *performance, tc_error *failure)
{
	const struct tc_rpc *rpc = tc__rpc_of(tc__performance_operation(performance));

	if (!rpc)
		return TC_OK;
	return tc__rpc_check(rpc, performance->attempt.rpc_id,
		tc_response_json(performance->reply.response, NULL), failure);
}

/* Whether it is an error or a success is in the reply: without memory to read it, it is neither. */
static int read_rpc(const struct tc__performance *performance, tc_error *failure)
{
	tc_error reason = TC_ERROR_INIT;

	if (!tc__rpc_of(tc__performance_operation(performance)) ||
		tc_response_json(performance->reply.response, &reason))
		return TC_OK;
	if (reason.code == TC_ERROR_NOMEM)
		return tc__fail_with(failure, &reason);
	tc_error_clear(&reason);
	return TC_OK;
}

/* What the caller may hope for. What was not to be tried again by this call, as for its deadline,
 * may be by another. */
static void tell_outlook(const struct tc__performance *performance, int rc, tc_error *failure)
{
	bool final = failure->code == TC_ERROR_NETWORK && performance->delivery.permanent;

	if (failure->code == TC_ERROR_HTTP)
		final = tc__is_final_status(
			tc__performance_operation(performance), failure->http_status);
	tc__error_outlook(failure, final, rc == TC_OK ? asked_pause(performance) : -1);
}

/* Whether what would be a refusal is as good as any reply. */
static bool takes_all(const struct tc__performance *performance)
{
	return performance->call->anywhere && performance->call->anywhere->any_status;
}

/* The performance is over: its failure, if it is one, is told in full. */
static void conclude(struct tc__performance *performance, int rc, tc_error *failure)
{
	const struct tc_operation *operation = tc__performance_operation(performance);

	if (rc == TC_OK)
		rc = read_rpc(performance, failure);
	if (rc == TC_OK && (takes_all(performance) || !tc__reply_is_refused(&performance->reply))) {
		rc = check_rpc(performance, failure);
		if (rc == TC_OK)
			return;
	}
	if (rc == TC_OK) {
		tc__reply_refusal(&performance->reply, failure);
		tc__performance_tell_clock(performance, failure);
		tell_withheld(performance, failure);
		tc__transfer_tell(performance, failure);
	} else {
		tc_error_prefix(failure, "%s.%s", operation->service->name, operation->name);
		tc__response_attach(performance->reply.response, failure);
	}
	tell_outlook(performance, rc, failure);
	tc__call_log_failure(performance->call, failure);
}

static bool is_spent(const struct tc__performance *performance)
{
	return (performance->sink && performance->sink->spent) ||
		tc__transfer_is_spent(performance);
}

/* A login may be repeated, whatever the call is. */
static struct tc__next next_step(struct tc__performance *performance, bool login,
	const struct tc__outcome *outcome, double fraction)
{
	struct tc__retry *retry = &performance->retry;
	enum tc_retry_class own = retry->retry_class;
	struct tc__outcome seen = *outcome;

	seen.permanent |= is_spent(performance);
	retry->retry_class = login ? TC_RETRY_ALWAYS : own;
	struct tc__next next = tc__retry_next(retry, &seen, fraction);
	retry->retry_class = own;
	return next;
}

/* What has lived, and broke off: *next is another attempt, as if none had been before, when the
 * sink wants that. */
static void begin_anew(struct tc__performance *performance, const struct tc__outcome *outcome,
	double fraction, struct tc__next *next, const tc_error *failure)
{
	struct tc__sink *sink = performance->sink;
	struct tc__retry *retry = &performance->retry;
	const struct tc__log *log = &tc__performance_client(performance)->log;
	int64_t until_ms = retry->until_ms;
	struct tc__buffer text;

	if (!sink || !sink->again || retry->retry_class != TC_RETRY_ALWAYS)
		return;
	struct tc__next anew = sink->again(sink, outcome, fraction);
	if (anew.step == TC__STEP_END)
		return;
	*next = anew;
	tc__retry_begin(retry, retry->policy, retry->retry_class, outcome->steady_ms);
	retry->until_ms = until_ms;
	performance->logged_in = false; /* a session may have ended since */
	if (!tc__log_wants(log, TC_LOG_WARN))
		return;
	const char *url = tc__performance_show(performance, &text);
	tc__log(log, TC_LOG_WARN, "%s %s: it broke off (%s); it begins again in %lld ms",
		tc__performance_method(performance), url,
		outcome->code == TC_OK ? "refused for now" : tc_error_text(failure),
		(long long)next->delay_ms);
	tc__buffer_clear(&text);
}

/* What is sent next without being a repetition. */
static enum tc_repeat_reason turns_to(struct tc__performance *performance, tc_error *failure)
{
	if (tc__session_turns(performance, failure))
		return TC_REASON_SESSION;
	return tc__transfer_turns(performance, failure) ? TC_REASON_REDIRECT : TC_REASON_NONE;
}

static void tell_late(const struct tc__outcome *outcome, tc_error *failure)
{
	if (outcome->retry_after_ms > 0)
		tc_error_prefix(failure,
			"the server asks for a pause of %lld ms, and its deadline leaves no time "
			"for another attempt",
			(long long)outcome->retry_after_ms);
	else
		tc_error_prefix(failure, "its deadline leaves no time for another attempt");
}

static enum tc_repeat_reason reason_of(
	const struct tc__outcome *outcome, const struct tc__next *next)
{
	if (next->step == TC__STEP_END)
		return TC_REASON_NONE;
	if (next->step == TC__STEP_RESIGN)
		return outcome->stale ? TC_REASON_CLOCK : TC_REASON_CREDENTIALS;
	if (outcome->code == TC_OK)
		return TC_REASON_STATUS;
	return outcome->code == TC_ERROR_TIMEOUT ? TC_REASON_TIMEOUT : TC_REASON_NETWORK;
}

/* The pause before another attempt that servers ask for; the reply to another call may have. */
static int64_t pause_before(const struct tc__performance *performance, int status, int64_t now_ms)
{
	int64_t asked_ms = status >= 400 ? asked_pause(performance) : -1;

	if (status == 429 || status == 503)
		tc__call_pause(performance->call, asked_ms, now_ms);
	int64_t left_ms = tc__call_pause_left(performance->call, now_ms);
	return left_ms > asked_ms ? left_ms : asked_ms;
}

/* What becomes of an attempt that ended with `rc`. */
static struct tc__outcome outcome_of(
	const struct tc__performance *performance, int rc, int64_t now_ms)
{
	int status = rc == TC_OK ? tc__reply_status(&performance->reply) : 0;
	struct tc__outcome outcome = {
		.code = rc,
		.status = status,
		.maybe_sent = performance->delivery.maybe_sent,
		.permanent = performance->delivery.permanent ||
			tc__is_final_status(tc__performance_operation(performance), status),
		.stale = rc == TC_OK && tc__performance_correct_clock(performance),
		.retry_after_ms = pause_before(performance, status, now_ms),
		.steady_ms = now_ms,
	};

	outcome.renewed = rc == TC_OK && !outcome.stale && renew_refused(performance);
	return outcome;
}

static int finish(struct tc__performance *performance, int rc, tc_error *failure)
{
	if (rc == TC_OK && performance->reply.err.code == TC_OK)
		rc = verify(performance, failure);
	return rc == TC_OK ? tc__reply_finish(&performance->reply, failure) : rc;
}

struct tc__next tc__performance_judge(
	struct tc__performance *performance, int rc, int64_t now_ms, tc_error *failure)
{
	bool login = performance->logging_in;
	enum tc_repeat_reason turn = TC_REASON_NONE;
	double fraction = 0;

	rc = finish(performance, rc, failure);
	tc__performance_log_attempt(performance, rc, now_ms, failure);
	if (rc == TC_OK)
		turn = turns_to(performance, failure);
	if (turn != TC_REASON_NONE) {
		tc__performance_tell(performance, TC_OK, turn, 0, now_ms);
		return (struct tc__next){ .step = TC__STEP_RESIGN };
	}
	rc = rc == TC_OK ? failure->code : rc;
	struct tc__outcome outcome = outcome_of(performance, rc, now_ms);
	if (tc__retry_is_possible(&outcome)) /* drawing costs more than the rest of this */
		fraction = tc__random_fraction(tc__performance_client(performance)->options.seams);
	struct tc__next next = next_step(performance, login, &outcome, fraction);
	tc__performance_log_retry(performance, &outcome, &next, failure);
	if (next.step == TC__STEP_END)
		begin_anew(performance, &outcome, fraction, &next, failure);
	if (next.step == TC__STEP_END)
		conclude(performance, rc, failure);
	if (next.late)
		tell_late(&outcome, failure);
	bool refused = rc == TC_OK && next.step != TC__STEP_END;
	tc__performance_tell(performance, refused ? TC_ERROR_HTTP : failure->code,
		reason_of(&outcome, &next), next.delay_ms, now_ms);
	if (next.step == TC__STEP_END)
		return next;
	tc__transfer_restart(performance);
	tc_error_clear(failure);
	return next;
}
