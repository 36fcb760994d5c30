/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/output.h"

#include "codegen/src/input/file.h"
#include "codegen/src/input/table.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_LENGTH 4096

/* Folders below the output folder, each behind the one it lies in. */
static const char *const folders[] = { "", "/include", "/include/taskcluster", "/src" };

enum state { SAME, DIFFERENT, MISSING };

static int fail(tc_error *err, const char *path, const char *what)
{
	return tc__fail(err, TC_ERROR_SYSTEM, "%s: %s: %s", path, what, strerror(errno));
}

static int join(char *path, const char *folder, const char *name, const char *more, tc_error *err)
{
	int length = snprintf(path, PATH_MAX_LENGTH, "%s/%s%s", folder, name, more);

	if (length > 0 && length < PATH_MAX_LENGTH)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT, "%.200s…: the path is too long", folder);
}

static bool has_mark(const struct tc__buffer *text)
{
	const char *data = tc__buffer_get(text);
	const char *mark = strstr(data, EMIT_MARK);

	return mark && (size_t)(mark - data) < strcspn(data, "\n");
}

/* Reads what lies at a path; nothing there is no error. */
static int read_present(const char *path, struct tc__buffer *text, bool *present, tc_error *err)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*present = descriptor >= 0;
	if (*present)
		return file_read(descriptor, path, text, err);
	return errno == ENOENT || errno == ENOTDIR ? TC_OK : fail(err, path, "cannot be read");
}

static int compare(
	const struct emit_file *file, const char *folder, enum state *state, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(FILE_SIZE_MAX);
	char path[PATH_MAX_LENGTH];
	bool present = false;
	int rc = join(path, folder, file->path, "", err);

	if (rc == TC_OK)
		rc = read_present(path, &text, &present, err);
	if (rc == TC_OK && present && !has_mark(&text))
		rc = tc__fail(err, TC_ERROR_SYSTEM,
			"%s: is in the way and was not generated; expected another output folder",
			path);
	*state = !present ? MISSING : DIFFERENT;
	if (present && text.length == file->text.length &&
		memcmp(tc__buffer_get(&text), file->text.data, text.length) == 0)
		*state = SAME;
	tc__buffer_clear(&text);
	return rc;
}

static bool put_paths(struct table *paths, const struct emit_output *output)
{
	for (size_t i = 0; i < output->count; i++) {
		struct emit_file *file = &output->files[i];
		if (!table_put(paths, file->path, strlen(file->path), file))
			return false;
	}
	return true;
}

static bool may_be_ours(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && *name != '.' &&
		(strcmp(dot, ".h") == 0 || strcmp(dot, ".c") == 0 || strcmp(dot, ".cmake") == 0);
}

typedef int stale_fn(const char *path, struct output_report *report, tc_error *err);

/* What is looked for: files that are not among `paths`, the output's. */
struct stale {
	const char *folder;
	struct table paths;
	stale_fn *handle;
	struct output_report *report;
	tc_error *err;
};

static int handle_entry(const struct stale *stale, const char *relative)
{
	struct tc__buffer text = TC__BUFFER(FILE_SIZE_MAX);
	char path[PATH_MAX_LENGTH];
	bool present = false;

	if (table_get(&stale->paths, relative, strlen(relative)))
		return TC_OK;
	int rc = join(path, stale->folder, relative, "", stale->err);
	if (rc == TC_OK)
		rc = read_present(path, &text, &present, stale->err);
	if (rc == TC_OK && present && has_mark(&text))
		rc = stale->handle(path, stale->report, stale->err);
	tc__buffer_clear(&text);
	return rc;
}

/* The same for all that lies in a folder, "" or "/src". */
static int handle_folder(const struct stale *stale, const char *below)
{
	char path[PATH_MAX_LENGTH], relative[PATH_MAX_LENGTH];

	below += *below == '/';
	int rc = join(path, stale->folder, below, "", stale->err);
	DIR *listing = rc == TC_OK ? opendir(path) : NULL;
	for (struct dirent *entry; listing && rc == TC_OK && (entry = readdir(listing));) {
		if (!may_be_ours(entry->d_name))
			continue;
		if (*below)
			rc = join(relative, below, entry->d_name, "", stale->err);
		else
			snprintf(relative, sizeof relative, "%s", entry->d_name);
		if (rc == TC_OK)
			rc = handle_entry(stale, relative);
	}
	if (listing)
		closedir(listing);
	return rc;
}

/* Calls `handle` for each file of an earlier run that is not among the output. */
static int each_stale(const struct emit_output *output, const char *folder, stale_fn *handle,
	struct output_report *report, tc_error *err)
{
	struct tc__arena arena = { 0 };
	struct stale stale = { folder, { .arena = &arena }, handle, report, err };
	int rc = put_paths(&stale.paths, output) ? TC_OK : tc__fail_nomem(err);

	for (size_t i = 0; i < sizeof folders / sizeof *folders && rc == TC_OK; i++)
		rc = handle_folder(&stale, folders[i]);
	tc__arena_clear(&arena);
	return rc;
}

