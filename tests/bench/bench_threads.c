/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Two threads, each with a client and a loop of its own: what a call costs beside one thread's, in
 * CPU time and system calls. And, where TC_PEER_RUST names the program (peers/rust), calls a second
 * beside the Rust client's, which uses as many threads as there are cores: with as many in flight
 * in all, in turn, at the same server.
 */
#include "tests/bench/measure.h"
#include "tests/bench/status.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define THREADS 2
#define IN_FLIGHT 64
#define SLICE 4096
#define ALONE 30000 /* calls of a process */
#define ROUNDS 9
#define CPU_LIMIT 1.05
#define CALLS_LIMIT 1.05
#define RATE_LIMIT 1.2 /* calls a second over the Rust client's, at least */

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

/* ---- threads that work slice by slice ---- */

struct team {
	const char *root_url;
	size_t size, in_flight; /* threads, and calls of each in flight */
	size_t count;           /* calls of each in a slice; 0: the end */
	pthread_barrier_t begin, end;
	pthread_t threads[THREADS];
};

/* Each makes its own loop, as programs do. */
static void *work(void *data)
{
	struct team *team = data;
	struct status_loop loop = status_loop_open(team->root_url, team->in_flight);

	for (;;) {
		pthread_barrier_wait(&team->begin);
		if (!team->count)
			break;
		status_loop_run(&loop, team->in_flight, team->count);
		pthread_barrier_wait(&team->end);
	}
	status_loop_close(&loop);
	return NULL;
}

/* A slice has `calls` in all. */
static void begin_team(struct team *team, size_t calls)
{
	team->count = calls / team->size;
	pthread_barrier_init(&team->begin, NULL, (unsigned)team->size + 1);
	pthread_barrier_init(&team->end, NULL, (unsigned)team->size + 1);
	for (size_t i = 0; i < team->size; i++)
		if (pthread_create(&team->threads[i], NULL, work, team) != 0)
			abort();
}

static void run(struct team *team)
{
	pthread_barrier_wait(&team->begin);
	pthread_barrier_wait(&team->end);
}

static void end_team(struct team *team)
{
	team->count = 0;
	pthread_barrier_wait(&team->begin);
	for (size_t i = 0; i < team->size; i++)
		pthread_join(team->threads[i], NULL);
	pthread_barrier_destroy(&team->begin);
	pthread_barrier_destroy(&team->end);
}

/* ---- two threads beside one ---- */

/* THREADS ROOT_URL CALLS: in a process of its own. */
static int run_alone(char **arguments)
{
	struct team team = { .root_url = arguments[1],
		.size = strtoul(arguments[0], NULL, 10),
		.in_flight = IN_FLIGHT };

	begin_team(&team, strtoul(arguments[2], NULL, 10));
	run(&team);
	end_team(&team);
	return 0;
}

static bool measure_counted_calls(const char *program, const char *root_url)
{
	char two[256], one[256];

	snprintf(two, sizeof two, "%d %s", THREADS, root_url);
	snprintf(one, sizeof one, "1 %s", root_url);
	return measure_calls("threads.2 over 1", program, two, one, SLICE, CALLS_LIMIT);
}

