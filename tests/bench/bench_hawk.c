/* SPDX-License-Identifier: MPL-2.0 */
/* A whole Authorization header for a call without body (nonce, normalised string, MAC, base64,
 * text) beside one bare HMAC-SHA-256 over the same string: their instructions, without those of
 * SHA-256's blocks, which are the same four. */
#include "tests/bench/bare_hawk.h"
#include "tests/bench/measure.h"

#include "runtime/src/auth/hawk.h"
#include <stdlib.h>
#include <string.h>

#define CLIENT_ID "project/releng/a-worker"
#define TOKEN "tkwyMcQJQ5mTTJIM4hxs_gvbEvi5xRT2SUkd-6WSkL5w"
#define HOST "tc.example.com"
#define RESOURCE "/api/queue/v1/task/fN1SbArXTPSVFNUvaOlinQ/status"
#define CALLS 1000
#define LIMIT 1.80

struct work {
	struct tc__hawk *hawk;
	tc_credentials *credentials;
	struct tc__buffer text; /* for the bare side: what one header signs */
	size_t done;            /* so that no work can be left out */
};

static struct tc__hawk_artifacts artifacts_with(const char *nonce)
{
	return (struct tc__hawk_artifacts){ .ts = 1700000000,
		.nonce = nonce,
		.method = "GET",
		.resource = RESOURCE,
		.resource_length = strlen(RESOURCE),
		.host = HOST,
		.host_length = strlen(HOST),
		.port = 443 };
}

/* A buffer of its own for each, as an attempt has. */
static void make_headers(void *data)
{
	struct work *work = data;

	for (int i = 0; i < CALLS; i++) {
		struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
		char nonce[TC__NONCE_SIZE];

		tc__hawk_nonce(work->hawk, nonce);
		struct tc__hawk_artifacts artifacts = artifacts_with(nonce);
		if (tc__hawk_header(work->hawk, work->credentials, &artifacts, &header, NULL) !=
			TC_OK)
			abort();
		work->done += header.length;
		tc__buffer_clear(&header);
	}
}

static void make_macs(void *data)
{
	struct work *work = data;
	unsigned char mac[32];

	for (int i = 0; i < CALLS; i++) {
		if (!bare_hawk_hmac(work->text.data, work->text.length, mac))
			abort();
		work->done += mac[0];
	}
}

/* Both sides must have computed the same thing. */
static bool same_mac(const struct work *work, const char *nonce)
{
	struct tc__hawk_artifacts artifacts = artifacts_with(nonce);
	char ours[TC__MAC_SIZE], theirs[TC__MAC_SIZE];
	unsigned char mac[32];

	if (tc__hawk_mac(work->hawk, tc__credentials_key(work->credentials), "header", &artifacts,
		    ours, NULL) != TC_OK)
		return false;
	if (!bare_hawk_hmac(work->text.data, work->text.length, mac))
		return false;
	tc__mac_base64(mac, theirs);
	return strcmp(ours, theirs) == 0;
}

static bool open_work(struct work *work)
{
	char nonce[TC__NONCE_SIZE];

	work->hawk = tc__hawk_new(NULL, NULL);
	work->credentials = tc_credentials_new(CLIENT_ID, TOKEN, NULL, NULL);
	if (!work->hawk || !work->credentials || !bare_hawk_start(TOKEN))
		return false;
	tc__hawk_nonce(work->hawk, nonce);
	struct tc__hawk_artifacts artifacts = artifacts_with(nonce);
	tc__hawk_normalise(&work->text, "header", &artifacts);
	return same_mac(work, nonce);
}

/* In the process whose instructions are counted. */
static int run_side(const char *name)
{
	struct work work = { .text = TC__BUFFER(4096) };
	const struct measure_side side = { name,
		strcmp(name, "ours") == 0 ? make_headers : make_macs, &work };

	if (!open_work(&work))
		return 1;
	side.run(side.data);
	measure_counted(&side);
	tc__buffer_clear(&work.text);
	bare_hawk_end();
	tc_credentials_free(work.credentials);
	tc__hawk_free(work.hawk);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return run_side(argv[1]);
	return !measure_sides("hawk.header", argv[0], "ours", "bare", CALLS, LIMIT);
}
