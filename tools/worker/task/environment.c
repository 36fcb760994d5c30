/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

/* What a task inherits, where it runs as the worker's own user; nothing else. */
static const char *const inherited[] = { "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG",
	"LC_ALL", "TZ" };

struct list {
	char **items;
	size_t count, room;
	bool failed;
};

/* Sets a variable: one of the same name is replaced. */
static void set(struct list *list, const char *name, const char *value)
{
	size_t length = strlen(name);
	char *item = NULL;
	size_t place = 0;

	if (!value || list->failed)
		return;
	while (place < list->count &&
		(strncmp(list->items[place], name, length) != 0 ||
			list->items[place][length] != '='))
		place++;
	if (asprintf(&item, "%s=%s", name, value) < 0 || place >= list->room) {
		list->failed = true;
		free(place >= list->room ? item : NULL);
		return;
	}
	free(list->items[place]);
	list->items[place] = item;
	if (place == list->count)
		list->count++;
}

static void set_base(struct list *list, const struct run *run)
{
	const struct user *user = run->host->user;

	set(list, "PATH", PATH_DEFAULT);
	set(list, "LANG", getenv("LANG"));
	set(list, "TZ", getenv("TZ"));
	if (user) {
		set(list, "HOME", run->folder_path);
		set(list, "USER", user->name);
		set(list, "LOGNAME", user->name);
		return;
	}
	for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++)
		set(list, inherited[i], getenv(inherited[i]));
}

static void set_task(struct list *list, const struct run *run, const char *proxy_url)
{
	const struct options *options = run->host->options;

	set(list, "TASK_ID", tc_task_id(run->task));
	set(list, "RUN_ID", tc_task_run_id(run->task));
	set(list, "TASK_GROUP_ID", run->definition->task_group_id);
	set(list, "TASK_WORKDIR", run->folder_path);
	set(list, "TASKCLUSTER_ROOT_URL", options->root_url);
	set(list, "TASKCLUSTER_INSTANCE_TYPE", options->instance_type);
	set(list, "TASKCLUSTER_WORKER_LOCATION", options->location);
	set(list, "TASKCLUSTER_PROXY_URL", proxy_url);
}

char **environment_make(const struct run *run, const char *proxy_url)
{
	const tc_json *env = run->payload.env;
	struct list list = { .room = tc_json_count(env) + 24 };

	list.items = calloc(list.room + 1, sizeof *list.items);
	if (!list.items)
		return NULL;
	set_base(&list, run);
	for (size_t i = 0; i < tc_json_count(env); i++)
		set(&list, tc_json_text(tc_json_name(env, i)), tc_json_text(tc_json_item(env, i)));
	set_task(&list, run, proxy_url);
	if (!list.failed)
		return list.items;
	environment_free(list.items);
	return NULL;
}

void environment_free(char **environment)
{
	for (size_t i = 0; environment && environment[i]; i++)
		free(environment[i]);
	free(environment);
}
