/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A listener's bindings: the exchanges and routing-key patterns it binds its queue to, so that it
 * hears of one task, of a whole group, or of all tasks with a route. No broker and no network is
 * needed to make them; an AMQP library takes them from here.
 *
 *	example-listener task TASK_ID | group TASK_GROUP_ID | route ROUTE
 */
#include <stdio.h>
#include <string.h>
#include <taskcluster/queue.h>

static int show(int rc, const struct tc_binding *binding)
{
	if (rc == TC_OK)
		printf("%s  %s\n", binding->exchange, binding->routing_key);
	return rc;
}

/* Values go by name; what is not named is a wildcard. */
static int listen_to_task(const char *id, tc_error *err)
{
	struct tc_binding binding;
	int rc = show(
		tc_queue_events_task_running(
			&(struct tc_queue_events_task_running_key){ .task_id = id }, &binding, err),
		&binding);

	if (rc == TC_OK)
		rc = show(tc_queue_events_artifact_created(
				  &(struct tc_queue_events_artifact_created_key){ .task_id = id },
				  &binding, err),
			&binding);
	if (rc == TC_OK)
		rc = show(tc_queue_events_task_completed(
				  &(struct tc_queue_events_task_completed_key){ .task_id = id },
				  &binding, err),
			&binding);
	if (rc == TC_OK)
		rc = show(tc_queue_events_task_failed(
				  &(struct tc_queue_events_task_failed_key){ .task_id = id },
				  &binding, err),
			&binding);
	if (rc == TC_OK)
		rc = show(tc_queue_events_task_exception(
				  &(struct tc_queue_events_task_exception_key){ .task_id = id },
				  &binding, err),
			&binding);
	return rc;
}

static int listen_to_group(const char *id, tc_error *err)
{
	struct tc_binding binding;
	int rc = show(tc_queue_events_task_completed(
			      &(struct tc_queue_events_task_completed_key){ .task_group_id = id },
			      &binding, err),
		&binding);

	if (rc == TC_OK)
		rc = show(tc_queue_events_task_group_resolved(
				  &(struct tc_queue_events_task_group_resolved_key){
					  .task_group_id = id },
				  &binding, err),
			&binding);
	return rc;
}

/* Routes come as further keys of the same messages, with "route." in front: a ready-made pattern
 * stands instead of the values. It may have wildcards of its own: "index.project.#". */
static int listen_to_route(const char *route, tc_error *err)
{
	struct tc_binding binding;
	char pattern[sizeof binding.routing_key];

	snprintf(pattern, sizeof pattern, "route.%s", route);
	return show(tc_queue_events_task_completed(
			    &(struct tc_queue_events_task_completed_key){
				    .routing_key_pattern = pattern },
			    &binding, err),
		&binding);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		int (*listen)(const char *, tc_error *);
	} kinds[] = { { "task", listen_to_task }, { "group", listen_to_group },
		{ "route", listen_to_route } };
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(argv[1], kinds[i].what) != 0)
			continue;
		int rc = kinds[i].listen(argv[2], &err);
		if (rc != TC_OK)
			fprintf(stderr, "%s\n", tc_error_text(&err));
		tc_error_clear(&err);
		return rc == TC_OK ? 0 : 1;
	}
	fputs("usage: example-listener task TASK_ID | group TASK_GROUP_ID | route ROUTE\n", stderr);
	return 2;
}
