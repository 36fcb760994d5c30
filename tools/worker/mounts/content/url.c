/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/content/url.h"

#include "workflows/src/base/text.h"
#include "workflows/src/bytes/hashes.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/download.h>
#include <taskcluster/transfer.h>
#include <unistd.h>

#define URL_REDIRECTS 20

struct url_fetch {
	tc_loop *loop;
	uint64_t run;
	int fd;
	struct tc__hashes hashes; /* of what was written */
	int64_t length;
	bool stopped;
	url_fn *on_end;
	void *data;
};

/* ---- the sink ---- */

static int file_failed(tc_error *err)
{
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "a download cannot be written: %s", strerror(errno));
}

/* The bytes begin, maybe not for the first time. */
static int on_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct url_fetch *fetch = data;

	(void)head;
	(void)discard; /* a repetition begins with the first byte */
	fetch->length = 0;
	tc__hashes_end(&fetch->hashes);
	if (ftruncate(fetch->fd, 0) != 0 || lseek(fetch->fd, 0, SEEK_SET) != 0)
		return file_failed(err);
	return tc__hashes_begin(&fetch->hashes, false, err);
}

static int on_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct url_fetch *fetch = data;
	const char *rest = bytes;
	int rc = tc__hashes_add(&fetch->hashes, bytes, length, err);

	while (rc == TC_OK && length) {
		ssize_t written = write(fetch->fd, rest, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return file_failed(err);
		rest += written;
		length -= (size_t)written;
		fetch->length += written;
	}
	return rc;
}

/* ---- the transfer ---- */

/* Everything has come. */
static int finish(struct url_fetch *fetch, struct tc__digests *digests, tc_error *err)
{
	int rc = TC_OK;

	if (!fetch->hashes.sha256) /* a success without a byte */
		rc = tc__hashes_begin(&fetch->hashes, false, err);
	if (rc == TC_OK)
		rc = tc__hashes_read(&fetch->hashes, digests, err);
	if (close(fetch->fd) != 0 && rc == TC_OK)
		rc = file_failed(err);
	fetch->fd = -1;
	return rc;
}

static void free_fetch(struct url_fetch *fetch)
{
	if (fetch->fd >= 0)
		close(fetch->fd);
	tc__hashes_end(&fetch->hashes);
	free(fetch);
}

static void on_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct url_fetch *fetch = data;
	struct tc__digests digests;
	tc_error failure = TC_ERROR_INIT;

	(void)run;
	tc_release(response);
	if (!err && finish(fetch, &digests, &failure) != TC_OK)
		err = &failure;
	if (!fetch->stopped)
		fetch->on_end(fetch->data, err ? NULL : digests.sha256, fetch->length, err);
	tc_error_clear(&failure);
	free_fetch(fetch);
}

static int send(struct url_fetch *fetch, tc_client *client, const char *url, tc_error *err)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct tc_sink sink = TC_SINK_INIT;

	options.redirects = URL_REDIRECTS;
	sink.begin = on_begin;
	sink.write = on_bytes;
	sink.data = fetch;
	tc_call *call = tc_transfer_new(client, "GET", url, &options, err);
	if (!call)
		return TC_ERROR_ARGUMENT;
	int rc = tc_loop_download(fetch->loop, call, &sink, on_end, fetch, &fetch->run, err);
	tc_call_free(call);
	return rc;
}

int url_start(tc_loop *loop, tc_client *client, const char *url, int folder, const char *name,
	url_fn *then, void *data, struct url_fetch **fetch, tc_error *err)
{
	struct url_fetch *made = calloc(1, sizeof(*made));

	*fetch = NULL;
	if (!made)
		return tc__no_memory(err);
	made->loop = loop;
	made->on_end = then;
	made->data = data;
	made->fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = made->fd >= 0 ? send(made, client, url, err) : file_failed(err);
	if (rc == TC_OK)
		*fetch = made;
	else
		free_fetch(made);
	return rc;
}

void url_stop(struct url_fetch *fetch)
{
	if (!fetch)
		return;
	fetch->stopped = true; /* its end frees it */
	tc_loop_cancel(fetch->loop, fetch->run);
}
