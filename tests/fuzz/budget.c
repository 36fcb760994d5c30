/* SPDX-License-Identifier: MPL-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "tests/fuzz/budget.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BASE_NS 250000000.0
#define NS_A_BYTE 5000

__attribute__((weak)) const unsigned fuzz_budget_ns = NS_A_BYTE;

int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const double budget = BASE_NS + (double)fuzz_budget_ns * (double)size;
	double taken = 0;

	/* what is over it gets a second chance, as the machine may have been at something else */
	for (int i = 0; i < 2; i++) {
		double begun = cpu_ns();
		int result = __real_LLVMFuzzerTestOneInput(data, size);
		taken = cpu_ns() - begun;
		if (taken <= budget)
			return result;
	}
	fprintf(stderr, "%zu bytes took %.0f ms of CPU; expected at most %.0f\n", size, taken / 1e6,
		budget / 1e6);
	abort();
}
