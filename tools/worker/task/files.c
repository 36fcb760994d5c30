/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/artifacts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEPTH_MAX 100

static int open_inside(const struct run *run, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, run->folder, path, &how, sizeof how);
}

TC_PRINTF(3, 4)
static void set_fault(struct artifact *artifact, const char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	artifact->reason = reason;
	if (vasprintf(&artifact->message, format, arguments) < 0)
		artifact->message = NULL;
	va_end(arguments);
}

static void set_unopened(struct artifact *artifact, const char *kind)
{
	const char *folder = artifact->run->folder_path;
	int problem = errno;

	if (problem == ENOENT || problem == ENOTDIR)
		set_fault(artifact, "file-missing-on-worker", "Could not read %s '%s/%s'", kind,
			folder, artifact->path);
	else if (problem == EACCES || problem == EPERM)
		set_fault(artifact, "file-not-readable-on-worker", "Could not read %s '%s/%s': %s",
			kind, folder, artifact->path, strerror(problem));
	else
		set_fault(artifact, "invalid-resource-on-worker", "Could not read %s '%s/%s': %s",
			kind, folder, artifact->path,
			problem == EXDEV || problem == ELOOP ? "it leads out of the task's folder"
							     : strerror(problem));
}

void artifacts_open(struct artifact *artifact)
{
	struct stat facts;

	artifact->fd = open_inside(artifact->run, artifact->path, O_RDONLY);
	if (artifact->fd < 0) {
		set_unopened(artifact, "file");
		return;
	}
	if (fstat(artifact->fd, &facts) == 0 && S_ISREG(facts.st_mode))
		return;
	set_fault(artifact, "invalid-resource-on-worker", "'%s/%s' is %s",
		artifact->run->folder_path, artifact->path,
		S_ISDIR(facts.st_mode) ? "a directory, and no file" : "no plain file");
	close(artifact->fd);
	artifact->fd = -1;
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

static bool collect_folder(struct run *run, const struct payload_artifact *wanted, int fd,
	const char *name, const char *path, int depth);

static bool collect_entry(struct run *run, const struct payload_artifact *wanted,
	const struct dirent *entry, const char *name, const char *path, int depth)
{
	char *inner_name = NULL;
	char *inner_path = NULL;
	bool good = false;

	if (asprintf(&inner_name, "%s/%s", name, entry->d_name) < 0)
		inner_name = NULL;
	if (asprintf(&inner_path, "%s/%s", path, entry->d_name) < 0)
		inner_path = NULL;
	if (inner_name && inner_path) {
		int fd = open_inside(run, inner_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		good = fd < 0 ? add(run, wanted, inner_name, inner_path) != NULL
			      : collect_folder(run, wanted, fd, inner_name, inner_path, depth + 1);
	}
	free(inner_name);
	free(inner_path);
	return good;
}

/* Takes the descriptor over. */
static bool collect_folder(struct run *run, const struct payload_artifact *wanted, int fd,
	const char *name, const char *path, int depth)
{
	DIR *folder = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	struct dirent *entry;
	bool good = true;

	if (!folder) {
		close(fd);
		return depth >= DEPTH_MAX;
	}
	while (good && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			good = collect_entry(run, wanted, entry, name, path, depth);
	}
	closedir(folder);
	return good;
}

static bool collect(struct run *run, const struct payload_artifact *wanted)
{
	if (!wanted->directory)
		return add(run, wanted, wanted->name, wanted->path) != NULL;
	int fd = open_inside(run, wanted->path, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		return collect_folder(run, wanted, fd, wanted->name, wanted->path, 0);
	int problem = errno;
	struct artifact *artifact = add(run, wanted, wanted->name, wanted->path);
	errno = problem;
	if (artifact && problem == ENOTDIR)
		set_fault(artifact, "invalid-resource-on-worker", "'%s/%s' is no directory",
			run->folder_path, wanted->path);
	else if (artifact)
		set_unopened(artifact, "directory");
	return artifact != NULL;
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
