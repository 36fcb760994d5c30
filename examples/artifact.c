/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Artifacts: creates and uploads one, downloads one and verifies it.
 *
 *	example-artifact upload s3|object TASK_ID RUN_ID NAME FILE
 *	example-artifact download TASK_ID NAME FILE
 *
 * The deployment and the credentials come from the environment. An s3 artifact goes to a URL that
 * the queue gives. An object artifact goes to the object service, which keeps its hashes: what is
 * downloaded is compared with them, and kept only when all are right.
 */
#define _XOPEN_SOURCE 700
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/claim.h>
#include <taskcluster/download.h>
#include <taskcluster/object.h>
#include <taskcluster/queue.h>
#include <taskcluster/transfer.h>
#include <unistd.h>

#define INLINE_MAX 8192 /* the object service takes so many bytes inside a request */
#define ATTEMPTS 5      /* with fresh URLs */
#define CONTENT_TYPE "application/octet-stream"

static int fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return -1;
}

/* ---- hashes ---- */

struct hashes {
	EVP_MD_CTX *contexts[2];
	char sha256[65], sha512[129];
};

static bool hashes_begin(struct hashes *hashes)
{
	const EVP_MD *kinds[] = { EVP_sha256(), EVP_sha512() };

	*hashes = (struct hashes){ 0 };
	for (int i = 0; i < 2; i++) {
		hashes->contexts[i] = EVP_MD_CTX_new();
		if (!hashes->contexts[i] ||
			EVP_DigestInit_ex(hashes->contexts[i], kinds[i], NULL) != 1)
			return false;
	}
	return true;
}

static bool hashes_add(struct hashes *hashes, const void *bytes, size_t length)
{
	return EVP_DigestUpdate(hashes->contexts[0], bytes, length) == 1 &&
		EVP_DigestUpdate(hashes->contexts[1], bytes, length) == 1;
}

/* Writes both as lower-case hex; at most once. */
static void hashes_end(struct hashes *hashes)
{
	char *texts[] = { hashes->sha256, hashes->sha512 };

	for (int i = 0; i < 2; i++) {
		unsigned char digest[EVP_MAX_MD_SIZE];
		unsigned length = 0;
		EVP_DigestFinal_ex(hashes->contexts[i], digest, &length);
		for (unsigned n = 0; n < length; n++)
			sprintf(texts[i] + (size_t)2 * n, "%02x", digest[n]);
	}
}

static void hashes_free(struct hashes *hashes)
{
	EVP_MD_CTX_free(hashes->contexts[0]);
	EVP_MD_CTX_free(hashes->contexts[1]);
}

/* Every hash that is known must be right, and one of them must be known. */
static bool hashes_match(
	const struct hashes *hashes, const struct tc_object_hashes_download *expected)
{
	return (expected->sha256 || expected->sha512) &&
		(!expected->sha256 || strcmp(expected->sha256, hashes->sha256) == 0) &&
		(!expected->sha512 || strcmp(expected->sha512, hashes->sha512) == 0);
}

/* ---- storage: transfers, which carry nothing of Taskcluster ---- */

/* Starts a PUT of the whole file; the caller adds what headers the storage wants. */
static tc_call *new_put(tc_client *client, const char *url, FILE *file, tc_error *err)
{
	struct tc_source body = TC_SOURCE_INIT;
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	rewind(file);
	options.body = &body;
	if (tc_source_fd(&body, fileno(file), err) != TC_OK)
		return NULL;
	return tc_transfer_new(client, "PUT", url, &options, err);
}

/* Sends it, and frees it. */
static int put(tc_call *call, tc_error *err)
{
	int rc = call ? tc_call_perform(call, NULL, err) : err->code;

	tc_call_free(call);
	return rc;
}

/* Whether a storage has refused for what a fresh URL may mend. */
static bool wants_fresh_url(int rc, const tc_error *err)
{
	return rc == TC_ERROR_HTTP && err->http_status == 403;
}

/* A file and the hashes of what went into it, from the beginning again with each attempt. */
struct copy {
	FILE *file;
	struct hashes hashes;
};

