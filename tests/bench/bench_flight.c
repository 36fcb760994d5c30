/* SPDX-License-Identifier: MPL-2.0 */
/* Signed calls with typed replies over plain HTTP on one thread, with 64, 256 and 1,024 in flight,
 * beside bare libcurl that sends the same headers. */
#include "tests/bench/flights.h"
#include "tests/bench/status.h"

#include <stdio.h>

struct limits {
	size_t in_flight;
	double memory, instructions, system_calls, cpu;
};

static const struct limits rows[] = {
	{ 64, 1.15, 1.30, 1.02, 1.12 },
	{ 256, 1.15, 1.30, 1.02, 1.20 },
	{ 1024, 1.15, 1.30, 1.02, 1.20 },
};

static bool measure_row(const struct limits *row, const char *program, const char *root_url)
{
	char label[32];
	const struct flights flights = { .label = label,
		.program = program,
		.root_url = root_url,
		.in_flight = row->in_flight };

	snprintf(label, sizeof label, "flight.%zu", row->in_flight);
	bool fine = flights_memory(&flights, row->memory);
	fine &= flights_instructions(&flights, row->instructions);
	fine &= flights_system_calls(&flights, row->system_calls);
	return fine & flights_cpu(&flights, row->cpu);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return flights_main(argc, argv, false);
	struct tc_responder *server = tc_responder_fork(status_answer, NULL);
	bool fine = true;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fine &= measure_row(&rows[i], argv[0], tc_responder_url(server));
	tc_responder_stop(server);
	return !fine;
}
