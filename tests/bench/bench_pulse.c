/* SPDX-License-Identifier: MPL-2.0 */
/* Listening and publishing at a real broker, beside librabbitmq alone: the instructions of typed
 * messages, each acknowledged, and of such that are published with confirms and the same window.
 * Memory does not grow with the messages (TC_MESSAGES: how many, 200,000). Other people's clients,
 * where they are installed (TC_PYTHON with kombu, NODE_PATH with amqplib), take the same messages.
 */
#include "tests/harness/test.h"

#include "tests/bench/bare_pulse.h"
#include "tests/bench/measure.h"
#include "tests/harness/rabbit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_publisher.h>
#include <taskcluster/queue.h>
#include <unistd.h>

#define SLICE 2000
#define PREFETCH 500
#define WINDOW 1000
#define LISTEN_LIMIT 1.40  /* instructions */
#define PUBLISH_LIMIT 2.20 /* with a tree of the body, and the checks of a key */
#define PEER_MESSAGES 20000
#define GROWTH_KIB 512 /* the allocator's, not the messages' */
#define PATIENCE_MS 30000

#define EXCHANGE "exchange/taskcluster-queue/v1/task-completed"
#define PUBLISHED "exchange/guest/v1/published"
#define TASK_ID "fN1SbArXTPSVFNUvaOlinQ"
#define KEY "primary." TASK_ID ".0.us-west-2.i-0a1b2c3d.proj-linux.build-large.ci." TASK_ID "._"

static const char body[] =
	"{\"version\":1,\"runId\":0,\"workerGroup\":\"us-west-2\",\"workerId\":\"i-0a1b2c3d\","
	"\"status\":{\"taskId\":\"" TASK_ID "\",\"provisionerId\":\"proj-linux\",\"workerType\":"
	"\"build-large\",\"taskQueueId\":\"proj-linux/build-large\",\"schedulerId\":\"ci\","
	"\"projectId\":\"none\",\"taskGroupId\":\"" TASK_ID "\",\"deadline\":"
	"\"2024-05-01T10:00:00.000Z\",\"expires\":\"2025-05-01T10:00:00.000Z\",\"retriesLeft\":5,"
	"\"state\":\"completed\",\"runs\":[{\"runId\":0,\"state\":\"completed\",\"reasonCreated\":"
	"\"scheduled\",\"reasonResolved\":\"completed\",\"workerGroup\":\"us-west-2\","
	"\"workerId\":\"i-0a1b2c3d\",\"takenUntil\":\"2024-04-30T10:20:00.000Z\",\"scheduled\":"
	"\"2024-04-30T10:00:00.000Z\",\"started\":\"2024-04-30T10:00:01.000Z\",\"resolved\":"
	"\"2024-04-30T10:09:17.000Z\"}]}}";

struct sides {
	const struct rabbit *rabbit;
	struct tc_pulse_server server;
	tc_pulse_listener *listener;
	tc_pulse_publisher *publisher;
	struct bare_pulse *bare, *filler;
};

/* ---- this client ---- */

static void stop_when(int rc, const tc_error *err)
{
	if (rc != TC_OK)
		fail_msg("%s", tc_error_text(err));
}

static void note_change(void *data, enum tc_pulse_change change, const tc_error *err)
{
	if (change == TC_PULSE_LOST)
		fail_msg("%s", tc_error_text(err));
	*(bool *)data = change == TC_PULSE_CONNECTED_NEW;
}

/* Connected, and bound to an exchange. */
static tc_pulse_listener *open_listener(const struct sides *sides, const char *exchange)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_binding binding = { .routing_key = "#" };
	struct tc_pulse_message *message = NULL;
	tc_error err = TC_ERROR_INIT;
	bool connected = false;

	snprintf(binding.exchange, sizeof binding.exchange, "%s", exchange);
	options.server = &sides->server;
	options.bindings = &binding;
	options.binding_count = 1;
	options.prefetch = PREFETCH;
	options.changed = note_change;
	options.data = &connected;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
	if (!listener)
		fail_msg("%s", tc_error_text(&err));
	while (!connected)
		stop_when(tc_pulse_listener_next(listener, 20, &message, &err), &err);
	return listener;
}

