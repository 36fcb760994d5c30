/* SPDX-License-Identifier: MPL-2.0 */
/* Items streamed out of pages as trees, beside bare yajl callbacks that only count: at least 45 %
 * of their speed, from memory and over loopback. And 1,000,000 items, below 16 MiB in all. */
#include "tests/bench/bare_pages.h"
#include "tests/bench/measure.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"

#include "runtime/src/flow/pages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ITEMS 1000
#define SLICE_PAGES 20
#define ALL_PAGES 1000
#define PIECE 16384 /* what curl hands over at a time */
#define LIMIT (1 / 0.45)
#define MEMORY_MAX_KIB (16 * 1024)

/* ---- a list of artifacts ---- */

static const struct tc_parameter paging[] = { { "continuationToken" }, { "limit" } };
static const struct tc_service queue;
static const struct tc_operation list = { .service = &queue,
	.name = "listArtifacts",
	.method = "GET",
	.route = "/task/fN1SbArXTPSVFNUvaOlinQ/runs/0/artifacts",
	.query = paging,
	.query_count = 2,
	.has_output = true,
	.pages = true };
static const struct tc_service queue = {
	.name = "queue", .version = "v1", .operations = &list, .operation_count = 1
};

struct text {
	char *data;
	size_t length;
};

static struct text make_page(void)
{
	struct text text = { malloc(PAGE_ITEMS * 240), 0 };
	char *at = text.data;

	if (!at)
		abort();
	at += sprintf(at, "{\"artifacts\":[");
	for (int i = 0; i < PAGE_ITEMS; i++)
		at += sprintf(at,
			"%s{\"storageType\":\"%s\",\"name\":\"public/build/"
			"target.part-%04d.tar.zst\","
			"\"expires\":\"2025-0%d-17T0%d:12:44.%03dZ\",\"contentType\":"
			"\"application/%s\",\"contentLength\":%d}",
			i ? "," : "", i % 9 ? "object" : "s3", i, i % 9 + 1, i % 7, i,
			i % 5 ? "zstd" : "octet-stream", i * 104729);
	at += sprintf(at, "],\"continuationToken\":\"");
	text.length = (size_t)(at - text.data);
	return text;
}

/* Every page names the next by its number; each has the same items. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	const struct text *page = data;
	const char *token = strstr(request->target, "continuationToken=");
	int number = token ? atoi(token + strlen("continuationToken=")) : 0;

	reply->headers = "Content-Type: application/json; charset=utf-8\r\n";
	reply->body = page->data;
	reply->body_length =
		page->length + (size_t)sprintf(page->data + page->length, "%0*d\"}", 8, number + 1);
}

/* ---- from memory ---- */

static void slice_parse(void *data)
{
	const struct text *page = data;
	struct tc__page_reader *reader = malloc(sizeof *reader);
	static const struct tc_paging style = { .next = "/continuationToken" };
	const struct tc__cursor cursor = { .paging = &style };

	for (int i = 0; reader && i < SLICE_PAGES; i++) {
		size_t count = 0;
		tc__page_open(reader, &cursor, true);
		for (size_t at = 0; at < page->length; at += PIECE) {
			size_t n = page->length - at < PIECE ? page->length - at : PIECE;
			if (tc__page_push(reader, page->data + at, n, NULL) != TC_OK)
				abort();
			for (const tc_json *item; (item = tc__page_take(reader)); count++)
				if (tc_json_count(item) != 5)
					abort();
		}
		if (tc__page_finish(reader, NULL) != TC_OK || count != PAGE_ITEMS)
			abort();
		tc__page_close(reader);
	}
	free(reader);
}

static void slice_parse_bare(void *data)
{
	const struct text *page = data;

	for (int i = 0; i < SLICE_PAGES; i++)
		if (bare_pages_parse(page->data, page->length, PIECE) < 11 * PAGE_ITEMS)
			abort();
}

/* ---- over loopback ---- */

