/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Creates a small group of tasks that wait for each other, or shows how far a group is.
 *
 *	example-tasks create TASK_QUEUE_ID      prints the id of the group
 *	example-tasks show TASK_GROUP_ID        a line for each task, in the order they ended
 *
 * "write" makes a file; "count" and "shout" wait for it, and "publish" for both. Publish has a
 *route that enters it into the index as demo.greeting.latest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>

struct plan {
	const char *name;
	const char *command; /* for sh -c */
	size_t waits_for[2]; /* positions in the list, plus 1 */
	const char *route;
};

static const struct plan plans[] = {
	{ .name = "write", .command = "echo Hello, Taskcluster. >greeting.txt" },
	{ .name = "count",
		.command = "echo Hello, Taskcluster. | wc -c >greeting.txt",
		.waits_for = { 1 } },
	{ .name = "shout",
		.command = "echo Hello, Taskcluster. | tr a-z A-Z >greeting.txt",
		.waits_for = { 1 } },
	{ .name = "publish",
		.command = "echo A greeting from task $TASK_ID. | tee greeting.txt",
		.waits_for = { 2, 3 },
		.route = "index.demo.greeting.latest" },
};
#define PLANS (sizeof plans / sizeof *plans)

/* A payload is free-form JSON, for the worker to read. */
static int make_payload(const char *command, const tc_json **payload, tc_error *err)
{
	tc_json_builder *b = tc_json_builder_new();

	tc_json_add_object(b);
	tc_json_add_name(b, "command");
	tc_json_add_array(b);
	tc_json_add_string(b, "sh");
	tc_json_add_string(b, "-c");
	tc_json_add_string(b, command);
	tc_json_end(b);
	tc_json_add_name(b, "maxRunTime");
	tc_json_add_int64(b, 60);
	tc_json_add_name(b, "artifacts");
	tc_json_add_array(b);
	tc_json_add_object(b);
	tc_json_add_name(b, "name");
	tc_json_add_string(b, "public/greeting.txt");
	tc_json_add_name(b, "path");
	tc_json_add_string(b, "greeting.txt");
	tc_json_add_name(b, "contentType");
	tc_json_add_string(b, "text/plain");
	tc_json_end(b);
	tc_json_end(b);
	tc_json_end(b);
	return tc_json_build(b, payload, err);
}

/* ids[] has the ids of all tasks; the first is the group's as well. */
static int create_task(tc_client *client, const char *queue, const struct plan *plan,
	char ids[][TC_SLUGID_SIZE], tc_error *err)
{
	char created[TC_DATE_SIZE], deadline[TC_DATE_SIZE];
	const char *dependencies[2];
	const tc_json *payload = NULL;
	struct tc_queue_create_task_request task = {
		.task_queue_id = queue,
		.task_group_id = ids[0],
		.created = created,
		.deadline = deadline,
		.dependencies = dependencies,
		.routes = &plan->route,
		.routes_count = plan->route ? 1 : 0,
		.metadata = { .name = plan->name,
			.description = "One of a small group of tasks",
			.owner = "demo@example.com",
			.source = "https://example.com/tasks.c" },
	};

	for (size_t i = 0; i < 2 && plan->waits_for[i]; i++)
		dependencies[task.dependencies_count++] = ids[plan->waits_for[i] - 1];
	int rc = tc_from_now("", NULL, created, err);
	if (rc == TC_OK)
		rc = tc_from_now("1 hour", NULL, deadline, err);
	if (rc == TC_OK)
		rc = make_payload(plan->command, &payload, err);
	task.payload = payload;
	if (rc == TC_OK)
		rc = tc_queue_create_task(client, ids[plan - plans], &task, NULL, err);
	tc_release(payload);
	return rc;
}

static int create(tc_client *client, const char *queue, tc_error *err)
{
	char ids[PLANS][TC_SLUGID_SIZE];
	int rc = TC_OK;

	for (size_t i = 0; i < PLANS; i++)
		tc_slugid_nice(ids[i]);
	/* what others wait for comes first: a dependency must exist */
	for (size_t i = 0; rc == TC_OK && i < PLANS; i++)
		rc = create_task(client, queue, &plans[i], ids, err);
	if (rc == TC_OK)
		printf("%s\n", ids[0]);
	return rc;
}

static const char *ended(const struct tc_queue_task_status *status)
{
	const char *date = status->runs_count ? status->runs[status->runs_count - 1].resolved : "";

	return date ? date : "";
}

static int by_end(const void *a, const void *b)
{
	const struct tc_queue_task_definition_and_status *const *x = a, *const *y = b;

	return strcmp(ended(&(*x)->status), ended(&(*y)->status));
}

static int show(tc_client *client, const char *group_id, tc_error *err)
{
	struct tc_queue_list_task_group_response *group = NULL;
	const struct tc_queue_task_definition_and_status *tasks[100];
	int rc = tc_queue_list_task_group(client, group_id,
		&(struct tc_queue_list_task_group_query){ .limit = "100" }, &group, err);

	if (rc != TC_OK)
		return rc;
	size_t count = group->tasks_count < 100 ? group->tasks_count : 100;
	for (size_t i = 0; i < count; i++)
		tasks[i] = &group->tasks[i];
	qsort(tasks, count, sizeof *tasks, by_end);
	for (size_t i = 0; i < count; i++)
		printf("%-8s %-12s %s  waited for %zu\n", tasks[i]->task.metadata.name,
			tasks[i]->status.state, ended(&tasks[i]->status),
			tasks[i]->task.dependencies_count);
	tc_release(group);
	return TC_OK;
}

int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	bool creating = argc == 3 && strcmp(argv[1], "create") == 0;

	if (!creating && (argc != 3 || strcmp(argv[1], "show") != 0)) {
		fputs("usage: example-tasks create TASK_QUEUE_ID | show TASK_GROUP_ID\n", stderr);
		return 2;
	}
	tc_client *client = tc_client_new(NULL, &err);
	int rc = client ? TC_OK : err.code;
	if (client)
		rc = creating ? create(client, argv[2], &err) : show(client, argv[2], &err);
	if (rc != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_client_free(client);
	tc_error_clear(&err);
	return rc == TC_OK ? 0 : 1;
}
