/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/artifacts/upload.h"
#include "tools/taskcluster/jobs/bars.h"
#include "tools/taskcluster/jobs/job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file is opened by the library, which knows it by its name, too. Standard input and what is no
 * file are descriptors here. */
struct input {
	const char *path; /* NULL: the descriptor */
	int fd;
	bool own;
};

static int open_input(struct input *input, const char *file)
{
	struct stat present;

	*input = (struct input){ .fd = STDIN_FILENO };
	if (strcmp(file, "-") == 0)
		return 0;
	if (stat(file, &present) != 0)
		return usage_error("%s: %s", file, strerror(errno));
	if (S_ISDIR(present.st_mode))
		return usage_error("%s is a folder, and an artifact is one file", file);
	if (S_ISREG(present.st_mode)) {
		input->path = file;
		return 0;
	}
	input->fd = open(file, O_RDONLY | O_CLOEXEC);
	input->own = input->fd >= 0;
	return input->own ? 0 : usage_error("%s: %s", file, strerror(errno));
}

static void close_input(const struct input *input)
{
	if (input->own)
		close(input->fd);
}

/* A person at a terminal is told for what it waits. */
static void tell_what_is_awaited(const struct input *input)
{
	if (!input->path && isatty(input->fd))
		complain("type the bytes, and end them with Ctrl-D");
}

static int send(const struct upload *upload, const struct session *session,
	const struct tc_source *from, struct tc_uploaded *result, tc_error *err)
{
	if (upload->object)
		return tc_upload_object(
			session->client, upload->artifact.name, from, &upload->how, result, err);
	return tc_upload_artifact(
		session->client, &upload->artifact, from, &upload->how, result, err);
}

static int send_input(struct upload *upload, const struct session *session,
	const struct input *input, struct tc_uploaded *result, tc_error *err)
{
	struct tc_source from = TC_SOURCE_INIT;

	upload->how.path = input->path;
	if (input->path)
		return send(upload, session, NULL, result, err);
	/* standard input may be a file: from where it stands */
	if (tc_source_fd(&from, input->fd, NULL) != TC_OK) {
		from.fd = input->fd;
		from.offset = -1;
		from.length = -1;
	}
	return send(upload, session, &from, result, err);
}

int upload_bytes(
	struct upload *upload, const struct session *session, const struct tc_operation *operation)
{
	struct tc_uploaded result = { 0 };
	tc_error err = TC_ERROR_INIT;
	struct input input;
	int status = open_input(&input, upload->file);

	if (status != 0)
		return status;
	tell_what_is_awaited(&input);
	upload->how.progress = bars_progress;
	bars_begin(upload->quiet);
	int rc = send_input(upload, session, &input, &result, &err);
	bars_end();
	close_input(&input);
	status = rc == TC_OK ? upload_tell(upload, &result) : job_report(&err, operation, session);
	tc_error_clear(&err);
	return status;
}

int upload_without(
	struct upload *upload, const struct session *session, const struct tc_operation *operation)
{
	tc_error err = TC_ERROR_INIT;
	int rc = tc_create_artifact(session->client, &upload->artifact, &upload->without, &err);
	int status =
		rc == TC_OK ? upload_tell_without(upload) : job_report(&err, operation, session);

	tc_error_clear(&err);
	return status;
}