static void take(tc_pulse_listener *listener, size_t count)
{
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < count; i++) {
		struct tc_pulse_message *message = NULL;
		stop_when(tc_pulse_listener_next(listener, PATIENCE_MS, &message, &err), &err);
		assert_non_null(message);
		const struct tc_queue_task_completed_message *typed = message->typed;
		if (typed)
			assert_string_equal(typed->status.task_id, TASK_ID);
		else
			assert_string_equal(message->exchange, PUBLISHED);
		stop_when(tc_pulse_ack(message, &err), &err);
	}
}

static tc_pulse_publisher *open_publisher(const struct sides *sides)
{
	static const struct tc_exchange table = { .exchange = PUBLISHED };
	static const struct tc_exchange *const tables[] = { &table };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.server = &sides->server;
	options.exchanges = tables;
	options.exchange_count = 1;
	options.pending_max = WINDOW;
	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, &err);
	if (!publisher)
		fail_msg("%s", tc_error_text(&err));
	return publisher;
}

static void publish(tc_pulse_publisher *publisher, size_t count)
{
	struct tc_pulse_publication publication = TC_PULSE_PUBLICATION_INIT;
	tc_error err = TC_ERROR_INIT;

	publication.exchange = PUBLISHED;
	publication.routing_key = KEY;
	publication.body = body;
	publication.length = sizeof body - 1;
	for (size_t i = 0; i < count; i++)
		stop_when(tc_pulse_publish(publisher, &publication, NULL, &err), &err);
	stop_when(tc_pulse_publisher_flush(publisher, PATIENCE_MS, &err), &err);
}

/* ---- the sides ---- */

static struct bare_pulse *open_bare(const struct sides *sides)
{
	return bare_pulse_open(sides->rabbit->port, "guest", RABBIT_PASSWORD);
}

static void listen_ours(void *data)
{
	const struct sides *sides = data;

	take(sides->listener, SLICE);
}

static void listen_bare(void *data)
{
	const struct sides *sides = data;

	bare_pulse_consume(sides->bare, "bare", PREFETCH, SLICE);
}

static void publish_ours(void *data)
{
	const struct sides *sides = data;

	publish(sides->publisher, SLICE);
}

static void publish_bare(void *data)
{
	static const struct bare_message message = { PUBLISHED, KEY, body };
	const struct sides *sides = data;

	bare_pulse_publish(sides->bare, &message, WINDOW, SLICE);
}

static void fill(const struct sides *sides, size_t count)
{
	static const struct bare_message message = { EXCHANGE, KEY, body };

	bare_pulse_publish(sides->filler, &message, WINDOW, count);
}

/* Whether it is this one that is measured: what it stands on is made, and taken down. */
static void open_listening(struct sides *sides)
{
	bare_pulse_exchange(sides->filler, EXCHANGE);
	sides->bare = open_bare(sides);
	bare_pulse_queue(sides->bare, "bare", 0);
	bare_pulse_bind(sides->bare, "bare", EXCHANGE);
	sides->listener = open_listener(sides, EXCHANGE);
}

static void close_listening(struct sides *sides)
{
	tc_pulse_listener_free(sides->listener);
	bare_pulse_free(sides->bare);
}

/* Into a queue that keeps the last few, so that the broker has something to do and none to keep. */
static void open_publishing(struct sides *sides)
{
	sides->bare = open_bare(sides);
	bare_pulse_exchange(sides->bare, PUBLISHED);
	bare_pulse_queue(sides->bare, "published", 10);
	bare_pulse_bind(sides->bare, "published", PUBLISHED);
	sides->publisher = open_publisher(sides);
}

static void close_publishing(struct sides *sides)
{
	tc_pulse_publisher_free(sides->publisher);
	bare_pulse_free(sides->bare);
}