static int remove_stale(const char *path, struct output_report *report, tc_error *err)
{
	report->removed++;
	return unlink(path) == 0 ? TC_OK : fail(err, path, "is stale and cannot be removed");
}

static int print_stale(const char *path, struct output_report *report, tc_error *err)
{
	(void)err;
	report->differing++;
	printf("stale: %s\n", path);
	return TC_OK;
}

static int make_folders(const char *folder, tc_error *err)
{
	char path[PATH_MAX_LENGTH];
	int rc = join(path, folder, "", "", err);

	/* those above the output folder, too */
	for (char *slash = path + 1; rc == TC_OK && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			rc = fail(err, path, "cannot be made");
		*slash = '/';
	}
	for (size_t i = 1; i < sizeof folders / sizeof *folders && rc == TC_OK; i++) {
		rc = join(path, folder, folders[i] + 1, "", err);
		if (rc == TC_OK && mkdir(path, 0777) != 0 && errno != EEXIST)
			rc = fail(err, path, "cannot be made");
	}
	return rc;
}

/* The name under which a file is written first: of this process alone. */
static int temporary_path(
	char *path, const char *folder, const struct emit_file *file, tc_error *err)
{
	char end[32];

	snprintf(end, sizeof end, ".%ld.tmp", (long)getpid());
	return join(path, folder, file->path, end, err);
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(descriptor, bytes, length);
		if (written < 0 && errno != EINTR)
			return false;
		bytes += written > 0 ? written : 0;
		length -= written > 0 ? (size_t)written : 0;
	}
	return true;
}

static int create(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int write_temporary(const struct emit_file *file, const char *folder, tc_error *err)
{
	char path[PATH_MAX_LENGTH];
	int rc = temporary_path(path, folder, file, err);

	if (rc != TC_OK)
		return rc;
	int descriptor = create(path);
	if (descriptor < 0 && errno == EEXIST && unlink(path) == 0) /* of one that was killed */
		descriptor = create(path);
	if (descriptor < 0)
		return fail(err, path, "cannot be made");
	if (!write_all(descriptor, file->text.data, file->text.length))
		rc = fail(err, path, "cannot be written");
	if (close(descriptor) != 0 && rc == TC_OK)
		rc = fail(err, path, "cannot be written");
	return rc;
}

static int replace(const struct emit_file *file, const char *folder, tc_error *err)
{
	char from[PATH_MAX_LENGTH], to[PATH_MAX_LENGTH];
	int rc = temporary_path(from, folder, file, err);

	if (rc == TC_OK)
		rc = join(to, folder, file->path, "", err);
	if (rc == TC_OK && rename(from, to) != 0)
		rc = fail(err, to, "cannot be replaced");
	return rc;
}

static void remove_temporaries(const struct emit_output *output, const char *folder)
{
	char path[PATH_MAX_LENGTH];

	for (size_t i = 0; i < output->count; i++) {
		if (temporary_path(path, folder, &output->files[i], NULL) == TC_OK)
			unlink(path);
	}
}

static int write_changed(const struct emit_output *output, const char *folder, const bool *changed,
	struct output_report *report, tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; i < output->count && rc == TC_OK; i++) {
		if (changed[i])
			rc = write_temporary(&output->files[i], folder, err);
	}
	for (size_t i = 0; i < output->count && rc == TC_OK; i++) {
		if (!changed[i])
			continue;
		rc = replace(&output->files[i], folder, err);
		report->written++;
	}
	if (rc != TC_OK)
		remove_temporaries(output, folder);
	return rc;
}

int output_write(const struct emit_output *output, const char *folder, struct output_report *report,
	tc_error *err)
{
	bool *changed = tc__object_alloc(output->count * sizeof *changed);
	int rc = changed ? TC_OK : tc__fail_nomem(err);

	*report = (struct output_report){ 0 };
	for (size_t i = 0; i < output->count && rc == TC_OK; i++) {
		enum state state = SAME;
		rc = compare(&output->files[i], folder, &state, err);
		changed[i] = state != SAME;
	}
	if (rc == TC_OK)
		rc = make_folders(folder, err);
	if (rc == TC_OK)
		rc = write_changed(output, folder, changed, report, err);
	if (rc == TC_OK)
		rc = each_stale(output, folder, remove_stale, report, err);
	tc_release(changed);
	return rc;
}

int output_check(const struct emit_output *output, const char *folder, struct output_report *report,
	tc_error *err)
{
	static const char *const texts[] = { NULL, "differs", "missing" };
	int rc = TC_OK;

	*report = (struct output_report){ 0 };
	for (size_t i = 0; i < output->count && rc == TC_OK; i++) {
		const struct emit_file *file = &output->files[i];
		enum state state = SAME;
		rc = compare(file, folder, &state, err);
		if (rc != TC_OK || state == SAME)
			continue;
		report->differing++;
		printf("%s: %s/%s\n", texts[state], folder, file->path);
	}
	return rc == TC_OK ? each_stale(output, folder, print_stale, report, err) : rc;
}