static int copy_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct copy *copy = data;

	(void)head, (void)discard;
	hashes_free(&copy->hashes);
	rewind(copy->file);
	if (hashes_begin(&copy->hashes) && ftruncate(fileno(copy->file), 0) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "the file cannot be begun");
}

static int copy_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct copy *copy = data;

	if (hashes_add(&copy->hashes, bytes, length) &&
		fwrite(bytes, 1, length, copy->file) == length)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "the file cannot be written");
}

/* Gets a URL, which may lead to others, into a file, and the hashes of what came, decoded. */
static int get(tc_client *client, const char *url, FILE *file, struct hashes *hashes, tc_error *err)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct tc_sink sink = TC_SINK_INIT;
	struct copy copy = { .file = file };

	sink.begin = copy_begin;
	sink.write = copy_bytes;
	sink.data = &copy;
	options.redirects = 10;
	tc_call *call = tc_transfer_new(client, "GET", url, &options, err);
	int rc = call ? tc_call_download(call, &sink, NULL, err) : err->code;
	if (rc == TC_OK) {
		hashes_end(&copy.hashes);
		*hashes = copy.hashes;
	}
	hashes_free(&copy.hashes);
	tc_call_free(call);
	return rc;
}

/* ---- uploads ---- */

struct artifact {
	tc_client *client;
	const char *task_id, *run_id, *name;
	const char *expires; /* as long as the task is kept */
	FILE *file;
	int64_t size;
};

static int create(const struct artifact *artifact,
	const struct tc_queue_post_artifact_request *request,
	struct tc_queue_post_artifact_response **reply, tc_error *err)
{
	return tc_queue_create_artifact(artifact->client, artifact->task_id, artifact->run_id,
		artifact->name, request, reply, err);
}

/* The storage wants the very content type that the queue told. */
static int put_s3(const struct artifact *artifact,
	const struct tc_queue_post_artifact_response_s3 *where, tc_error *err)
{
	tc_call *call = new_put(artifact->client, where->put_url, artifact->file, err);

	if (call && tc_call_header(call, "Content-Type", where->content_type, err) != TC_OK) {
		tc_call_free(call);
		call = NULL;
	}
	return put(call, err);
}

static int upload_s3(const struct artifact *artifact, tc_error *err)
{
	const struct tc_queue_post_artifact_request request = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_S3,
		.s3 = { .content_type = CONTENT_TYPE,
			.expires = artifact->expires,
			.content_length = { true, artifact->size } }
	};
	int rc = TC_ERROR_HTTP;

	/* the same request again is harmless, and gives a fresh URL */
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct tc_queue_post_artifact_response *reply = NULL;
		rc = create(artifact, &request, &reply, err);
		if (rc != TC_OK)
			return rc;
		if (reply->tag == TC_QUEUE_POST_ARTIFACT_RESPONSE_S3)
			rc = put_s3(artifact, &reply->s3, err);
		else
			rc = fail("the queue answered with another storage type");
		tc_release(reply);
		if (!wants_fresh_url(rc, err))
			break;
	}
	return rc;
}

/* A small file's bytes as base64, or NULL: it is too large or cannot be read. For free(). */
static char *read_base64(const struct artifact *artifact)
{
	unsigned char bytes[INLINE_MAX];
	char *text = artifact->size < INLINE_MAX ? malloc(INLINE_MAX / 3 * 4 + 8) : NULL;

	if (!text)
		return NULL;
	rewind(artifact->file);
	size_t length = fread(bytes, 1, sizeof bytes, artifact->file);
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	return text;
}

/* The headers of the reply go with the PUT as they are. */
static int put_object(const struct tc_object_upload_method_put_url_response *where,
	const struct artifact *artifact, tc_error *err)
{
	tc_call *call = new_put(artifact->client, where->url, artifact->file, err);
	int rc = call ? TC_OK : err->code;

	for (size_t i = 0; rc == TC_OK && i < where->headers_count; i++)
		rc = tc_call_header(call, where->headers[i].key, where->headers[i].value, err);
	if (rc != TC_OK) {
		tc_call_free(call);
		return rc;
	}
	return put(call, err);
}

