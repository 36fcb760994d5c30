/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* readlink and realpath in C11 */
#include "tools/taskcluster/differences/sides.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/shared/report.h"

#include <taskcluster/registry.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the references are, as seen from this program's folder. */
#ifndef TC_REFERENCES_PATH
#error "the build says where the references are"
#endif

/* ---- on disk ---- */

static int read_path(const char *path, tc_references **references)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (tc_references_read(path, NULL, references, &err) != TC_OK)
		status = report(&err, NULL, NULL);
	tc_error_clear(&err);
	return status;
}

/* Beside this program, wherever both were moved to. */
static int find_builtin(char path[PATH_MAX])
{
	char program[PATH_MAX], beside[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

	if (length <= 0)
		return failure("/proc/self/exe: %s: this program does not find its references",
			strerror(errno));
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	size_t size = (size_t)snprintf(beside, sizeof beside, "%s/%s", program, TC_REFERENCES_PATH);
	if (size >= sizeof beside)
		return failure("the path of this program is too long");
	if (!realpath(beside, path))
		return failure("%s: %s: the references of this release are installed beside this "
			       "program; name others by their path",
			beside, strerror(errno));
	return 0;
}

static int read_builtin(tc_references **references)
{
	char path[PATH_MAX];
	int status = find_builtin(path);

	return status == 0 ? read_path(path, references) : status;
}

/* ---- of deployments ---- */

/* That a service is not there is no error: it is new, or gone. */
static int fetch(const struct session *session, const char *service, tc_references **references)
{
	tc_error err = TC_ERROR_INIT;
	char *bundle = NULL;
	size_t length;
	int status = 0;
	int rc = tc_references_fetch(session->client, service, &bundle, &length, &err);
	bool absent = rc == TC_ERROR_ARGUMENT && service;

	if (rc == TC_OK)
		rc = tc_references_read_text(
			bundle, length, session->config.root_url, NULL, references, &err);
	if (rc != TC_OK && !absent) {
		report(&err, NULL, &session->config.origin);
		status = STATUS_FAILED; /* whatever it was, nothing here was wrong */
	}
	tc_release(bundle);
	tc_error_clear(&err);
	return status;
}

/* `root` NULL: the configured one. It is asked itself, and not what is kept of it. */
static int read_deployment(const char *root, const char *service, const struct arguments *arguments,
	tc_references **references)
{
	struct session session = SESSION_INIT;

	session.use = SESSION_ROOT;
	if (root)
		config_use_root(&session.config, root);
	int status = session_open(&session, arguments, tc_find_operation("auth", "ping"));
	if (status == 0)
		status = fetch(&session, service, references);
	session_close(&session);
	return status;
}

/* ---- either ---- */

int side_read(const char *word, const char *service, const struct arguments *arguments,
	tc_references **references)
{
	*references = NULL;
	if (strcmp(word, "builtin") == 0)
		return read_builtin(references);
	if (strcmp(word, "live") == 0)
		return read_deployment(NULL, service, arguments, references);
	if (strstr(word, "://"))
		return read_deployment(word, service, arguments, references);
	return read_path(word, references);
}
