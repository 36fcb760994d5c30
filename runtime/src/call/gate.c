/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/gate.h"

/* A turn is not late while whoever waits for it only wakes up a little later. */
#define LATE_MS 50

static double interval_ms(const struct tc__rate *rate)
{
	return 1000 / rate->per_s;
}

/* When a bucket that is full again at `due_ms` has the next token, not before `from_ms`. */
static double next_token(double due_ms, const struct tc__rate *rate, double from_ms)
{
	double at_ms = from_ms;

	if (rate->per_s > 0) {
		double earliest = due_ms - (rate->burst - 1) * interval_ms(rate);
		at_ms = earliest > at_ms ? earliest : at_ms;
	}
	return at_ms;
}

static void take_token(double *due_ms, const struct tc__rate *rate, double at_ms)
{
	if (rate->per_s > 0)
		*due_ms = (*due_ms > at_ms ? *due_ms : at_ms) + interval_ms(rate);
}

/* Rounded up; what is beyond all time is its end. */
static int64_t whole_ms(double ms)
{
	if (ms >= 0x1p63)
		return INT64_MAX;
	int64_t whole = (int64_t)ms;

	return (double)whole < ms ? whole + 1 : whole;
}

int64_t tc__gate_pause_left(const struct tc__gate *gate, int64_t now_ms)
{
	int64_t left = gate->paused_until_ms - now_ms;

	return gate->paused_until_ms && left > 0 ? left : 0;
}

static void set_turn(struct tc__turn *turn, double at_ms, int64_t until_ms)
{
	turn->at_ms = at_ms;
	turn->given = whole_ms(at_ms) < until_ms;
}

/* A place in the line. In a pause none has to leave it: all that come too early move to its end. */
static void line_up(struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn,
	int64_t until_ms, int64_t now_ms)
{
	double from_ms = (double)(now_ms + tc__gate_pause_left(gate, now_ms));

	if (!turn->given) {
		*turn = (struct tc__turn){ 0 };
		set_turn(turn, next_token(gate->due_ms, rate, from_ms), until_ms);
		if (turn->given)
			take_token(&gate->due_ms, rate, turn->at_ms);
	} else if (from_ms > (double)now_ms && turn->at_ms < from_ms) {
		set_turn(turn, from_ms, until_ms);
		turn->admitted = false;
	}
}

/* Whose turn has come may be late, as a loop has no place for it, or have the same turn as another:
 * then they go one after the other. */
static void admit(struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn,
	int64_t until_ms, int64_t now_ms)
{
	double earliest = (double)(now_ms - LATE_MS);
	double from_ms = turn->at_ms > earliest ? turn->at_ms : earliest;
	double at_ms = next_token(gate->begun_ms, rate, from_ms);

	set_turn(turn, at_ms, at_ms > (double)now_ms ? until_ms : INT64_MAX);
	turn->admitted = turn->given;
	if (turn->given)
		take_token(&gate->begun_ms, rate, at_ms);
}

static int64_t left_ms(const struct tc__turn *turn, int64_t now_ms)
{
	int64_t at_ms = whole_ms(turn->at_ms);

	return at_ms > now_ms ? at_ms - now_ms : 0;
}

int64_t tc__gate_wait_ms(struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn,
	int64_t until_ms, int64_t now_ms)
{
	line_up(gate, rate, turn, until_ms, now_ms);
	if (turn->given && !turn->admitted && left_ms(turn, now_ms) == 0)
		admit(gate, rate, turn, until_ms, now_ms);
	return left_ms(turn, now_ms);
}

void tc__gate_give_back(
	struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn, int64_t now_ms)
{
	if (turn->given && left_ms(turn, now_ms) && rate->per_s > 0)
		gate->due_ms -= interval_ms(rate);
	turn->given = false;
}

bool tc__gate_pause(struct tc__gate *gate, int64_t until_ms)
{
	if (until_ms <= gate->paused_until_ms)
		return false;
	gate->paused_until_ms = until_ms;
	return true;
}