/* The CPU time that children had which have ended. */
static double children_ns(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return 1e9 * (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		1e3 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* CPU time a call of so many processes at a time, of so many threads each. */
static double alone_ns(const char *program, const char *root_url, size_t processes, size_t threads)
{
	char one[512], command[1200];
	double before = children_ns();

	snprintf(one, sizeof one, "'%s' %zu %s %zu", program, threads, root_url, threads * ALONE);
	snprintf(command, sizeof command, "%s%s%s", one, processes > 1 ? "& " : "",
		processes > 1 ? one : "");
	if (processes > 1)
		strcat(command, "; wait");
	if (system(command) != 0)
		abort();
	return (children_ns() - before) / (double)(processes * threads * ALONE);
}

/*
 * The limit is on what threads share with each other, and processes do not. That two of either cost
 * more than one is the machine's: they and the server have two cores.
 */
static bool measure_cpu(const char *program, const char *root_url)
{
	double threads[ROUNDS], processes[ROUNDS], one[ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++) {
		threads[i] = alone_ns(program, root_url, 1, THREADS);
		processes[i] = alone_ns(program, root_url, THREADS, 1);
		one[i] = alone_ns(program, root_url, 1, 1);
	}
	double shared = median(threads);
	measure_ratio("threads.2 over 1", shared, median(one), "ns of CPU a call", 0);
	return measure_ratio("threads.2 over 2 processes", shared, median(processes),
		"ns of CPU a call", CPU_LIMIT);
}

/* ---- beside the Rust client ---- */

#define RATE_CALLS 30000

/* One of the server's processes: the CPU time it had. */
static double busy_ns(const struct tc_responder *server, size_t process)
{
	clockid_t clock;
	struct timespec used;

	if (clock_getcpuclockid(tc_responder_processes(server)[process], &clock) != 0 ||
		clock_gettime(clock, &used) != 0)
		abort();
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

/* Calls a second. */
static double rate_of_ours(struct team *team)
{
	double begun = measure_wall_ns();

	run(team);
	return 1e9 * RATE_CALLS / (measure_wall_ns() - begun);
}

static double rate_of_rust(const char *program, const char *root_url)
{
	char command[4096], line[256] = "";
	double wall_ms = 0;

	snprintf(
		command, sizeof command, "'%s' %s %d %d", program, root_url, RATE_CALLS, IN_FLIGHT);
	FILE *out = popen(command, "re");
	if (out && fgets(line, sizeof line, out))
		sscanf(line, "%*s %lf", &wall_ms);
	if (out)
		pclose(out);
	return wall_ms > 0 ? 1e3 * RATE_CALLS / wall_ms : 0;
}

/* A server none of whose processes had all of a core's time held nobody up. */
static bool check_server(
	const double before[THREADS], const struct tc_responder *server, double wall_ns)
{
	double most = 0, all = 0;

	for (size_t i = 0; i < THREADS; i++) {
		double used = busy_ns(server, i) - before[i];
		most = used > most ? used : most;
		all += used;
	}
	printf("threads: the server took %.1f us of CPU a call, and was busy for %.0f %% of the "
	       "time\n",
		all / (ROUNDS * (RATE_CALLS + 1.1 * RATE_CALLS)) / 1e3, 100 * most / wall_ns);
	return most / wall_ns < 0.9 ||
		measure_invalid("threads.rate", "the server is what is measured");
}

static bool print_rates(double mine, double theirs)
{
	printf("threads: %.0f calls a second by two threads, %.0f by the Rust client: %.2f\n", mine,
		theirs, mine / theirs);
	return measure_ratio("threads.2 over Rust", 1e9 / mine, theirs > 0 ? 1e9 / theirs : 0,
		"ns a call", 1 / RATE_LIMIT);
}

static bool measure_rate(const char *program, const struct tc_responder *server)
{
	const char *root_url = tc_responder_url(server);
	struct team team = { root_url, THREADS, IN_FLIGHT / THREADS, .count = 0 };
	double mine[ROUNDS], theirs[ROUNDS], before[THREADS];

	begin_team(&team, RATE_CALLS);
	run(&team);
	double begun = measure_wall_ns();
	for (size_t i = 0; i < THREADS; i++)
		before[i] = busy_ns(server, i);
	for (size_t i = 0; i < ROUNDS; i++) {
		mine[i] = rate_of_ours(&team);
		theirs[i] = rate_of_rust(program, root_url);
	}
	end_team(&team);
	if (!check_server(before, server, measure_wall_ns() - begun))
		return false;
	return print_rates(median(mine), median(theirs));
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return run_alone(argv + 1);
	struct tc_responder *server = tc_responder_fork_some(status_answer, NULL, THREADS);
	const char *root_url = tc_responder_url(server), *rust = getenv("TC_PEER_RUST");

	bool fine = measure_counted_calls(argv[0], root_url);
	fine &= measure_cpu(argv[0], root_url);
	if (rust)
		fine &= measure_rate(rust, server);
	else
		printf("threads.Rust: absent, as TC_PEER_RUST names no program\n");
	tc_responder_stop(server);
	return !fine;
}
