/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* ftruncate */
#include <taskcluster/download.h>

#include "runtime/src/base/options.h"
#include "runtime/src/http/transport_sigpipe.h"
#include "runtime/src/loop/loop.h"
#include "runtime/src/operation/rpc.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A reply on its way into a sink of the caller's. */
struct download {
	struct tc__sink sink; /* first: it is what the sink's functions get */
	struct tc_sink own;
	int64_t written; /* of the attempt */
	/* on a loop */
	tc_loop *loop; /* NULL: not on one */
	uint64_t run;
	tc_done_fn *on_done;
	void *data;
};

static struct download *download_of(struct tc__sink *sink)
{
	return (struct download *)sink;
}

/* What the caller's function failed with is the end of the call, whatever its code. */
static int judge(struct download *download, int rc, tc_error *err)
{
	if (rc == TC_OK)
		return TC_OK;
	download->sink.spent = true;
	return err->code != TC_OK ? err->code : tc_error_set(err, rc, "the sink refuses the bytes");
}

static int begin(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	struct download *download = download_of(sink);
	const struct tc_sink *own = &download->own;
	int64_t discard = download->written;

	download->written = 0;
	return own->begin ? judge(download, own->begin(own->data, head, discard, err), err) : TC_OK;
}

static int feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct download *download = download_of(sink);
	const struct tc_sink *own = &download->own;

	if (download->loop && tc__loop_has_canceled(download->loop, download->run))
		return tc__fail(err, TC_ERROR_CANCELED, "canceled by its sink");
	download->written += (int64_t)length;
	sink->spent |= !own->begin;
	return judge(download, own->write(own->data, bytes, length, err), err);
}

static int finish(struct tc__sink *sink, tc_error *err)
{
	(void)sink;
	(void)err;
	return TC_OK;
}

static bool full(struct tc__sink *sink)
{
	const struct tc_sink *own = &download_of(sink)->own;

	return own->full(own->data);
}

/* *own is the sink that was given, as this version knows it. */
static int check(
	const tc_call *call, const struct tc_sink *sink, struct tc_sink *own, tc_error *err)
{
	int rc = tc__call_check_whole(call, err);

	if (rc != TC_OK)
		return rc;
	if (!sink)
		return tc__fail(err, TC_ERROR_ARGUMENT, "sink is NULL");
	rc = tc__options_read(sink, own, sizeof *own, "sink", "TC_SINK_INIT", err);
	if (rc != TC_OK)
		return rc;
	if (!own->write)
		return tc__fail(err, TC_ERROR_ARGUMENT, "sink: write is NULL");
	if (own->silence_ms > INT32_MAX)
		return tc__fail(err, TC_ERROR_ARGUMENT, "sink: silence_ms is over %d", INT32_MAX);
	if (tc__rpc_of(tc_call_operation(call)))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the result of a remote procedure call has to be read as a whole");
	return TC_OK;
}

static void open_sink(struct download *download, const struct tc_sink *sink)
{
	*download = (struct download){
		.sink = { .begin = begin,
			.feed = feed,
			.finish = finish,
			.pace = sink->silence_ms < 0 ? TC__PACE_NONE : TC__PACE_STEADY,
			.silence_ms = sink->silence_ms,
			.max = SIZE_MAX,
			.content_only = true },
		.own = *sink,
	};
}

int tc_call_download(
	const tc_call *call, const struct tc_sink *sink, tc_response **head, tc_error *err)
{
	struct download download;
	struct tc_sink own;

	tc_error_clear(err);
	if (head)
		*head = NULL;
	int rc = check(call, sink, &own, err);
	if (rc != TC_OK)
		return rc;
	open_sink(&download, &own);
	return tc__call_perform(call, &download.sink, NULL, head, err);
}

/* ---- on a loop ---- */

static void on_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct download *download = data;
	tc_done_fn *on_done = download->on_done;
	void *own = download->data;

	free(download);
	on_done(own, run, response, err);
}

int tc_loop_download(tc_loop *loop, const tc_call *call, const struct tc_sink *sink,
	tc_done_fn *on_done, void *data, uint64_t *run, tc_error *err)
{
	tc_error_clear(err);
	if (run)
		*run = 0;
	if (!loop || !on_done)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", loop ? "on_done" : "loop");
	struct tc_sink own;
	int rc = check(call, sink, &own, err);
	if (rc != TC_OK)
		return rc;
	struct download *download = malloc(sizeof *download);
	if (!download)
		return tc__fail_nomem(err);
	open_sink(download, &own);
	download->sink.full = own.full ? full : NULL;
	download->loop = loop;
	download->on_done = on_done;
	download->data = data;
	rc = tc__loop_start(
		loop, call, &download->sink, NULL, on_end, download, &download->run, err);
	if (rc != TC_OK)
		free(download);
	else if (run)
		*run = download->run;
	return rc; /* NOLINT(clang-analyzer-unix.Malloc): on_end frees the download */
}

/* ---- into a descriptor ---- */

static int descriptor_of(const void *data)
{
	return (int)(intptr_t)data;
}

static int fd_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	int fd = descriptor_of(data);

	(void)head;
	if (discard == 0)
		return TC_OK;
	off_t at = lseek(fd, -(off_t)discard, SEEK_CUR);
	if (at >= 0 && ftruncate(fd, at) == 0)
		return TC_OK;
	return tc__fail(err, TC_ERROR_SYSTEM,
		"the file cannot be cut back to repeat what broke off: %s", strerror(errno));
}

/* Waits until a descriptor that does not block takes more. */
static bool may_write_again(int fd)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&writable, 1, -1) >= 0 || errno == EINTR;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t count = write(fd, bytes, length);
		if (count < 0 && !may_write_again(fd))
			return errno;
		bytes += count < 0 ? 0 : count;
		length -= count < 0 ? 0 : (size_t)count;
	}
	return 0;
}

static int fd_write(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct tc__hush hush = { 0 };

	tc__hush_begin(&hush);
	int failure = write_all(descriptor_of(data), bytes, length);
	tc__hush_end(&hush);
	if (failure == 0)
		return TC_OK;
	return tc__fail(err, TC_ERROR_SYSTEM, "writing: %s", strerror(failure));
}

void tc_sink_fd(struct tc_sink *sink, int fd)
{
	struct stat status;

	/* all versions have these members; who uses the sink tells of a size that was not set */
	if (!sink || sink->size < offsetof(struct tc_sink, silence_ms))
		return;
	/* nothing else can be cut back */
	sink->begin = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? fd_begin : NULL;
	sink->write = fd_write;
	sink->full = NULL;
	sink->data = (void *)(intptr_t)fd;
}

void tc_loop_resume(tc_loop *loop, uint64_t run)
{
	if (loop)
		tc__loop_resume_later(loop, run);
}
