/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* flock */
#include "tools/taskcluster/config/update.h"
#include "tools/taskcluster/config/change.h"
#include "tools/taskcluster/config/save.h"
#include "tools/taskcluster/shared/report.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct path {
	char text[sizeof((struct config_file *)NULL)->path];
};

/* Whatever fails here, what comes next fails, too, and tells. */
static void make_folders(const struct config_file *file)
{
	struct path path;

	strcpy(path.text, file->path);
	for (char *slash = strchr(path.text + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path.text, 0700);
		*slash = '/';
	}
}

/* The folder is locked, for the file itself is another one after each change. Some file systems
 * have no locks: there, as before them all, the last change wins. -1: it is not locked. */
static int lock(const struct config_file *file)
{
	struct path path;

	strcpy(path.text, file->path);
	strrchr(path.text, '/')[1] = '\0';
	int fd = open(path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

static int change(struct config_file *file, const struct config_value *values, size_t count)
{
	int status = config_file_read(file);

	for (size_t i = 0; i < count && status == 0; i++)
		status = config_change(file, &values[i]);
	if (status != 0 || !file->text) /* nothing was taken out of a file that is not there */
		return status;
	return save_for_user(file->path, file->text, file->length);
}

int config_update(struct config_file *file, const struct config_value *values, size_t count)
{
	if (!file->path[0])
		return usage_error("there is no home for the file: set HOME or XDG_CONFIG_HOME");
	make_folders(file);
	int fd = lock(file);
	int status = change(file, values, count);
	if (fd >= 0)
		close(fd);
	return status;
}
