/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A call, calls on a loop and a list as in production: by a name, through TLS, HTTP/2 and gzip,
 * beside bare libcurl that does the same with every byte prepared. Run it by tests/rig/rig.sh. The
 * front takes most of the time of both sides, so the ratios that are limited are those of this
 * process's CPU time.
 */
#include "tests/bench/bare_call.h"
#include "tests/bench/bare_pages.h"
#include "tests/bench/flights.h"
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
#include "tests/harness/responder.h"
#include "tests/harness/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/pages.h>
#include <taskcluster/queue.h>

#define CALLS 200
#define PAGES 20
#define PAGE_ITEMS 1000
#define CALL_LIMIT 1.40
#define TLS_LIMIT 1.35
#define HTTP2_LIMIT 1.35
#define HTTP2_MEMORY_LIMIT 1.20
#define LIST_LIMIT 2.22
#define TASK_ID "fN1SbArXTPSVFNUvaOlinQ"
#define AUTHORIZATION \
	"Authorization: Hawk id=\"project/releng/a-worker\", ts=\"1700000000\", " \
	"nonce=\"kq3vCkZnA2MWBdR0\", mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\""

/* ---- the server ---- */

/* A page without its end, which names the next. */
static char *page_text;
static size_t page_length;

static void make_page(void)
{
	page_text = malloc(PAGE_ITEMS * 240 + 100);
	if (!page_text)
		abort();
	char *at = page_text + sprintf(page_text, "{\"clients\":[");
	for (int i = 0; i < PAGE_ITEMS; i++)
		at += sprintf(at,
			"%s{\"clientId\":\"project/releng/worker-%d\",\"description\":\"made by "
			"%x\",\"disabled\":false,\"expires\":\"2025-0%d-17T0%d:12:44.%03dZ\"}",
			i ? "," : "", i, (unsigned)i * 2654435761U, i % 9 + 1, i % 7, i);
	at += sprintf(at, "],\"continuationToken\":\"");
	page_length = (size_t)(at - page_text);
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	const char *token = strstr(request->target, "continuationToken=");

	status_answer(data, request, reply);
	if (!strstr(request->target, "/clients/"))
		return;
	reply->body = page_text;
	reply->body_length = page_length +
		(size_t)sprintf(page_text + page_length, "%08d\"}",
			token ? atoi(token + strlen("continuationToken=")) + 1 : 1);
}

/* ---- the sides ---- */

struct sides {
	const char *root_url;
	tc_client *client;
	tc_call *status;
	struct bare_call *bare;
	struct bare_pages *bare_pages;
};

static void stop(const tc_error *err)
{
	fprintf(stderr, "rig: %s\n", err ? tc_error_text(err) : "it failed");
	abort();
}

/* Each reply is decoded, as programs do. */
static void take_status(const tc_response *response)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_queue_task_status_response *reply = tc_queue_status_reply(response, &err);

	if (!reply || strcmp(reply->status.state, "running") != 0)
		stop(&err);
	tc_release(reply);
}

static void call_ours(void *data)
{
	const struct sides *sides = data;
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < CALLS; i++) {
		tc_response *response = NULL;
		if (tc_call_perform(sides->status, &response, &err) != TC_OK)
			stop(&err);
		take_status(response);
		tc_release(response);
	}
}

static void call_bare(void *data)
{
	const struct sides *sides = data;

	for (int i = 0; i < CALLS; i++)
		bare_call_perform(sides->bare);
}

static void list_ours(void *data)
{
	const struct sides *sides = data;
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_auth_list_clients_call(sides->client, NULL, &err);
	const tc_json *item;
	size_t count = 0;

	options.page_max = PAGES;
	tc_items *items = tc_items_new(call, &options, &err);
	while (items && tc_items_next(items, &item, &err) == TC_OK && item)
		count += tc_json_count(item) == 4;
	if (count != (size_t)PAGES * PAGE_ITEMS)
		stop(&err);
	tc_items_free(items);
	tc_call_free(call);
}

static void list_bare(void *data)
{
	const struct sides *sides = data;
	char url[256];

	for (int i = 0; i < PAGES; i++) {
		snprintf(url, sizeof url, "%s/api/auth/v1/clients/?continuationToken=%08d",
			sides->root_url, i);
		if (bare_pages_get(sides->bare_pages, url) < 9 * (size_t)PAGE_ITEMS)
			stop(NULL);
	}
}

static void open_ours(struct sides *sides)
{
	tc_error err = TC_ERROR_INIT;

	sides->client = status_client(sides->root_url);
	sides->status = tc_queue_status_call(sides->client, TASK_ID, &err);
	if (!sides->status)
		stop(&err);
}

static void open_bare(struct sides *sides)
{
	char url[256];

	snprintf(url, sizeof url, "%s" STATUS_PATH, sides->root_url);
	sides->bare = bare_call_new(url, AUTHORIZATION, NULL);
	sides->bare_pages = bare_pages_new(AUTHORIZATION);
	bare_call_compress(sides->bare);
	bare_pages_compress(sides->bare_pages);
}

static void close_sides(struct sides *sides)
{
	tc_call_free(sides->status);
	tc_client_free(sides->client);
	bare_call_free(sides->bare);
	bare_pages_free(sides->bare_pages);
}

/* ---- measures ---- */

static bool measure(const char *label, void (*ours)(void *), void (*bare)(void *), size_t units,
	double limit, struct sides *sides)
{
	struct measure_side our_side = { "ours", ours, sides }, bare_side = { "bare", bare, sides };
	struct measure_result result = measure_pair(&our_side, &bare_side, units);

	return measure_print(label, &result, limit);
}

/* ---- calls in flight ---- */

static bool measure_flights(const char *program, struct tc_responder *server)
{
	char old_url[128];
	const char *root_url = tc_responder_url(server);
	const struct flights old = { "rig.TLS, 64 in flight", program, old_url, 64, true };
	const struct flights some = { "rig.HTTP/2, 64 in flight", program, root_url, 64, true };
	const struct flights many = { "rig.HTTP/2, 256 in flight", program, root_url, 256, true };

	tc_rig_other_url(old_url, sizeof old_url, "old", tc_responder_port(server));
	bool fine = flights_cpu(&old, TLS_LIMIT);
	fine &= flights_cpu(&some, HTTP2_LIMIT);
	fine &= flights_cpu(&many, HTTP2_LIMIT);
	return fine & flights_memory(&many, HTTP2_MEMORY_LIMIT);
}

static bool measure_others(const char *root_url)
{
	struct sides sides = { .root_url = root_url };

	open_ours(&sides);
	open_bare(&sides);
	bool fine = measure("rig.call, CPU", call_ours, call_bare, CALLS, CALL_LIMIT, &sides);
	fine &= measure("rig.items, CPU", list_ours, list_bare, (size_t)PAGES * PAGE_ITEMS,
		LIST_LIMIT, &sides);
	close_sides(&sides);
	return fine;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return flights_main(argc, argv, true);
	if (!tc_rig()) {
		printf("rig: skipped; it is run by tests/rig/rig.sh\n");
		return 77;
	}
	make_page();
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	bool fine = measure_others(tc_responder_url(server));
	fine &= measure_flights(argv[0], server);
	tc_responder_stop(server);
	free(page_text);
	return !fine;
}
