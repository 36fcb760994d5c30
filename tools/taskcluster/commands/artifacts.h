/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_ARTIFACTS_H
#define TC_CLI_COMMANDS_ARTIFACTS_H

/*
 * Artifacts and objects, as whole jobs. `download artifact` and `download object` are the names of
 * the official client: the same code, with that client's arguments and lines.
 */

#include "tools/taskcluster/shared/command.h"

extern const struct command artifact_command, object_command, download_command;

/* The commands of these families. */
extern const struct command artifact_upload_command, artifact_download_command,
	artifact_list_command, object_upload_command, object_download_command,
	download_artifact_command, download_object_command;

/* Of all that download. */
enum {
	FETCH_RANGES = OPTION_OWN,
	FETCH_KEEP,
	FETCH_ANEW,
	FETCH_IDENTITY,
	FETCH_NO_SYNC,
	FETCH_PUBLIC_ONLY,
	/* of the official names there are none of these */
	FETCH_RUN,
	FETCH_INDEX,
	FETCH_ALL,
	FETCH_LIVE,
	FETCH_IN_FLIGHT,
	FETCH_JSON
};

/* Rows of a table of options. */
#define FETCH_OPTIONS_HOW \
	{ "ranges", FETCH_RANGES, "N", "by so many connections at once, where a file is large" }, \
		{ "keep", FETCH_KEEP, NULL, \
			"download nothing when the file is there already, and is the same" }, \
		{ "anew", FETCH_ANEW, NULL, "do not go on with what an earlier download left" }, \
		{ "identity", FETCH_IDENTITY, NULL, \
			"ask for bytes that are not compressed on their way" }, \
		{ "no-sync", FETCH_NO_SYNC, NULL, "do not wait until the bytes are on disk" }, \
		{ "public-only", FETCH_PUBLIC_ONLY, NULL, \
			"references may lead to public addresses only" }, \
	{ \
		"quiet", 'q', NULL, "no progress, and nothing about what was done" \
	}

/* Of all that upload. */
enum {
	UPLOAD_CONTENT_TYPE = OPTION_OWN,
	UPLOAD_ENCODING,
	UPLOAD_EXPIRES,
	UPLOAD_RUN,
	UPLOAD_STORAGE,
	UPLOAD_LINK,
	UPLOAD_URL,
	UPLOAD_ERROR,
	UPLOAD_MESSAGE,
	UPLOAD_PROJECT,
	UPLOAD_JSON
};

/* Of `artifact list`. */
enum { LIST_RUN = OPTION_OWN, LIST_JSON };

#endif
