/* SPDX-License-Identifier: MPL-2.0 */

/* In place of pulse.c and publisher.c in a build without the component: there is no librabbitmq. */

#include "tools/sandbox/pulse/pulse.h"

#include "runtime/src/base/error.h"

#define NEVER INT64_MAX

int pulse_start(struct sandbox *sandbox, tc_error *err)
{
	if (!sandbox->options.pulse)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"--pulse: this sandbox was built without librabbitmq (-DTC_PULSE=OFF), and can "
		"publish nothing");
}

void pulse_stop(struct sandbox *sandbox)
{
	(void)sandbox;
}

/* Not reached: what is told of is looked for only where sandbox->pulse is set. */
void pulse_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, const char *body)
{
	(void)sandbox, (void)exchange, (void)routing_key, (void)cc, (void)body;
}

int64_t pulse_run(struct sandbox *sandbox, int64_t now_ms)
{
	(void)sandbox, (void)now_ms;
	return NEVER;
}