static size_t stream(tc_client *client, int64_t pages)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_generated_call(client, &list, NULL, NULL, &err);
	const tc_json *item;
	size_t count = 0;

	options.page_max = pages;
	tc_items *items = tc_items_new(call, &options, &err);
	while (items && tc_items_next(items, &item, &err) == TC_OK && item)
		count += tc_json_count(item) == 5;
	if (err.code != TC_OK) {
		fprintf(stderr, "pages: %s\n", tc_error_text(&err));
		abort();
	}
	tc_items_free(items);
	tc_call_free(call);
	return count;
}

static void slice_stream(void *client)
{
	if (stream(client, SLICE_PAGES) != (size_t)SLICE_PAGES * PAGE_ITEMS)
		abort();
}

struct bare {
	struct bare_pages *pages;
	const char *root_url;
};

static void slice_stream_bare(void *data)
{
	const struct bare *bare = data;
	char url[256];

	for (int i = 0; i < SLICE_PAGES; i++) {
		snprintf(url, sizeof url,
			"%s/api/queue/v1/task/fN1SbArXTPSVFNUvaOlinQ/runs/0/artifacts"
			"?continuationToken=%08d",
			bare->root_url, i);
		bare_pages_get(bare->pages, url);
	}
}

static tc_client *open_client(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials = tc_credentials_new(
		"project/releng/a-worker", "tkwyMcQJQ5mTTJIM4hxs_gvbEvi5xRT2SUkd", NULL, NULL);

	options.root_url = root_url;
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, NULL);
	tc_credentials_free(credentials);
	if (!client)
		abort();
	return client;
}

/* ---- memory, in a process of its own ---- */

/* The most memory this program had since its start. */
static long own_peak_kib(void)
{
	char line[256];
	long kib = 0;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && !kib && fgets(line, sizeof line, file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static int stream_all(const char *root_url)
{
	tc_client *client = open_client(root_url);
	double begun = measure_wall_ns();
	size_t count = stream(client, ALL_PAGES);
	double seconds = (measure_wall_ns() - begun) / 1e9;
	long kib = own_peak_kib();
	bool fine = kib > 0 && kib < MEMORY_MAX_KIB && count == (size_t)ALL_PAGES * PAGE_ITEMS;

	tc_client_free(client);
	printf("%-28s %zu items in %.1f s, %ld KiB at the peak   below %d: %s\n", "pages.memory",
		count, seconds, kib, MEMORY_MAX_KIB, fine ? "ok" : "MISSED");
	return !fine;
}

static bool measure_memory(const char *program, const char *root_url)
{
	char command[4096];

	fflush(stdout);
	snprintf(command, sizeof command, "'%s' %s", program, root_url);
	return system(command) == 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return stream_all(argv[1]);
	struct text page = make_page();
	struct tc_responder *server = tc_responder_fork(answer, &page);
	tc_client *client = open_client(tc_responder_url(server));
	struct bare bare = { bare_pages_new("Authorization: Hawk id=\"project/releng/a-worker\", "
					    "ts=\"1700000000\", nonce=\"kq3vCkZnA2MWBdR0\", "
					    "mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\""),
		tc_responder_url(server) };
	strcpy(page.data + page.length, "00000001\"}");
	struct text whole = { page.data, page.length + strlen("00000001\"}") };
	struct measure_side parse = { "items", slice_parse, &whole };
	struct measure_side parse_bare = { "yajl", slice_parse_bare, &whole };
	struct measure_side stream_side = { "items", slice_stream, client };
	struct measure_side stream_bare = { "curl and yajl", slice_stream_bare, &bare };
	size_t units = (size_t)SLICE_PAGES * PAGE_ITEMS;

	struct measure_result result = measure_pair(&parse, &parse_bare, units);
	bool fine = measure_print("pages.items from memory", &result, LIMIT, false);
	result = measure_pair(&stream_side, &stream_bare, units);
	fine &= measure_print("pages.items over loopback", &result, LIMIT, false);
	fine &= measure_memory(argv[0], tc_responder_url(server));
	bare_pages_free(bare.pages);
	tc_client_free(client);
	tc_responder_stop(server);
	free(page.data);
	return !fine;
}
