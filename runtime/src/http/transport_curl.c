/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

#include "runtime/src/common/clock.h"
#include "runtime/src/http/transport_sigpipe.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Connections kept open after use. */
#define KEPT_MAX 8L

/* How long a poll may last: when somebody watches the progress, and may cancel, and when not. */
#define WATCHED_MS 200
#define UNWATCHED_MS 1000

struct curl_transport {
	struct tc__transport base;
	struct tc__transfer transfer;
	struct tc__sockets sockets;
	CURLM *multi;
	pid_t owner; /* a child of fork is not the owner of the connections */
};

static struct curl_transport *curl_of(struct tc__transport *transport)
{
	return (struct curl_transport *)transport;
}

/* ---- delivery ---- */

static CURLcode message_of(CURLM *multi)
{
	int left;
	const CURLMsg *message = curl_multi_info_read(multi, &left);

	return message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_GOT_NOTHING;
}

static CURLMcode drive(CURLM *multi, int poll_ms)
{
	int running = 0;

	for (;;) {
		CURLMcode code = curl_multi_perform(multi, &running);
		if (code != CURLM_OK || running == 0)
			return code;
		code = curl_multi_poll(multi, NULL, 0, poll_ms, NULL);
		if (code != CURLM_OK)
			return code;
	}
}

static int deliver(struct tc__transport *base, struct tc__delivery *delivery, tc_error *err)
{
	struct curl_transport *transport = curl_of(base);
	struct tc__transfer *transfer = &transport->transfer;
	bool tls = strncmp(delivery->attempt->url, "https", 5) == 0;
	CURLcode code = CURLE_OK;
	struct tc__hush hush = { 0 };

	int rc = tc__transfer_load(transfer, delivery, err);
	if (rc != TC_OK)
		return rc;
	if (tls)
		tc__hush_begin(&hush);
	CURLMcode failure = curl_multi_add_handle(transport->multi, transfer->easy);
	if (failure == CURLM_OK) {
		failure = drive(transport->multi, delivery->progress ? WATCHED_MS : UNWATCHED_MS);
		code = message_of(transport->multi);
		curl_multi_remove_handle(transport->multi, transfer->easy);
	}
	tc__hush_end(&hush);
	if (failure == CURLM_OUT_OF_MEMORY)
		return tc__fail_nomem(err);
	if (failure != CURLM_OK)
		return tc__fail(
			err, TC_ERROR_SYSTEM, "libcurl fails: %s", curl_multi_strerror(failure));
	return tc__transfer_result(transfer, code, err);
}

static void wait_for(struct tc__transport *base, int64_t ms)
{
	struct timespec left = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	(void)base;
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

static int64_t steady_ms(struct tc__transport *base)
{
	(void)base;
	return tc__clock_steady_ms();
}

/* ---- from beginning to end ---- */

static void end(struct tc__transport *base)
{
	struct curl_transport *transport = curl_of(base);
	struct tc__hush hush = { 0 };

	/* In a child of fork the connections are the parent's: TLS would say goodbye on them. So
	 * only this process's copies of the sockets are closed, and curl's memory is left to the
	 * end of the process, which is near: a child may only free or exec. */
	if (transport->owner != getpid()) {
		tc__sockets_abandon(&transport->sockets);
		return;
	}
	tc__hush_begin(&hush);
	if (transport->transfer.easy)
		tc__transfer_close(&transport->transfer);
	curl_multi_cleanup(transport->multi);
	tc__hush_end(&hush);
	tc__sockets_clear(&transport->sockets);
	tc_release(transport);
}

struct tc__transport *tc__curl_transport_new(
	const struct tc__curl_settings *settings, tc_error *err)
{
	static const struct tc__transport_kind kind = { deliver, wait_for, steady_ms, end };

	if (tc__curl_start(err) != TC_OK)
		return NULL;
	struct curl_transport *transport = tc__object_alloc(sizeof *transport);
	if (!transport) {
		tc__fail_nomem(err);
		return NULL;
	}
	transport->base.kind = &kind;
	transport->owner = getpid();
	transport->multi = tc__curl_multi_new();
	if (!transport->multi) {
		tc__fail_nomem(err);
		goto out;
	}
	curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, KEPT_MAX);
	if (tc__transfer_open(&transport->transfer, settings, &transport->sockets, err) != TC_OK)
		goto out;
	return &transport->base;

out:
	end(&transport->base);
	return NULL;
}
