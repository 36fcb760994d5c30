/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/common/clock.h"

#include "runtime/src/base/random.h"

struct timespec tc__clock_now(const struct tc_seams *seams)
{
	struct timespec now;

	if (seams && seams->clock)
		return seams->clock(seams->data);
	clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
	return now;
}

static int64_t milliseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t tc__clock_now_ms(const struct tc_seams *seams)
{
	return milliseconds(tc__clock_now(seams));
}

int64_t tc__steady_ms(const struct tc_seams *seams)
{
	struct timespec now;

	if (seams && seams->steady)
		return seams->steady(seams->data);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return milliseconds(now);
}

bool tc__time_is_seamed(const struct tc_seams *seams)
{
	return seams && (seams->steady || seams->sleep);
}

void tc__sleep(const struct tc_seams *seams, int64_t ms)
{
	if (seams && seams->sleep) {
		seams->sleep(seams->data, ms);
		return;
	}
	if (tc__time_is_seamed(seams) && ms > TC__SLICE_MS)
		ms = TC__SLICE_MS;
	struct timespec left = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};
	nanosleep(&left, NULL); /* a signal may end it: whoever waits looks at the time again */
}

void tc__random(const struct tc_seams *seams, void *bytes, size_t length)
{
	if (seams && seams->random) {
		seams->random(seams->data, bytes, length);
		return;
	}
	tc__random_bytes(bytes, length);
}

double tc__random_fraction(const struct tc_seams *seams)
{
	uint64_t bits;

	tc__random(seams, &bits, sizeof bits);
	return (double)(bits >> 11) * 0x1p-53; /* as many bits as a double holds exactly */
}
