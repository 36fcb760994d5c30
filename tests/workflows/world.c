/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* pread, pwrite */

#include "tests/workflows/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/index.h>
#include <taskcluster/json.h>
#include <taskcluster/queue.h>
#include <unistd.h>

void world_open(struct world *world)
{
	world_open_with(world, NULL, NULL);
}

void world_open_with(struct world *world, const char *option, const char *value)
{
	struct tc_options options = TC_OPTIONS_INIT;

	*world = (struct world){ .server = NULL };
	tc_folder_make(&world->folder);
	tc_folder_make(&world->stored);
	world->server = tc_test_server_start("--data", world->stored.path, "--poll-timeout", "100",
		"--faults", option, value, NULL);
	tc_credentials *credentials = tc_credentials_new(
		world->server->client_id, world->server->access_token, NULL, &world->err);
	assert_non_null(credentials);
	options.root_url = world->server->root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 1;
	world->client = tc_client_new(&options, &world->err);
	assert_ok(world->err.code, &world->err);
	tc_credentials_free(credentials);
	world_new_task(world);
}

void world_close(struct world *world)
{
	tc_client_free(world->client);
	tc_test_server_stop(world->server);
	tc_folder_remove(&world->folder);
	tc_folder_remove(&world->stored);
	tc_error_clear(&world->err);
}

/* ---- tasks ---- */

static void create(struct world *world)
{
	char now[TC_DATE_SIZE], later[TC_DATE_SIZE];
	struct tc_queue_task_status_response *reply = NULL;
	const tc_json *payload = NULL;

	assert_ok(tc_json_parse("{}", 2, &payload, &world->err), &world->err);
	assert_ok(tc_from_now("", NULL, now, &world->err), &world->err);
	assert_ok(tc_from_now("1 hour", NULL, later, &world->err), &world->err);
	const struct tc_queue_create_task_request task = {
		.task_queue_id = WORLD_QUEUE,
		.created = now,
		.deadline = later,
		.payload = payload,
		.metadata = { .name = "n",
			.description = "d",
			.owner = "o@example.com",
			.source = "https://example.com/" },
	};
	assert_ok(tc_queue_create_task(world->client, world->task_id, &task, &reply, &world->err),
		&world->err);
	tc_release(reply);
	tc_release(payload);
}

static void claim(struct world *world)
{
	const struct tc_queue_task_claim_request worker = { .worker_group = "group",
		.worker_id = "worker" };
	struct tc_queue_task_claim_response *reply = NULL;

	assert_ok(tc_queue_claim_task(world->client, world->task_id, world->run_id, &worker, &reply,
			  &world->err),
		&world->err);
	tc_release(reply);
}

void world_add_task(struct world *world)
{
	tc_slugid_nice(world->task_id);
	strcpy(world->run_id, "0");
	create(world);
}

void world_new_task(struct world *world)
{
	world_add_task(world);
	claim(world);
}

void world_next_run(struct world *world)
{
	const struct tc_queue_task_exception_request why = { .reason = "worker-shutdown" };

	assert_ok(tc_queue_report_exception(
			  world->client, world->task_id, world->run_id, &why, NULL, &world->err),
		&world->err);
	world->run_id[0]++;
	claim(world);
}

void world_complete(struct world *world)
{
	assert_ok(tc_queue_report_completed(
			  world->client, world->task_id, world->run_id, NULL, &world->err),
		&world->err);
}

void world_index(struct world *world, const char *path)
{
	char later[TC_DATE_SIZE];
	const tc_json *data = NULL;

	assert_ok(tc_json_parse("{}", 2, &data, &world->err), &world->err);
	assert_ok(tc_from_now("1 hour", NULL, later, &world->err), &world->err);
	const struct tc_index_insert_task_request entry = {
		.task_id = world->task_id, .rank = 1, .expires = later, .data = data
	};
	assert_ok(
		tc_index_insert_task(world->client, path, &entry, NULL, &world->err), &world->err);
	tc_release(data);
}

/* ---- artifacts ---- */

static struct tc_artifact artifact_of(const struct world *world, const char *name)
{
	return (struct tc_artifact){
		.task_id = world->task_id, .run_id = world->run_id, .name = name
	};
}

void world_upload(struct world *world, const char *name, enum tc_storage storage, const void *bytes,
	size_t length)
{
	const struct tc_artifact artifact = artifact_of(world, name);
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;

	tc_source_memory(&source, bytes, length);
	options.storage = storage;
	assert_ok(
		tc_upload_artifact(world->client, &artifact, &source, &options, NULL, &world->err),
		&world->err);
}

static void create_artifact(
	struct world *world, const char *name, const struct tc_create_options *options)
{
	const struct tc_artifact artifact = artifact_of(world, name);

	assert_ok(tc_create_artifact(world->client, &artifact, options, &world->err), &world->err);
}

void world_reference(struct world *world, const char *name, const char *url)
{
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	options.url = url;
	create_artifact(world, name, &options);
}

void world_link(struct world *world, const char *name, const char *to)
{
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	options.link = to;
	create_artifact(world, name, &options);
}

void world_error(struct world *world, const char *name, const char *reason, const char *message)
{
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	options.reason = reason;
	options.message = message;
	create_artifact(world, name, &options);
}

/* ---- what is stored ---- */

static void damage(const struct world *world, const char *name)
{
	int fd = openat(world->stored.fd, name, O_RDWR | O_CLOEXEC);
	char byte;

	assert_true(fd >= 0);
	if (pread(fd, &byte, 1, 0) == 1) {
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, 0), 1);
	}
	close(fd);
}

void world_damage(const struct world *world)
{
	DIR *dir = opendir(world->stored.path);

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			damage(world, entry->d_name);
	closedir(dir);
}
