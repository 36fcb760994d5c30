/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/gate.h"

static double interval_ms(const struct tc__rate *rate)
{
	return 1000 / rate->per_s;
}

/* When the next turn is, not before `from_ms`. */
static double next_turn(const struct tc__gate *gate, const struct tc__rate *rate, int64_t from_ms)
{
	double at_ms = (double)from_ms;

	if (rate->per_s > 0) {
		double earliest = gate->due_ms - (rate->burst - 1) * interval_ms(rate);
		at_ms = earliest > at_ms ? earliest : at_ms;
	}
	return at_ms;
}

static void take_turn(struct tc__gate *gate, const struct tc__rate *rate, double at_ms)
{
	if (rate->per_s > 0)
		gate->due_ms = (gate->due_ms > at_ms ? gate->due_ms : at_ms) + interval_ms(rate);
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

int64_t tc__gate_wait_ms(struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn,
	int64_t until_ms, int64_t now_ms)
{
	int64_t pause_ms = tc__gate_pause_left(gate, now_ms);
	bool holds = turn->given && (!pause_ms || turn->at_ms >= now_ms + pause_ms);

	if (!holds) {
		double at_ms = next_turn(gate, rate, now_ms + pause_ms);
		turn->at_ms = whole_ms(at_ms);
		turn->given = turn->at_ms < until_ms;
		if (turn->given)
			take_turn(gate, rate, at_ms);
	}
	return turn->at_ms > now_ms ? turn->at_ms - now_ms : 0;
}

void tc__gate_give_back(
	struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn, int64_t now_ms)
{
	if (turn->given && turn->at_ms > now_ms && rate->per_s > 0)
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
