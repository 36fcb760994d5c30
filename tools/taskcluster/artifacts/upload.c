/* SPDX-License-Identifier: MPL-2.0 */

/* The command lines of `artifact upload` and `object upload`. */

#include "tools/taskcluster/artifacts/upload.h"
#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/config/variable.h"

#include <taskcluster/registry.h>

#include <string.h>

/* A command of uploads. */
struct upload_command {
	const struct command *command;
	bool object;
	/* What the words say. 0, or STATUS_USAGE after telling. */
	int (*find)(
		struct upload *upload, const struct words *words, const struct command *command);
};

static int take_encoding(struct upload *upload, const char *value)
{
	upload->how.encoding = strcmp(value, "gzip") == 0 ? TC_ENCODING_GZIP : TC_ENCODING_IDENTITY;
	if (upload->how.encoding == TC_ENCODING_GZIP || strcmp(value, "identity") == 0)
		return 0;
	return usage_error("--content-encoding is \"%s\"; expected gzip or identity", value);
}

static int take_storage(struct upload *upload, const char *value)
{
	upload->how.storage = strcmp(value, "object") == 0 ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
	if (upload->how.storage == TC_STORAGE_OBJECT || strcmp(value, "s3") == 0)
		return 0;
	return usage_error("--storage is \"%s\"; expected s3 or object", value);
}

static int take_option(void *data, int id, const char *value)
{
	struct upload *upload = data;
	const char **const texts[] = {
		[UPLOAD_CONTENT_TYPE - OPTION_OWN] = &upload->how.content_type,
		[UPLOAD_EXPIRES - OPTION_OWN] = &upload->expires,
		[UPLOAD_RUN - OPTION_OWN] = &upload->run,
		[UPLOAD_LINK - OPTION_OWN] = &upload->without.link,
		[UPLOAD_URL - OPTION_OWN] = &upload->without.url,
		[UPLOAD_ERROR - OPTION_OWN] = &upload->without.reason,
		[UPLOAD_MESSAGE - OPTION_OWN] = &upload->without.message,
		[UPLOAD_PROJECT - OPTION_OWN] = &upload->how.project_id,
	};

	switch (id) {
	case 'q':
		upload->quiet = true;
		return 0;
	case UPLOAD_JSON:
		upload->json = true;
		return 0;
	case UPLOAD_ENCODING:
		return take_encoding(upload, value);
	case UPLOAD_STORAGE:
		return take_storage(upload, value);
	default:
		*texts[id - OPTION_OWN] = value;
		return 0;
	}
}

/* ---- an artifact ---- */

static int check_without(const struct upload *upload)
{
	const struct tc_create_options *without = &upload->without;

	if (!!without->link + !!without->url + !!without->reason > 1)
		return usage_error("--link, --url and --error exclude each other");
	if (!without->reason != !without->message)
		return usage_error("--error and --message go together: a word for programs, a "
				   "text for people");
	if (upload->how.storage || upload->how.encoding)
		return usage_error("--storage and --content-encoding are about bytes, which a "
				   "link, reference or error has none of");
	if (without->reason && upload->how.content_type)
		return usage_error("--content-type goes with bytes, links and references");
	return 0;
}

/* The environment's run is also that of a task which is named: who uploads is inside it. */
static int find_run_id(struct upload *upload)
{
	if (!upload->artifact.run_id)
		upload->artifact.run_id = variable("RUN_ID");
	if (upload->artifact.run_id)
		return 0;
	return usage_error("which run? --run names it, or RUN_ID behind TASK_ID, or the "
			   "variable RUN_ID, as it is inside a task");
}

static int find_artifact(
	struct upload *upload, const struct words *words, const struct command *command)
{
	const struct tc_create_options *without = &upload->without;
	size_t files = !without->link && !without->url && !without->reason;
	int status = files ? 0 : check_without(upload);

	if (files && without->message)
		return usage_error("--message goes with --error");
	if (status != 0)
		return status;
	if (words->count < 1 + files || words->count > 3 + files)
		return words_usage(command->whole_name, command->synopsis);
	if (files)
		upload->file = words->all[words->count - 1];
	status = words_artifact(words, words->count - files, upload->run, &upload->artifact);
	return status == 0 ? find_run_id(upload) : status;
}

/* ---- an object ---- */

static int find_object(
	struct upload *upload, const struct words *words, const struct command *command)
{
	if (words->count != 2)
		return words_usage(command->whole_name, command->synopsis);
	if (!upload->how.project_id || !upload->expires)
		return usage_error("an object needs --project and --expires: whom it is counted "
				   "under, and how long it is kept");
	upload->artifact.name = words->all[0];
	upload->file = words->all[1];
	return 0;
}

/* ---- both ---- */

static int open_and_perform(struct upload *upload, struct arguments *arguments)
{
	const struct tc_operation *operation = upload->object
		? tc_find_operation("object", "createUpload")
		: tc_find_operation("queue", "createArtifact");
	struct session session = SESSION_INIT;
	int status = session_open(&session, arguments, operation);

	if (status == 0 && !upload->object && !upload->quiet &&
		!tc_artifact_is_public(upload->artifact.name))
		complain("%s is private, as its name does not begin with public/",
			upload->artifact.name);
	if (status == 0)
		status = upload->file ? upload_bytes(upload, &session, operation)
				      : upload_without(upload, &session, operation);
	session_close(&session);
	return status;
}

static int find_expires(struct upload *upload)
{
	int status = words_expires(upload->expires, upload->date, &upload->how.expires);

	upload->without.expires = upload->how.expires;
	upload->without.content_type = upload->how.content_type;
	return status;
}

static int run(const struct upload_command *how, struct arguments *arguments)
{
	struct upload upload = { .object = how->object,
		.how = TC_UPLOAD_OPTIONS_INIT,
		.without = TC_CREATE_OPTIONS_INIT };
	struct words words;
	int status = words_read(&words, arguments, take_option, &upload);

	if (status == 0 && words.help)
		status = command_help(how->command);
	else if (status == 0)
		status = how->find(&upload, &words, how->command);
	if (status == 0 && !words.help)
		status = find_expires(&upload);
	if (status == 0 && !words.help)
		status = open_and_perform(&upload, arguments);
	words_free(&words);
	return status;
}

int artifact_upload(struct arguments *arguments)
{
	static const struct upload_command how = { &artifact_upload_command, false, find_artifact };

	return run(&how, arguments);
}

int object_upload(struct arguments *arguments)
{
	static const struct upload_command how = { &object_upload_command, true, find_object };

	return run(&how, arguments);
}
