/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/performance.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/call/client_realm.h"
#include "runtime/src/common/clock.h"
#include <string.h>

/* A 401 whose Date differs from our clock by more than this is taken for a refusal of the clock. */
#define SKEW_MS 60000

/* A clock that a server has proved to be nearer than this needs no correction. */
#define SKEW_PROVED_MS 1000

/* A Date, which nobody signs, is not believed when it is further from the clock here. */
#define DATE_TRUST_MS ((int64_t)24 * 60 * 60 * 1000)

/* The server's time by a challenge that only it and the owner of the key can have made. */
static bool read_challenge(const struct tc__performance *performance, int64_t *server_ms)
{
	const struct tc__hmac_key *key = tc__credentials_key(performance->attempt.credentials);
	const char *name, *value;
	int64_t ts;

	for (size_t i = 0; tc_response_header_at(performance->reply.response, i, &name, &value);
		i++) {
		if (!tc__same_word(name, "www-authenticate"))
			continue;
		if (!tc__hawk_challenge(key, value, &ts))
			continue;
		*server_ms = ts * 1000;
		return true;
	}
	return false;
}

static bool has_clock_rules(const struct tc__performance *performance)
{
	const struct tc_conventions *system = tc__system_of(tc__performance_operation(performance));

	return system && system->clock;
}

/* Whether the system says of this reply that it is about the clock. */
static bool breaks_clock_rule(const struct tc__performance *performance)
{
	const struct tc_operation *operation = tc__performance_operation(performance);
	const struct tc_clock_rule *rule = tc__system_of(operation)->clock;
	const char *challenge = tc__reply_header(&performance->reply, "www-authenticate");
	bool breaks = false;

	if (!performance->attempt.is_signed || !performance->reply.response)
		return false;
	while (rule->status && rule->status != tc__reply_status(&performance->reply))
		rule++;
	if (!rule->status) /* most replies: they are not read for this */
		return false;
	char *message = tc__reply_message(&performance->reply);
	for (; rule->status && !breaks; rule++) {
		if (rule->status != tc__reply_status(&performance->reply))
			continue;
		breaks = (message && tc__pattern_found(rule->pattern, message) == 1) ||
			(challenge && tc__pattern_found(rule->pattern, challenge) == 1);
	}
	tc_release(message);
	return breaks;
}

/* How far the clock here is ahead of the reply's Date; false without one. */
static bool ahead_of_date(const struct tc__performance *performance, int64_t *ahead_ms)
{
	int64_t server_ms;

	if (!tc__http_date(tc__reply_header(&performance->reply, "date"), &server_ms))
		return false;
	*ahead_ms =
		tc__clock_now_ms(tc__performance_client(performance)->options.seams) - server_ms;
	return true;
}

static bool is_believable(int64_t ahead_ms)
{
	return ahead_ms >= -DATE_TRUST_MS && ahead_ms <= DATE_TRUST_MS;
}

/* The refusal stays one of the clock: what a person has to know to put it right. */
static void tell_clock(const struct tc__performance *performance, tc_error *failure)
{
	const struct tc_operation *operation = tc__performance_operation(performance);
	int64_t off_ms;

	if (!has_clock_rules(performance) || !breaks_clock_rule(performance))
		return;
	if (!ahead_of_date(performance, &off_ms)) {
		tc_error_prefix(failure, "the clock here is wrong");
		return;
	}
	int64_t skew_s = tc__system_of(operation)->hawk->skew_s;
	if (off_ms >= -skew_s * 1000 && off_ms <= skew_s * 1000) {
		tc_error_prefix(failure,
			"the server takes the clock for wrong, though its Date agrees with ours");
		return;
	}
	tc_error_prefix(failure, "the clock here is %lld s %s the server's, which allows %lld s",
		(long long)(off_ms < 0 ? -off_ms : off_ms) / 1000,
		off_ms < 0 ? "behind" : "ahead of", (long long)skew_s);
}

/* A refusal that may come from a clock so wrong that it was not corrected. */
static void tell_disbelief(const struct tc__performance *performance, tc_error *failure)
{
	int64_t ahead_ms;

	if (has_clock_rules(performance) || !performance->attempt.is_signed ||
		tc__reply_status(&performance->reply) != 401 ||
		!ahead_of_date(performance, &ahead_ms) || is_believable(ahead_ms))
		return;
	tc_error_prefix(failure,
		"the clock here is %lld s %s the server's Date, too far to be corrected by it: set "
		"the clock",
		(long long)(ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
		ahead_ms < 0 ? "behind" : "ahead of");
}

/* How far the clock here is ahead of the server's, if the reply tells and can be believed. */
static bool read_ahead(const struct tc__performance *performance, bool *proved, int64_t *ahead_ms)
{
	int64_t server_ms;

	*proved = read_challenge(performance, &server_ms);
	if (*proved)
		*ahead_ms = tc__clock_now_ms(tc__performance_client(performance)->options.seams) -
			server_ms;
	return *proved || (ahead_of_date(performance, ahead_ms) && is_believable(*ahead_ms));
}

/* Whether the reply refuses our clock; if so, the offset is corrected. Once for a performance: a
 * server whose clock is itself at odds with its Date must not keep us busy. */
bool tc__performance_correct_clock(const struct tc__performance *performance)
{
	tc_client *client = tc__performance_client(performance);
	struct tc__offset *offset =
		tc__client_offset(client, tc__performance_operation(performance));
	int64_t ahead_ms;
	bool proved;

	if (!performance->attempt.is_signed || performance->retry.resigned)
		return false;
	bool ruled = has_clock_rules(performance);
	if (ruled ? !breaks_clock_rule(performance) : tc__reply_status(&performance->reply) != 401)
		return false;
	if (!read_ahead(performance, &proved, &ahead_ms))
		return false;
	int64_t error_ms = -ahead_ms - offset->ms;
	int64_t tolerance = proved || ruled ? SKEW_PROVED_MS : SKEW_MS;
	if (error_ms >= -tolerance && error_ms <= tolerance)
		return false;
	offset->ms += error_ms;
	if (proved)
		offset->proved_ms = offset->ms;
	struct tc__buffer text;
	const char *url = tc__performance_show(performance, &text);
	tc__log(&client->log, TC_LOG_WARN,
		"%s %s: the clock here is %lld s %s the server's: corrected, signing again",
		performance->attempt.method, url,
		(long long)(error_ms < 0 ? -error_ms : error_ms) / 1000,
		error_ms < 0 ? "ahead of" : "behind");
	tc__buffer_clear(&text);
	return true;
}

void tc__performance_tell_clock(const struct tc__performance *performance, tc_error *failure)
{
	tell_clock(performance, failure);
	tell_disbelief(performance, failure);
}
