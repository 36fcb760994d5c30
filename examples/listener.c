/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A listener: it hears of one task, of a whole group, or of all tasks with a route, prints a line
 * for each event, and ends when the task or the group is resolved.
 *
 *	example-listener task TASK_ID | group TASK_GROUP_ID | route ROUTE
 *
 * It needs an account with the broker. Without one it prints what it would bind its queue to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/queue.h>

#define BINDINGS_MAX 4

static const char usage[] = "usage: example-listener task ID | group ID | route ROUTE";
static const char how_to_listen[] =
	"To listen set PULSE_HOSTNAME, PULSE_USERNAME and PULSE_PASSWORD. For your own broker\n"
	"install rabbitmq-server, run examples/broker.sh, and start the sandbox with --pulse.\n";

/* Each of these fills bindings, and returns how many; 0 when that failed. Values go by name; what
 * is not named is a wildcard. */
static size_t bind_task(const char *id, struct tc_binding *bindings, tc_error *err)
{
	struct tc_queue_events_task_running_key running = { .task_id = id };
	struct tc_queue_events_task_completed_key completed = { .task_id = id };
	struct tc_queue_events_task_failed_key failed = { .task_id = id };
	struct tc_queue_events_task_exception_key exception = { .task_id = id };

	if (tc_queue_events_task_running(&running, &bindings[0], err) ||
		tc_queue_events_task_completed(&completed, &bindings[1], err) ||
		tc_queue_events_task_failed(&failed, &bindings[2], err) ||
		tc_queue_events_task_exception(&exception, &bindings[3], err))
		return 0;
	return 4;
}

static size_t bind_group(const char *id, struct tc_binding *bindings, tc_error *err)
{
	struct tc_queue_events_task_completed_key completed = { .task_group_id = id };
	struct tc_queue_events_task_group_resolved_key resolved = { .task_group_id = id };

	if (tc_queue_events_task_completed(&completed, &bindings[0], err) ||
		tc_queue_events_task_group_resolved(&resolved, &bindings[1], err))
		return 0;
	return 2;
}

/* Routes come as further keys of the same messages, with "route." in front: a ready-made pattern
 * stands instead of the values. It may have wildcards of its own: "index.project.#". */
static size_t bind_route(const char *route, struct tc_binding *bindings, tc_error *err)
{
	char pattern[1000]; /* what is longer than AMQP allows is refused, and not cut off */
	struct tc_queue_events_task_completed_key key = { .routing_key_pattern = pattern };

	snprintf(pattern, sizeof pattern, "route.%s", route);
	return tc_queue_events_task_completed(&key, bindings, err) ? 0 : 1;
}

static size_t bind_to(
	const char *what, const char *value, struct tc_binding *bindings, tc_error *err)
{
	if (strcmp(what, "task") == 0)
		return bind_task(value, bindings, err);
	if (strcmp(what, "group") == 0)
		return bind_group(value, bindings, err);
	if (strcmp(what, "route") == 0)
		return bind_route(value, bindings, err);
	tc_error_set(
		err, TC_ERROR_ARGUMENT, "usage: example-listener task ID | group ID | route ROUTE");
	return 0;
}

/* What was before is not heard of: a program that must know asks the queue when it is connected. */
static void changed(void *data, enum tc_pulse_change change, const tc_error *err)
{
	if (change == TC_PULSE_LOST)
		fprintf(stderr, "no connection; it is tried again: %s\n", tc_error_text(err));
	else
		printf("listening to the %s\n", (const char *)data);
}

/* Prints it; whether no more will come of what is listened to. */
static bool tell(const struct tc_pulse_message *message, const char *what)
{
	const char *event = message->known->name, *id = tc_pulse_message_word(message, "taskId");
	const char *state = tc_json_text(tc_json_at(message->json, "/status/state"));

	if (!id) /* of all that is bound here the routing key has one of both */
		id = tc_pulse_message_word(message, "taskGroupId");
	printf("%s %s\n", event, id ? id : message->routing_key);
	if (strcmp(what, "task") == 0) /* not when another run follows */
		return state && strcmp(state, "running") != 0 && strcmp(state, "pending") != 0;
	return strcmp(what, "group") == 0 && strcmp(event, "taskGroupResolved") == 0;
}

static int listen_to(char *what, const struct tc_binding *bindings, size_t count, tc_error *err)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_message *message = NULL;
	bool last = false;

	options.bindings = bindings;
	options.binding_count = count;
	options.bodies = TC_PULSE_JSON; /* by default each exchange has its struct */
	options.changed = changed;
	options.data = what;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, err);
	while (listener && !last && tc_pulse_listener_next(listener, -1, &message, err) == TC_OK) {
		last = tell(message, what);
		tc_pulse_ack(message, NULL); /* where it cannot arrive the message comes again */
	}
	tc_pulse_listener_free(listener);
	return last ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct tc_binding bindings[BINDINGS_MAX];
	tc_error err = TC_ERROR_INIT;
	size_t count =
		argc == 3 ? bind_to(argv[1], argv[2], bindings, &err) : bind_to("", "", NULL, &err);
	int status = count ? 0 : 2;

	setvbuf(stdout, NULL, _IOLBF, 0); /* who reads this sees each line at once */
	for (size_t i = 0; i < count; i++)
		printf("%s  %s\n", bindings[i].exchange, bindings[i].routing_key);
	if (count && getenv("PULSE_HOSTNAME"))
		status = listen_to(argv[1], bindings, count, &err);
	else if (count)
		fputs(how_to_listen, stderr);
	if (status)
		fprintf(stderr, "%s\n", argc == 3 ? tc_error_text(&err) : usage);
	tc_error_clear(&err);
	return status;
}
