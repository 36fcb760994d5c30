/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)64 * 1024)
#define TURN ((int64_t)1024 * 1024) /* that others wait for */

int tc__download_unhash(struct tc__download *download, tc_error *err)
{
	bool with_sha512 = *download->locator.found.sha512 || *download->expected.sha512;

	download->hashed = download->noted = download->resumed_at = 0;
	return tc__hashes_begin(&download->hashes, with_sha512, err);
}

/* The next bytes; TC_ERROR_SYSTEM also when the file ends before. */
static int read_piece(struct tc__download *download, tc_error *err)
{
	char bytes[PIECE];
	int64_t left = download->back.until - download->hashed;
	size_t size = left < (int64_t)sizeof bytes ? (size_t)left : sizeof bytes;
	ssize_t count;

	do
		count = pread(download->back.fd, bytes, size, (off_t)download->hashed);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be read again: %s",
			download->output.file.place.path ? download->output.file.place.path
							 : download->place.path,
			count < 0 ? strerror(errno) : "it ends before");
	download->hashed += count;
	return tc__hashes_add(&download->hashes, bytes, (size_t)count, err);
}

static void read_turn(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__download *download = tc__download_of(flow);
	int64_t until = download->hashed + TURN;
	tc_error err = TC_ERROR_INIT;
	int rc = TC_OK;

	(void)response;
	download->reading = false;
	if (failure) {
		tc__download_fail(download, failure);
		return;
	}
	if (download->failure.code != TC_OK || download->falls_back) {
		tc__download_settle(download);
		return;
	}
	while (rc == TC_OK && download->hashed < download->back.until && download->hashed < until)
		rc = read_piece(download, &err);
	if (rc == TC_OK && !download->several)
		rc = tc__download_tell(download, TC_JOB_READING, download->hashed, &err);
	if (rc != TC_OK) {
		tc__download_fail_with(download, &err);
	} else if (download->hashed < download->back.until) {
		download->reading = true;
		tc__flow_pause(flow, 0, read_turn);
	} else {
		download->back.then(download);
	}
}

void tc__download_read_back(struct tc__download *download, int fd, int64_t until,
	void (*then)(struct tc__download *download))
{
	download->back.fd = fd;
	download->back.until = until;
	download->back.then = then;
	download->reading = true;
	tc__flow_pause(&download->flow, 0, read_turn);
}