/* Sends the bytes by the method that the service picks of those we offer. */
static int send_object(const struct artifact *artifact, tc_client *client,
	const struct tc_queue_post_artifact_response_object *place, tc_error *err)
{
	char *base64 = read_base64(artifact);
	const struct tc_object_upload_method_data_inline_request data_inline = {
		.content_type = CONTENT_TYPE, .object_data = base64
	};
	const struct tc_object_upload_method_put_url_request put_url = {
		.content_type = CONTENT_TYPE, .content_length = artifact->size
	};
	const struct tc_object_create_upload_request request = { .expires = place->expires,
		.project_id = place->project_id,
		.upload_id = place->upload_id,
		.proposed_upload_methods = {
			.data_inline = base64 ? &data_inline : NULL, .put_url = &put_url } };
	int rc = TC_ERROR_HTTP;

	/* again with the same upload id: the same upload, with a fresh URL */
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct tc_object_create_upload_response *reply = NULL;
		rc = tc_object_create_upload(client, place->name, &request, &reply, err);
		if (rc != TC_OK)
			break;
		if (reply->upload_method.put_url)
			rc = put_object(reply->upload_method.put_url, artifact, err);
		else if (!reply->upload_method.data_inline.present)
			rc = fail("the object service took none of the methods offered");
		tc_release(reply);
		if (!wants_fresh_url(rc, err))
			break;
	}
	free(base64);
	return rc;
}

static int hash_file(FILE *file, struct hashes *hashes)
{
	char bytes[65536];
	size_t length;
	bool good = hashes_begin(hashes);

	rewind(file);
	while (good && (length = fread(bytes, 1, sizeof bytes, file)) > 0)
		good = hashes_add(hashes, bytes, length);
	if (good)
		hashes_end(hashes);
	hashes_free(hashes);
	return good && !ferror(file) ? 0 : fail("the file cannot be read");
}

/* A client for the object service with the credentials that the queue gave for one object. */
static tc_client *object_client(
	tc_client *client, const struct tc_queue_object_credentials *given, tc_error *err)
{
	tc_credentials *credentials = tc_claim_object_credentials(given, err);
	tc_client *mine = credentials ? tc_client_dup(client, err) : NULL;

	if (mine)
		tc_client_set_credentials(mine, credentials);
	tc_credentials_free(credentials);
	return mine;
}

static int upload_object(const struct artifact *artifact, tc_error *err)
{
	struct tc_queue_post_artifact_response *reply = NULL;
	tc_client *client = NULL;
	struct hashes hashes;
	int rc = hash_file(artifact->file, &hashes);

	/* once only: a repetition is refused, and the upload id lost; and without contentLength,
	 * with which a Queue of release 106 can never finish an object */
	if (rc == 0)
		rc = create(artifact,
			&(struct tc_queue_post_artifact_request){
				.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_OBJECT,
				.object = { .content_type = CONTENT_TYPE,
					.expires = artifact->expires } },
			&reply, err);
	if (rc != 0)
		return rc;
	const struct tc_queue_post_artifact_response_object *place = &reply->object;
	const struct tc_object_hashes_upload stated = { .sha256 = hashes.sha256,
		.sha512 = hashes.sha512 };
	client = object_client(artifact->client, &place->credentials, err);
	rc = client ? send_object(artifact, client, place, err) : err->code;
	if (rc == 0)
		rc = tc_object_finish_upload(client, place->name,
			&(struct tc_object_finish_upload_request){ .project_id = place->project_id,
				.upload_id = place->upload_id,
				.hashes = &stated },
			NULL, err);
	if (rc == 0)
		rc = tc_queue_finish_artifact(artifact->client, artifact->task_id, artifact->run_id,
			artifact->name,
			&(struct tc_queue_finish_artifact_request){ .upload_id = place->upload_id },
			NULL, err);
	tc_client_free(client);
	tc_release(reply);
	return rc;
}

static int upload(tc_client *client, char **argv, tc_error *err)
{
	struct artifact artifact = {
		.client = client, .task_id = argv[1], .run_id = argv[2], .name = argv[3]
	};
	struct tc_queue_task_status_response *task = NULL;
	struct stat info;

	artifact.file = fopen(argv[4], "rb");
	if (!artifact.file || fstat(fileno(artifact.file), &info) != 0) {
		perror(argv[4]);
		return -1;
	}
	artifact.size = info.st_size;
	int rc = tc_queue_status(client, artifact.task_id, &task, err);
	if (rc == TC_OK) {
		artifact.expires = task->status.expires;
		rc = strcmp(argv[0], "object") == 0 ? upload_object(&artifact, err)
						    : upload_s3(&artifact, err);
	}
	if (rc == 0)
		printf("%s: uploaded %lld bytes to %s storage\n", artifact.name,
			(long long)artifact.size, argv[0]);
	tc_release(task);
	fclose(artifact.file);
	return rc;
}

