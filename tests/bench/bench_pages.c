/* SPDX-License-Identifier: MPL-2.0 */
/* Items streamed out of pages as trees, beside bare yajl callbacks that only count, from memory and
 * over loopback: instructions an item. And 1,000,000 items, below 16 MiB in all. */
#include "tests/bench/bare_pages.h"
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
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
#define UNITS ((size_t)SLICE_PAGES * PAGE_ITEMS)
/* Instructions; from a server a transfer also pauses while its items are taken. */
#define LIMIT 1.40
#define LOOPBACK_LIMIT 1.50
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

/* ---- the measures ---- */

static int stream_all(const char *root_url)
{
	tc_client *client = status_client(root_url);
	size_t count = stream(client, ALL_PAGES);

	tc_client_free(client);
	printf("peak %ld\n", measure_peak_kib());
	return count != (size_t)ALL_PAGES * PAGE_ITEMS;
}

struct sides {
	struct text whole; /* a page */
	tc_client *client;
	struct bare bare;
};

static struct sides open_sides(struct text *page, const char *root_url)
{
	strcpy(page->data + page->length, "00000001\"}");
	return (struct sides){ { page->data, page->length + strlen("00000001\"}") },
		status_client(root_url),
		{ bare_pages_new("Authorization: Hawk id=\"project/releng/a-worker\", "
				 "ts=\"1700000000\", nonce=\"kq3vCkZnA2MWBdR0\", "
				 "mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\""),
			root_url } };
}

static void close_sides(struct sides *sides)
{
	bare_pages_free(sides->bare.pages);
	tc_client_free(sides->client);
}

/* In the process whose instructions are counted. */
static int run_side(const char *name, struct text *page, const char *root_url)
{
	struct sides sides = open_sides(page, root_url);
	const struct measure_side all[] = {
		{ "parse", slice_parse, &sides.whole },
		{ "parse_bare", slice_parse_bare, &sides.whole },
		{ "stream", slice_stream, sides.client },
		{ "stream_bare", slice_stream_bare, &sides.bare },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (strcmp(all[i].name, name) != 0)
			continue;
		all[i].run(all[i].data);
		measure_counted(&all[i]);
	}
	close_sides(&sides);
	return 0;
}

static void print_time(struct text *page, const char *root_url)
{
	struct sides sides = open_sides(page, root_url);
	const struct measure_side ours = { "items", slice_stream, sides.client };
	const struct measure_side bare = { "curl and yajl", slice_stream_bare, &sides.bare };
	struct measure_result result = measure_pair(&ours, &bare, UNITS);

	close_sides(&sides);
	measure_print("pages.items over loopback", &result, 0);
}

static bool measure_pages(const char *program, struct text *page, const char *root_url)
{
	char ours[256], bare[256], all[4096];

	snprintf(ours, sizeof ours, "stream %s", root_url);
	snprintf(bare, sizeof bare, "stream_bare %s", root_url);
	snprintf(all, sizeof all, "'%s' all %s", program, root_url);
	bool fine = measure_sides("pages.items from memory", program, "parse http://0.0.0.0",
		"parse_bare http://0.0.0.0", UNITS, LIMIT);
	fine &= measure_sides(
		"pages.items over loopback", program, ours, bare, UNITS, LOOPBACK_LIMIT);
	print_time(page, root_url);
	return measure_value("pages.1,000,000 items", measure_figure(all, "peak "),
		       "KiB at the peak", MEMORY_MAX_KIB) &&
		fine;
}

int main(int argc, char **argv)
{
	struct text page = make_page();
	int status;

	if (argc == 3) {
		status = strcmp(argv[1], "all") == 0 ? stream_all(argv[2])
						     : run_side(argv[1], &page, argv[2]);
	} else {
		struct tc_responder *server = tc_responder_fork(answer, &page);
		status = !measure_pages(argv[0], &page, tc_responder_url(server));
		tc_responder_stop(server);
	}
	free(page.data);
	return status;
}