/* ---- measuring ---- */

static void print(const char *label, const struct measure_result *result)
{
	measure_print(label, result, 0);
	printf("%-28s %.0f messages a second, %.0f bare: %.0f %%\n", label, 1e9 / result->ours_ns,
		1e9 / result->bare_ns, 100 / result->wall_ratio);
}

/* Both queues are filled before, so that publishing takes no part. */
static void print_listening(struct sides *sides)
{
	const struct measure_side ours = { "ours", listen_ours, sides };
	const struct measure_side bare = { "bare", listen_bare, sides };

	open_listening(sides);
	fill(sides, (MEASURE_SLICES + 1) * SLICE);
	struct measure_result result = measure_pair(&ours, &bare, SLICE);
	print("pulse.listen", &result);
	close_listening(sides);
}

static void print_publishing(struct sides *sides)
{
	const struct measure_side ours = { "ours", publish_ours, sides };
	const struct measure_side bare = { "bare", publish_bare, sides };

	open_publishing(sides);
	struct measure_result result = measure_pair(&ours, &bare, SLICE);
	print("pulse.publish", &result);
	close_publishing(sides);
}

/* In the process whose instructions are counted. */
static int run_side(struct sides *sides, const char *name)
{
	const struct measure_side all[] = { { "listen_ours", listen_ours, sides },
		{ "listen_bare", listen_bare, sides }, { "publish_ours", publish_ours, sides },
		{ "publish_bare", publish_bare, sides } };
	const bool listens = strncmp(name, "listen", strlen("listen")) == 0;

	if (listens)
		open_listening(sides);
	else
		open_publishing(sides);
	if (listens)
		fill(sides, (size_t)2 * SLICE);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (strcmp(all[i].name, name) != 0)
			continue;
		all[i].run(all[i].data);
		measure_counted(&all[i]);
	}
	if (listens)
		close_listening(sides);
	else
		close_publishing(sides);
	return 0;
}

static bool measure_sides_of(const char *program, const char *work, int port, double limit)
{
	char label[32], ours[64], bare[64];

	snprintf(label, sizeof label, "pulse.%s", work);
	snprintf(ours, sizeof ours, "%s_ours %d", work, port);
	snprintf(bare, sizeof bare, "%s_bare %d", work, port);
	return measure_sides(label, program, ours, bare, SLICE, limit);
}

/* ---- memory ---- */

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Message by message through a queue that is filled again: published and taken by this client. */
static bool measure_memory(struct sides *sides)
{
	const char *wanted = getenv("TC_MESSAGES");
	size_t count = wanted ? strtoul(wanted, NULL, 10) : 200000;
	long early = 0;

	sides->publisher = open_publisher(sides);
	publish(sides->publisher, 1);
	sides->listener = open_listener(sides, PUBLISHED);
	for (size_t i = 0; i < count; i += SLICE) {
		publish(sides->publisher, SLICE);
		take(sides->listener, SLICE);
		if (i + SLICE <= 100000)
			early = resident_kib();
	}
	double ratio_limit = 1 + GROWTH_KIB / (double)early;
	bool ok = measure_ratio("pulse.memory, all : 100,000", (double)resident_kib(),
		(double)early, "KiB", ratio_limit);
	tc_pulse_listener_free(sides->listener);
	tc_pulse_publisher_free(sides->publisher);
	return ok;
}

/* ---- other people's clients ---- */

struct peer {
	const char *name, *variable, *program, *script;
};

/* Of a message; 0: it is absent. */
struct rate {
	double wall_ns, cpu_ns;
};

static void print_rate(const char *name, const char *version, struct rate rate)
{
	char whole[96];

	snprintf(whole, sizeof whole, "pulse.%s %s", name, version);
	printf("%-28s %7.0f messages a second   cpu %7.1f us a message\n", whole,
		1e9 / rate.wall_ns, rate.cpu_ns / 1e3);
	fflush(stdout);
}

