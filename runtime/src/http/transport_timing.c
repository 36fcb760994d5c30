/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

static int64_t number(const struct tc__transfer *transfer, CURLINFO which)
{
	curl_off_t value = 0;

	(void)curl_easy_getinfo(transfer->easy, which, &value);
	return value;
}

/* For curl what was not reached was at 0. */
static int64_t reached(const struct tc__transfer *transfer, CURLINFO which)
{
	int64_t us = number(transfer, which);

	return us > 0 ? us : -1;
}

/* Whether the request went over a connection that was there already. */
static bool is_reused(const struct tc__transfer *transfer)
{
	long made = 0, sent = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &made);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
	return made == 0 && sent > 0;
}

void tc__transfer_timing(const struct tc__transfer *transfer, struct tc__timing *timing)
{
	const struct tc__reply *reply = transfer->delivery->reply;

	*timing = TC__TIMING_NONE;
	timing->sent = number(transfer, CURLINFO_SIZE_UPLOAD_T);
	timing->received = number(transfer, CURLINFO_SIZE_DOWNLOAD_T);
	timing->total_us = number(transfer, CURLINFO_TOTAL_TIME_T);
	timing->reused = is_reused(transfer);
	if (!timing->reused) {
		timing->name_us = reached(transfer, CURLINFO_NAMELOOKUP_TIME_T);
		timing->connect_us = reached(transfer, CURLINFO_CONNECT_TIME_T);
		timing->tls_us = reached(transfer, CURLINFO_APPCONNECT_TIME_T);
	}
	if (tc__reply_status(reply) != 0)
		timing->first_byte_us = reached(transfer, CURLINFO_STARTTRANSFER_TIME_T);
}
