/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Artifacts: uploads one, downloads one.
 *
 *	example-artifact upload s3|object TASK_ID RUN_ID NAME FILE
 *	example-artifact download TASK_ID NAME FILE
 *
 * The deployment and the credentials come from the environment.
 */
#include <stdio.h>
#include <string.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>

static int upload(tc_client *client, char **argv, tc_error *err)
{
	const struct tc_artifact artifact = {
		.task_id = argv[1], .run_id = argv[2], .name = argv[3]
	};
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_uploaded done;

	options.path = argv[4];
	options.storage = strcmp(argv[0], "object") == 0 ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
	if (tc_upload_artifact(client, &artifact, NULL, &options, &done, err) != TC_OK)
		return -1;
	printf("%s: uploaded %lld bytes to %s storage\n", artifact.name, (long long)done.length,
		argv[0]);
	return 0;
}

static int download(tc_client *client, char **argv, tc_error *err)
{
	const struct tc_artifact artifact = { .task_id = argv[0], .name = argv[1] };
	struct tc_target target = TC_TARGET_INIT;
	struct tc_downloaded done;

	target.path = argv[2];
	if (tc_download_artifact(client, &artifact, &target, NULL, &done, err) != TC_OK)
		return -1;
	printf("%s: downloaded, sha256 %.16s…, %s\n", artifact.name, done.sha256,
		done.verified ? "as it was uploaded" : "whole; this storage keeps no hashes");
	return 0;
}

int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	bool uploading = argc == 7 && strcmp(argv[1], "upload") == 0 &&
		(strcmp(argv[2], "s3") == 0 || strcmp(argv[2], "object") == 0);
	int failed = -1;

	if (!uploading && (argc != 5 || strcmp(argv[1], "download") != 0)) {
		fputs("usage: example-artifact upload s3|object TASK_ID RUN_ID NAME FILE\n"
		      "       example-artifact download TASK_ID NAME FILE\n",
			stderr);
		return 2;
	}
	tc_client *client = tc_client_new(NULL, &err);
	if (client)
		failed = uploading ? upload(client, argv + 2, &err)
				   : download(client, argv + 2, &err);
	if (failed)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_client_free(client);
	tc_error_clear(&err);
	return failed ? 1 : 0;
}
