/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_DOWNLOAD_H
#define TASKCLUSTER_DOWNLOAD_H

/*
 * Replies that are larger than memory, or that somebody waits for: their bytes go to a sink as they
 * come.
 *
 *	tc_call *call = tc_buildbot_get_build_step_log_raw_call(client, "7", "1", "stdio", &err);
 *	struct tc_sink sink = TC_SINK_INIT;
 *	tc_sink_fd(&sink, fd);
 *	tc_response *head = NULL;
 *	if (tc_call_download(call, &sink, &head, &err) != TC_OK)
 *		fprintf(stderr, "%s\n", tc_error_text(&err));
 *	tc_release(head);
 *	tc_call_free(call);
 *
 * There is no limit on their size, and the client's timeout bounds silence, not the whole transfer:
 * it fails when not a byte came for so long, at most a second late.
 * Only a status from 200 to 299 brings bytes to the sink; what a refusal or a redirect says is told
 * as ever. Operations for bytes take them of any type; for others it has to be theirs.
 */

#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where the bytes go. Its functions run on the thread of the call (or loop), and use neither the
 * client nor the loop. TC_OK lets the transfer go on. Anything else ends the call with that code,
 * and what it is about is told by tc_error_set on `err`.
 */
struct tc_sink {
	size_t size; /* set by TC_SINK_INIT */
	/*
	 * The bytes begin: `head` (borrowed until it returns) has the status and headers, for the
	 * name, type and length of what comes. Again, when an attempt broke off and the call is
	 * repeated: the last `discard` bytes that were written count for nothing then (also when
	 * it ends with a redirect now, and nothing comes). NULL: nothing is to be done, and the
	 * call is not repeated after the first byte.
	 */
	int (*begin)(void *data, tc_response *head, int64_t discard, tc_error *err);
	/* The next bytes, decoded from their transfer and content encodings. */
	int (*write)(void *data, const void *bytes, size_t length, tc_error *err);
	/*
	 * On a loop only: whether it takes no more for now. The transfer then stands still until
	 * tc_loop_resume. NULL: it always takes more.
	 */
	bool (*full)(void *data);
	void *data;
	/* How long it may be silent; 0: the client's timeout_ms; negative: as long as it likes, as
	 * a log that still grows. */
	int64_t silence_ms;
};
#define TC_SINK_INIT TC_SIZED_INIT(struct tc_sink)

/* Fills a sink that began with TC_SINK_INIT (silence_ms stays): into a descriptor, which stays the
 * caller's, from where it stands. A file is cut back when the call is repeated; into anything else,
 * such as a pipe, a call is not repeated after the first byte. A write blocks for as long as the
 * descriptor does. */
TC_API void tc_sink_fd(struct tc_sink *sink, int fd);

/*
 * Sends the call and gives what comes to the sink (which is only used until it returns). On
 * success *head, which may be NULL, is the reply without these bytes: status, headers, file name
 * (tc_release). Bytes count for nothing before TC_OK: a transfer may break off. With
 * tc_options.verify_replies the reply to a signed call is held until it was checked, as a whole:
 * then tc_options.reply_max is its limit, and `full` is not asked.
 */
TC_API int tc_call_download(
	const tc_call *call, const struct tc_sink *sink, tc_response **head, tc_error *err);

/* The same as a run on a loop; the sink is copied, its data is used until `on_done` was called. */
TC_API int tc_loop_download(tc_loop *loop, const tc_call *call, const struct tc_sink *sink,
	tc_done_fn *on_done, void *data, uint64_t *run, tc_error *err);

/* The sink of a run takes more again; on the loop's thread. No effect on a run that does not stand
 * still. */
TC_API void tc_loop_resume(tc_loop *loop, uint64_t run);

#ifdef __cplusplus
}
#endif

#endif
