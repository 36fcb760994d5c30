/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_ARTIFACTS_UPLOAD_H
#define TC_CLI_ARTIFACTS_UPLOAD_H

/* Uploads, as `artifact upload` and `object upload` do them. */

#include "tools/taskcluster/commands/artifacts.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/jobs/words.h"

#include <taskcluster/artifact_upload.h>

struct upload {
	bool object;                 /* by its name, else an artifact */
	struct tc_artifact artifact; /* the object's name is its name, too */
	const char *file;            /* NULL: an artifact without bytes */
	const char *run;             /* --run */
	const char *expires;         /* --expires */
	char date[TC_DATE_SIZE];     /* and what it says */
	struct tc_upload_options how;
	struct tc_create_options without; /* bytes: a link, reference or error */
	bool json, quiet;
};

/* Uploads the bytes of upload->file, or makes an artifact without bytes, and says so. `operation`
 * is for advice. The exit status. */
int upload_bytes(
	struct upload *upload, const struct session *session, const struct tc_operation *operation);
int upload_without(
	struct upload *upload, const struct session *session, const struct tc_operation *operation);

/* Say what was uploaded, in a line of text or JSON on standard output. The exit status. */
int upload_tell(const struct upload *upload, const struct tc_uploaded *result);
int upload_tell_without(const struct upload *upload);

#endif