/* ---- downloads ---- */

static int download_object(tc_client *client,
	const struct tc_queue_artifact_content_response_object *object, FILE *file,
	struct hashes *hashes, tc_error *err)
{
	struct tc_object_download_object_response *reply = NULL;
	const struct tc_object_download_object_request request = {
		.accept_download_methods = { .get_url = { true, true } }
	};
	tc_client *mine = object_client(client, &object->credentials, err);
	int rc = mine ? tc_object_start_download(mine, object->name, &request, &reply, err)
		      : err->code;

	if (rc == TC_OK && reply->tag != TC_OBJECT_DOWNLOAD_OBJECT_RESPONSE_GET_URL)
		rc = fail("the object service answered with another method");
	if (rc == TC_OK)
		rc = get(client, reply->get_url.url, file, hashes, err);
	if (rc == TC_OK && !hashes_match(hashes, &reply->get_url.hashes))
		rc = fail("what was downloaded does not have the hashes that were uploaded");
	tc_release(reply);
	tc_client_free(mine);
	return rc;
}

/* How to get it depends on where it is; *verified says whether there were hashes to compare. */
static int fetch(tc_client *client, const struct tc_queue_artifact_content_response *content,
	FILE *file, struct hashes *hashes, bool *verified, tc_error *err)
{
	*verified = content->tag == TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_OBJECT;
	switch (content->tag) {
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_S3:
		return get(client, content->s3.url, file, hashes, err);
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_OBJECT:
		return download_object(client, &content->object, file, hashes, err);
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_REFERENCE:
		return get(client, content->reference.url, file, hashes, err);
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_ERROR:
		return fail(content->error_.message);
	default:
		return fail("a storage type that this program does not know");
	}
}

/* Into FILE.part first, so that what is at FILE is always whole. */
static int download(tc_client *client, char **argv, tc_error *err)
{
	struct tc_queue_artifact_content_response *content = NULL;
	struct hashes hashes = { 0 };
	char part[4096];
	bool verified;
	int rc = tc_queue_latest_artifact(client, argv[0], argv[1], &content, err);

	if (rc != TC_OK)
		return rc;
	snprintf(part, sizeof part, "%s.part", argv[2]);
	FILE *file = fopen(part, "wb");
	rc = file ? fetch(client, content, file, &hashes, &verified, err)
		  : fail("the file cannot be written");
	tc_release(content);
	if (!file)
		return rc;
	if (fclose(file) != 0 && rc == 0)
		rc = fail("the file cannot be written");
	if (rc == 0 && rename(part, argv[2]) != 0)
		rc = fail("the file cannot be renamed");
	if (rc != 0) {
		remove(part);
		return rc;
	}
	printf("%s: downloaded, sha256 %.16s…, %s\n", argv[1], hashes.sha256,
		verified ? "as it was uploaded" : "whole; this storage keeps no hashes");
	return 0;
}

int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	bool uploading = argc == 7 && strcmp(argv[1], "upload") == 0 &&
		(strcmp(argv[2], "s3") == 0 || strcmp(argv[2], "object") == 0);

	if (!uploading && (argc != 5 || strcmp(argv[1], "download") != 0)) {
		fputs("usage: example-artifact upload s3|object TASK_ID RUN_ID NAME FILE\n"
		      "       example-artifact download TASK_ID NAME FILE\n",
			stderr);
		return 2;
	}
	tc_client *client = tc_client_new(NULL, &err);
	int rc = client ? 0 : err.code;
	if (client)
		rc = uploading ? upload(client, argv + 2, &err) : download(client, argv + 2, &err);
	if (rc != 0 && err.code != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_client_free(client);
	tc_error_clear(&err);
	return rc == 0 ? 0 : 1;
}
