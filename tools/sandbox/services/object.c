/* SPDX-License-Identifier: MPL-2.0 */

/* Objects: bytes by name, uploaded and downloaded by negotiated methods. */

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/services/storage.h"

#include <string.h>

struct object {
	const char *name, *project_id, *upload_id, *blob, *hashes;
	int64_t expires;
	bool finished;
};

static bool load(struct request *request, struct object *object)
{
	struct tc__arena *arena = &request->arena;
	struct row *row = store_query(request->sandbox->store,
		"SELECT name, project_id, upload_id, blob, hashes, expires, finished FROM objects "
		"WHERE name = ?",
		"t", request_argument(request, "name"));
	bool found = store_next(row);

	if (found) {
		*object = (struct object){ .name = store_copy(arena, row, 0),
			.project_id = store_copy(arena, row, 1),
			.upload_id = store_copy(arena, row, 2),
			.blob = store_copy(arena, row, 3),
			.hashes = store_copy(arena, row, 4),
			.expires = store_int(row, 5),
			.finished = store_int(row, 6) != 0 };
	}
	store_end(request->sandbox->store, row);
	return found;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Adds hashes to those known; one that is known already may not change. */
static int add_hashes(struct request *request, struct object *object)
{
	const tc_json *given = tc_json_get(request->input, "hashes");
	const tc_json *known = NULL;
	struct writer writer = { .text = TC__BUFFER(100000) };
	const char *conflict = NULL;

	if (!given)
		return 0;
	if (tc_json_parse(object->hashes, strlen(object->hashes), &known, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	write_object(&writer);
	for (size_t i = 0; i < tc_json_count(known); i++)
		write_member(&writer, tc_json_text(tc_json_name(known, i)),
			tc_json_text(tc_json_item(known, i)));
	for (size_t i = 0; i < tc_json_count(given); i++) {
		const char *name = tc_json_text(tc_json_name(given, i));
		const char *hash = tc_json_text(tc_json_item(given, i));
		const tc_json *before = tc_json_get(known, name);
		if (!before)
			write_member(&writer, name, hash);
		else if (!same(tc_json_text(before), hash))
			conflict = name;
	}
	write_end_object(&writer);
	tc_release(known);
	if (!tc__buffer_failed(&writer.text))
		object->hashes =
			tc__arena_text(&request->arena, writer.text.data, writer.text.length);
	tc__buffer_clear(&writer.text);
	if (conflict)
		return refuse(request, REQUEST_CONFLICT,
			"The hash %s is already given with another value", conflict);
	return object->hashes ? 0 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

static void save(struct request *request, const struct object *object)
{
	store_run(request->sandbox->store,
		"INSERT OR REPLACE INTO objects (name, project_id, upload_id, blob, hashes, "
		"expires, "
		"finished) VALUES (?, ?, ?, ?, ?, ?, ?)",
		"tttttii", object->name, object->project_id, object->upload_id, object->blob,
		object->hashes, object->expires, (int64_t)object->finished);
}

/* What the storage behind the services takes as a type. */
static bool is_type(const char *type)
{
	return type && strchr(type, '/');
}

/* The bytes come with the request. */
static bool take_inline(struct request *request, struct object *object, const tc_json *method)
{
	const tc_json *data = tc_json_get(method, "objectData");
	const char *type = tc_json_text(tc_json_get(method, "contentType"));
	size_t length = tc_json_text_length(data);
	char *bytes = tc__arena_bytes(&request->arena, length + 4);

	if (!type || tc_json_kind(data) != TC_JSON_STRING || !bytes ||
		!digest_unbase64(tc_json_text(data), length, bytes, &length))
		return false;
	object->blob = storage_create(request, type, (int64_t)length, object->expires);
	if (!object->blob || !storage_write(request, object->blob, bytes, length))
		return false;
	write_member_bool(&request->reply, "dataInline", true);
	return true;
}

/* The bytes come by PUT, with exactly these headers. */
static bool offer_put(struct request *request, struct object *object, const tc_json *method)
{
	struct writer *reply = &request->reply;
	const char *type = tc_json_text(tc_json_get(method, "contentType"));
	int64_t until = request->now_ms + STORAGE_PUT_MS;
	int64_t length;

	if (!type || !tc_json_int64(tc_json_get(method, "contentLength"), &length) || length < 0)
		return false;
	object->blob = storage_create(request, type, length, object->expires);
	const char *url = object->blob ? storage_url(request, object->blob, "PUT", until) : NULL;
	write_name(reply, "putUrl");
	write_object(reply);
	write_member(reply, "url", url);
	write_member_date(reply, "expires", until);
	write_name(reply, "headers");
	write_object(reply);
	write_member(reply, "Content-Type", type);
	write_member(reply, "Content-Length", request_printf(request, "%lld", (long long)length));
	write_end_object(reply);
	write_end_object(reply);
	return url != NULL;
}

static int read_upload(struct request *request, struct object *object)
{
	struct object old;

	*object = (struct object){ .name = request_argument(request, "name"),
		.project_id = request_text(request, "projectId"),
		.upload_id = request_text(request, "uploadId"),
		.hashes = "{}",
		.blob = "",
		.expires = common_date(request, "expires", -1) };
	if (!object->upload_id || object->expires < 0)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected projectId, uploadId, expires and proposedUploadMethods");
	if (!load(request, &old))
		return object->expires > request->now_ms
			? 0
			: refuse(request, REQUEST_CONFLICT,
				  "Object already exists, and has expired");
	if (old.finished || !same(old.upload_id, object->upload_id) ||
		!same(old.project_id, object->project_id) || old.expires != object->expires)
		return refuse(request, REQUEST_CONFLICT, "Object already exists");
	object->hashes = old.hashes;
	object->blob = old.blob;
	return 0;
}

static int create_upload(struct request *request)
{
	const tc_json *methods = tc_json_get(request->input, "proposedUploadMethods");
	const tc_json *data = tc_json_get(methods, "dataInline");
	const tc_json *put = tc_json_get(methods, "putUrl");
	const tc_json *chosen = data ? data : put;
	struct writer *reply = &request->reply;
	struct object object;
	int status = read_upload(request, &object);

	if (!status)
		status = add_hashes(request, &object);
	if (!status && chosen && !is_type(tc_json_text(tc_json_get(chosen, "contentType"))))
		status = refuse(request, INTERNAL_SERVER_ERROR,
			"the storage takes no contentType without a slash");
	if (status)
		return status;
	write_object(reply);
	write_member(reply, "projectId", object.project_id);
	write_member(reply, "uploadId", object.upload_id);
	write_member_date(reply, "expires", object.expires);
	write_name(reply, "uploadMethod");
	write_object(reply);
	bool ok = true;
	if (data)
		ok = take_inline(request, &object, data);
	else if (put)
		ok = offer_put(request, &object, put);
	write_end_object(reply);
	write_end_object(reply);
	if (!ok)
		return refuse(
			request, INPUT_VALIDATION_ERROR, "the proposed upload method is malformed");
	save(request, &object);
	return 200;
}

/* A finished object takes no more hashes, and those it has only once more. */
static int check_finished(struct request *request, const struct object *object)
{
	const tc_json *given = tc_json_get(request->input, "hashes");
	const tc_json *known = NULL;
	int status = 0;

	if (tc_json_parse(object->hashes, strlen(object->hashes), &known, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	for (size_t i = 0; i < tc_json_count(given) && !status; i++) {
		const char *name = tc_json_text(tc_json_name(given, i));
		if (!same(tc_json_text(tc_json_get(known, name)),
			    tc_json_text(tc_json_item(given, i))))
			status = refuse(request, REQUEST_CONFLICT,
				"The object is finished, without this value of the hash %s", name);
	}
	tc_release(known);
	return status ? status : common_empty(request);
}

static int finish_upload(struct request *request)
{
	struct object object;

	if (!load(request, &object))
		return refuse(request, RESOURCE_NOT_FOUND, "Object not found");
	if (!same(object.project_id, request_text(request, "projectId")))
		return refuse(request, INPUT_ERROR, "the object is of another projectId");
	if (object.finished)
		return check_finished(request, &object);
	if (!same(object.upload_id, request_text(request, "uploadId")))
		return refuse(request, REQUEST_CONFLICT, "the object has another uploadId");
	int status = add_hashes(request, &object);
	if (status)
		return status;
	object.finished = true;
	save(request, &object);
	return common_empty(request);
}

/* A finished object; 0, or the status of a refusal. It is there until it is swept away, also when
 * it has expired. */
static int load_finished(struct request *request, struct object *object)
{
	if (!load(request, object) || !object->finished)
		return refuse(request, RESOURCE_NOT_FOUND, "Object not found");
	return 0;
}

static int start_download(struct request *request)
{
	const tc_json *accepted = tc_json_get(request->input, "acceptDownloadMethods");
	bool get_url = tc_json_get(accepted, "getUrl") != NULL;
	bool simple = tc_json_get(accepted, "simple") != NULL;
	int64_t until = request->now_ms + STORAGE_GET_MS;
	struct writer *reply = &request->reply;
	struct object object;
	int status = load_finished(request, &object);

	if (status)
		return status;
	if (!get_url && !simple)
		return refuse(request, NO_MATCHING_METHOD,
			"the object is downloaded by getUrl or simple");
	const char *url = storage_url(request, object.blob, "GET", until);
	write_object(reply);
	write_member(reply, "method", get_url ? "getUrl" : "simple");
	write_member(reply, "url", url);
	if (get_url) {
		write_member_date(reply, "expires", until);
		write_member_raw(reply, "hashes", object.hashes);
	}
	write_end_object(reply);
	return url ? 200 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

static int metadata(struct request *request)
{
	struct writer *reply = &request->reply;
	struct object object;
	int status = load_finished(request, &object);

	if (status)
		return status;
	write_object(reply);
	write_member(reply, "projectId", object.project_id);
	write_member_date(reply, "expires", object.expires);
	write_member_raw(reply, "hashes", object.hashes);
	write_end_object(reply);
	return 200;
}

static int download(struct request *request)
{
	struct object object;
	int status = load_finished(request, &object);

	if (status)
		return status;
	return common_redirect(request,
		storage_url(request, object.blob, "GET", request->now_ms + STORAGE_GET_MS));
}

const struct handler object_handlers[] = {
	{ "object.createUpload", create_upload, false },
	{ "object.finishUpload", finish_upload, false },
	{ "object.startDownload", start_download, false },
	{ "object.object", metadata, false },
	{ "object.download", download, false },
	{ NULL, NULL, false },
};
