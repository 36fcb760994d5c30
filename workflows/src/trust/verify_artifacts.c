/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/verify.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

/* ---- which ---- */

static int add_wanted(struct tc__verify *verify, const char *name, tc_error *err)
{
	struct tc__entry *entry = &verify->wanted.list[verify->wanted.count];

	int rc = tc__text_copy(&entry->name, name, err);
	verify->wanted.count += rc == TC_OK;
	return rc;
}

/* Those that the caller names, or all that are covered, each once, and in order. */
static int list_wanted(struct tc__verify *verify, tc_error *err)
{
	const struct tc_trust_verify_options *options = &verify->options;
	const tc_json *artifacts = tc_json_get(verify->certificate, "artifacts");
	bool named = options->names_count > 0;
	size_t count = named ? options->names_count : tc_json_count(artifacts);
	struct tc__entries *wanted = &verify->wanted;
	int rc = TC_OK;

	wanted->list = calloc(count + 1, sizeof *wanted->list);
	if (!wanted->list)
		return tc__no_memory(err);
	wanted->room = count + 1;
	for (size_t i = 0; rc == TC_OK && i < count; i++)
		rc = add_wanted(verify,
			named ? options->names[i] : tc_json_text(tc_json_name(artifacts, i)), err);
	if (rc == TC_OK)
		tc__entries_sort(wanted);
	return rc;
}

/* ---- how each ended ---- */

static void end(struct tc__verify *verify, const tc_error *err)
{
	if (!verify->ending.done)
		tc__ending_set(&verify->ending, err);
}

/* Nobody can know how the others are: they need not be asked for. */
static void give_up(struct tc__verify *verify, const tc_error *err)
{
	if (verify->ending.err.code == TC_OK)
		tc_error_copy(&verify->ending.err, err);
	verify->next = verify->wanted.count;
	for (size_t i = 0; i < TC__VERIFY_IN_FLIGHT; i++)
		if (verify->items[i].entry)
			tc_job_cancel(&verify->items[i].download->job);
}

/* Only a name can be an argument that cannot work: the others have worked before. */
static void judge(struct tc__verify *verify, const struct tc__entry *entry, const tc_error *err)
{
	if (tc__verify_is_fault(err) || err->code == TC_ERROR_ARGUMENT)
		tc__verify_fault(verify, entry->name, tc_error_text(err));
	else
		give_up(verify, err);
}

static void hold(struct tc__verify *verify, const struct tc__entry *entry,
	const struct tc_downloaded *result)
{
	verify->count++;
	if (verify->options.verified)
		verify->options.verified(verify->options.data, entry->name, result);
}

static void start_next(struct tc__verify *verify);

static void took_one(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct tc__verify_item *item = data;
	struct tc__verify *verify = item->verify;
	struct tc__entry *entry = item->entry;

	item->entry = NULL;
	item->download = NULL;
	verify->active--;
	if (err)
		judge(verify, entry, err);
	else
		hold(verify, entry, result);
	start_next(verify);
}

/* ---- beginning with each ---- */

static int open_place(struct tc__verify *verify, const struct tc__entry *entry,
	struct tc__place *place, tc_error *err)
{
	if (verify->fd < 0)
		return TC_OK;
	int rc = tc__entries_check(&verify->wanted, entry, err);
	return rc == TC_OK ? tc__place_open_below(place, verify->fd, entry->name, err) : rc;
}

static int start_download(struct tc__verify *verify, struct tc__verify_item *item,
	const struct tc__digests_expected *covered, tc_error *err)
{
	struct tc__place place = TC__PLACE_NONE;
	struct tc_target target = TC_TARGET_INIT;
	struct tc__digests expected;
	const struct tc_artifact artifact = { .task_id = verify->options.task_id,
		.run_id = verify->run_id,
		.name = item->entry->name };

	memcpy(expected.sha256, covered->sha256, sizeof expected.sha256);
	memcpy(expected.sha512, covered->sha512, sizeof expected.sha512);
	target.sink = &verify->sink;
	int rc = open_place(verify, item->entry, &place, err);
	const struct tc__download_start start = { .loop = verify->flow.loop,
		.client = verify->flow.client,
		.artifact = &artifact,
		.target = verify->fd < 0 ? &target : NULL,
		.place = &place,
		.options = &verify->how,
		.flow = &verify->flow,
		.expected = &expected,
		.on_done = took_one,
		.data = item };
	return rc == TC_OK ? tc__download_start(&start, &item->download, err) : rc;
}

static struct tc__verify_item *free_item(struct tc__verify *verify)
{
	for (size_t i = 0; i < TC__VERIFY_IN_FLIGHT; i++)
		if (!verify->items[i].entry)
			return &verify->items[i];
	return NULL;
}

static void start_one(struct tc__verify *verify, struct tc__entry *entry)
{
	struct tc__verify_item *item = free_item(verify);
	struct tc__digests_expected covered;
	tc_error err = TC_ERROR_INIT;

	if (!tc__trust_covers(verify->certificate, entry->name, &covered)) {
		tc__verify_fault(verify, entry->name, "the certificate does not cover it");
		return;
	}
	*item = (struct tc__verify_item){ .verify = verify, .entry = entry };
	if (start_download(verify, item, &covered, &err) == TC_OK) {
		verify->active++;
		return;
	}
	item->entry = NULL;
	judge(verify, entry, &err);
	tc_error_clear(&err);
}

static bool is_repeated(const struct tc__entries *entries, size_t position)
{
	return position > 0 &&
		strcmp(entries->list[position - 1].name, entries->list[position].name) == 0;
}

/* Keeps as many under way as may be; ends when none is left. */
static void start_next(struct tc__verify *verify)
{
	while (verify->active < TC__VERIFY_IN_FLIGHT && verify->next < verify->wanted.count) {
		size_t position = verify->next++;
		if (!is_repeated(&verify->wanted, position))
			start_one(verify, &verify->wanted.list[position]);
	}
	if (!verify->active)
		end(verify, NULL);
}

/* ---- all of them ---- */

/* The sink of what is only read: any bytes, also from the beginning again. */
static int begin_nothing(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	(void)data, (void)head, (void)discard, (void)err;
	return TC_OK;
}

static int write_nothing(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)data, (void)bytes, (void)length, (void)err;
	return TC_OK;
}

static void cancel(struct tc_job *job)
{
	struct tc__verify *verify = (struct tc__verify *)job;

	for (size_t i = 0; i < TC__VERIFY_IN_FLIGHT; i++)
		if (verify->items[i].entry)
			tc_job_cancel(&verify->items[i].download->job);
}

static int prepare(struct tc__verify *verify, tc_error *err)
{
	const char *folder = verify->options.folder;

	verify->sink = (struct tc_sink)TC_SINK_INIT;
	verify->sink.begin = begin_nothing;
	verify->sink.write = write_nothing;
	verify->job.cancel = cancel;
	verify->job.by = verify->flow.cancel;
	int rc = list_wanted(verify, err);
	return rc == TC_OK && folder ? tc__place_make_folder(folder, &verify->fd, err) : rc;
}

int tc__verify_artifacts(struct tc__verify *verify, tc_error *err)
{
	int rc = prepare(verify, err);

	if (rc != TC_OK)
		return rc;
	verify->flow.loop = tc_loop_on(verify->flow.client, TC__VERIFY_IN_FLIGHT, err);
	if (!verify->flow.loop)
		return err->code;
	start_next(verify);
	return tc__job_wait(verify->flow.loop, &verify->job, TC_OK, &verify->ending, err);
}
