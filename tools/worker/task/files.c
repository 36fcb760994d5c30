/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/artifacts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX ((size_t)100000) /* in one folder artifact */

/* Says why there is none. False: it is not the artifact's fault. */
static bool set_fault(
	struct artifact *artifact, enum task_files_problem problem, const tc_error *err)
{
	const char *kind = artifact->wanted->directory ? "directory" : "file";
	const char *folder = artifact->path[0] == '/' ? "" : artifact->run->folder_path;

	artifact->reason = task_files_reason(problem);
	if (!artifact->reason)
		return false;
	if (asprintf(&artifact->message, "Could not read %s '%s%s%s'%s%s", kind, folder,
		    *folder ? "/" : "", artifact->path, problem == FILES_MISSING ? "" : ": ",
		    problem == FILES_MISSING ? "" : tc_error_text(err)) < 0)
		artifact->message = NULL;
	return true;
}

int artifacts_open(struct artifact *artifact, tc_error *err)
{
	enum task_files_problem problem =
		task_files_open(artifact->run->files, artifact->path, &artifact->fd, err);

	if (problem == FILES_FINE || set_fault(artifact, problem, err))
		return TC_OK;
	return err->code;
}

/* ---- which there are ---- */

static struct artifact *add(
	struct run *run, const struct payload_artifact *wanted, const char *name, const char *path)
{
	struct run_artifacts *all = run->artifacts;
	struct artifact *artifact = calloc(1, sizeof *artifact);

	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 8;
		struct artifact **items = realloc(all->items, room * sizeof(struct artifact *));
		if (!items) {
			free(artifact);
			return NULL;
		}
		all->items = items;
		all->room = room;
	}
	if (!artifact)
		return NULL;
	artifact->run = run;
	artifact->wanted = wanted;
	artifact->fd = -1;
	artifact->name = strdup(name);
	artifact->path = strdup(path);
	all->items[all->count++] = artifact; /* which is freed with all */
	return artifact->name && artifact->path ? artifact : NULL;
}

struct folder {
	struct run *run;
	const struct payload_artifact *wanted;
	bool failed;
};

static bool add_file(void *data, const char *name)
{
	struct folder *folder = data;
	const struct payload_artifact *wanted = folder->wanted;
	char *inner_name = NULL;
	char *inner_path = NULL;

	if (asprintf(&inner_name, "%s/%s", wanted->name, name) < 0)
		inner_name = NULL;
	if (asprintf(&inner_path, "%s/%s", wanted->path, name) < 0)
		inner_path = NULL;
	folder->failed =
		!inner_name || !inner_path || !add(folder->run, wanted, inner_name, inner_path);
	free(inner_name);
	free(inner_path);
	return !folder->failed;
}

static bool collect(struct run *run, const struct payload_artifact *wanted)
{
	struct folder folder = { run, wanted, false };
	tc_error err = TC_ERROR_INIT;

	if (!wanted->directory)
		return add(run, wanted, wanted->name, wanted->path) != NULL;
	enum task_files_problem problem =
		task_files_list(run->files, wanted->path, FILES_MAX, add_file, &folder, &err);
	if (problem != FILES_FINE) {
		struct artifact *artifact = add(run, wanted, wanted->name, wanted->path);
		folder.failed = !artifact;
		if (artifact && !set_fault(artifact, problem, &err))
			run_settle(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(&err));
	}
	tc_error_clear(&err);
	return !folder.failed;
}

/* The worker's own artifacts are nobody else's. */
static bool is_reserved(const struct run *run, const char *name)
{
	const struct payload *payload = &run->payload;

	return strcmp(name, payload->backing_name) == 0 || strcmp(name, payload->live_name) == 0 ||
		strcmp(name, TC_TRUST_LOG) == 0 || strcmp(name, TC_TRUST_CERTIFICATE) == 0 ||
		strcmp(name, TC_TRUST_SIGNATURE) == 0;
}

static void drop_reserved(struct run *run)
{
	struct run_artifacts *all = run->artifacts;
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct artifact *artifact = all->items[i];
		if (!is_reserved(run, artifact->name)) {
			all->items[kept++] = artifact;
			continue;
		}
		task_log_line(run->log, LOG_WARN,
			"Artifact %s is not uploaded: its name is the worker's own",
			artifact->name);
		free(artifact->name);
		free(artifact->path);
		free(artifact);
	}
	all->count = kept;
}

bool artifacts_collect(struct run *run)
{
	for (size_t i = 0; i < run->payload.artifacts_count; i++) {
		if (!collect(run, &run->payload.artifacts[i]))
			return false;
	}
	drop_reserved(run);
	return true;
}