static struct rate take_by_peer(const struct sides *sides, const struct peer *peer)
{
	const char *program = getenv(peer->variable);
	char command[1000], line[256] = "", version[64];
	double wall_ms, cpu_ms;
	struct rate rate = { 0 };

	snprintf(command, sizeof command, "%s %s '%s' %s %d %d 2>/dev/null",
		program ? program : peer->program, peer->script, sides->server.url, peer->name,
		PEER_MESSAGES, PREFETCH);
	FILE *out = popen(command, "r");
	if (out && !fgets(line, sizeof line, out))
		line[0] = '\0';
	if (out)
		pclose(out);
	if (sscanf(line, "%63s %lf %lf", version, &wall_ms, &cpu_ms) != 3) {
		printf("pulse.%-22s absent\n", peer->name);
		return rate;
	}
	rate = (struct rate){ wall_ms * 1e6 / PEER_MESSAGES, cpu_ms * 1e6 / PEER_MESSAGES };
	print_rate(peer->name, version, rate);
	return rate;
}

static struct rate take_by_ours(struct sides *sides)
{
	sides->listener = open_listener(sides, EXCHANGE);
	fill(sides, PEER_MESSAGES);
	double wall = measure_wall_ns(), cpu = measure_cpu_ns();
	take(sides->listener, PEER_MESSAGES);
	struct rate rate = { (measure_wall_ns() - wall) / PEER_MESSAGES,
		(measure_cpu_ns() - cpu) / PEER_MESSAGES };
	print_rate("libtaskcluster", "", rate);
	tc_pulse_listener_free(sides->listener);
	return rate;
}

/* Nothing is required of the figures: what a broker gives out at most is not far above them. */
static void measure_peers(struct sides *sides)
{
	static const struct peer peers[] = {
		{ "kombu", "TC_PYTHON", "python3", "tests/bench/peers/pulse.py" },
		{ "amqplib", "TC_NODE", "node", "tests/bench/peers/pulse.js" },
	};
	struct rate ours = take_by_ours(sides);

	for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
		struct bare_pulse *owner = open_bare(sides);
		bare_pulse_queue(owner, peers[i].name, 0);
		bare_pulse_bind(owner, peers[i].name, EXCHANGE);
		fill(sides, PEER_MESSAGES);
		struct rate theirs = take_by_peer(sides, &peers[i]);
		if (theirs.wall_ns > 0)
			printf("pulse.%-22s ours is %.1f times as fast, by %.1f times less CPU\n",
				peers[i].name, theirs.wall_ns / ours.wall_ns,
				theirs.cpu_ns / ours.cpu_ns);
		bare_pulse_free(owner);
	}
}

static bool measure(const char *program, struct sides *sides)
{
	const int port = sides->rabbit->port;

	print_listening(sides);
	print_publishing(sides);
	bool ok = measure_sides_of(program, "listen", port, LISTEN_LIMIT);
	ok = measure_sides_of(program, "publish", port, PUBLISH_LIMIT) && ok;
	ok = measure_memory(sides) && ok;
	measure_peers(sides);
	return ok;
}

int main(int argc, char **argv)
{
	static struct rabbit rabbit;
	struct sides sides = { .rabbit = &rabbit, .server = TC_PULSE_SERVER_INIT };

	rabbit.port = argc == 3 ? atoi(argv[2]) : 0;
	if (!rabbit.port && !rabbit_prepare(&rabbit, NULL))
		return !measure_invalid("pulse", "no RabbitMQ on this machine");
	if (argc != 3)
		rabbit_start(&rabbit);
	sides.server.url = rabbit_url(&rabbit, "guest", false);
	sides.filler = open_bare(&sides);
	bool ok = argc == 3 ? run_side(&sides, argv[1]) == 0 : measure(argv[0], &sides);
	bare_pulse_free(sides.filler);
	if (argc != 3)
		rabbit_end(&rabbit);
	return !ok;
}
