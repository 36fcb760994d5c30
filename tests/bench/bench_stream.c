/* SPDX-License-Identifier: MPL-2.0 */
/* What readers of the sandbox's stream cost it: tasks are created, claimed and resolved while 1,000
 * run, with one reader of the overview and one of their group, and with none. CPU of the servers,
 * of which the calls a second are the inverse. */
#include "tests/harness/test.h"

#include "tests/bench/measure.h"
#include "tests/harness/server.h"
#include "tools/sandbox/base/write.h"
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <time.h>

#define GROUP "aaaaaaaaQaCaaaaaaaaaaA"
#define RUNNING 1000
#define TASKS 40 /* of a slice */
#define CALLS (3 * TASKS)
#define LIMIT (1 / 0.90) /* at least 90 % of the calls a second */

/* ---- the work ---- */

/* The reply's text, until the next call. */
static const char *perform(tc_call *call, const char *body)
{
	static tc_response *response;
	tc_error err = TC_ERROR_INIT;

	if (body)
		assert_ok(tc_call_body_bytes(call, body, strlen(body), NULL, &err), &err);
	tc_release(response);
	response = NULL;
	if (tc_call_perform(call, &response, &err) != TC_OK)
		fail_msg("%s", tc_error_text(&err));
	tc_call_free(call);
	return tc_response_body(response, NULL);
}

static void create(tc_client *client)
{
	char id[TC_SLUGID_SIZE];
	char text[1000];
	char created[DATE_SIZE];
	char deadline[DATE_SIZE];
	int64_t now_ms = (int64_t)time(NULL) * 1000;

	write_date(created, now_ms);
	write_date(deadline, now_ms + 3600000);
	snprintf(text, sizeof text,
		"{\"taskQueueId\":\"prov/type\",\"taskGroupId\":\"" GROUP "\",\"created\":\"%s\","
		"\"deadline\":\"%s\",\"payload\":{\"image\":\"debian:12\",\"command\":"
		"[\"/bin/bash\",\"-c\",\"make -j4 all && make check\"],\"maxRunTime\":3600},"
		"\"metadata\":{\"name\":\"build-linux64/opt\",\"description\":\"Builds for Linux\","
		"\"owner\":\"nobody@example.com\",\"source\":\"https://example.com/task.yml\"}}",
		created, deadline);
	tc_slugid_nice(id);
	perform(tc_queue_create_task_call(client, id, NULL), text);
}

static void claim(tc_client *client, char task_id[TC_SLUGID_SIZE])
{
	static const char worker[] = "{\"workerGroup\":\"group\",\"workerId\":\"worker\"}";
	static const char name[] = "\"taskId\":\"";
	const char *reply = perform(tc_queue_claim_work_call(client, "prov/type", NULL), worker);
	const char *id = strstr(reply, name);

	assert_non_null(id);
	snprintf(task_id, TC_SLUGID_SIZE, "%.22s", id + strlen(name));
}

static void work(void *data)
{
	char id[TC_SLUGID_SIZE];

	for (int i = 0; i < TASKS; i++) {
		create(data);
		claim(data, id);
		perform(tc_queue_report_completed_call(data, id, "0", NULL), NULL);
	}
}

static tc_client *start_running(const struct tc_test_server *server)
{
	tc_client *client = tc_test_client(server->root_url);
	char id[TC_SLUGID_SIZE];

	for (int i = 0; i < RUNNING; i++) {
		create(client);
		claim(client, id);
	}
	return client;
}

/* ---- readers ---- */

struct reader {
	char url[300];
	pthread_t thread;
	atomic_size_t bytes;
	atomic_bool stopping;
};

static size_t on_bytes(char *bytes, size_t one, size_t size, void *data)
{
	struct reader *reader = data;

	(void)one;
	(void)bytes;
	reader->bytes += size;
	return size;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct reader *reader = data;

	(void)a, (void)b, (void)c, (void)d;
	return reader->stopping;
}

static void *read_stream(void *data)
{
	struct reader *reader = data;
	CURL *curl = curl_easy_init();

	curl_easy_setopt(curl, CURLOPT_URL, reader->url);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, reader);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, reader);
	curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	return NULL;
}

static void start_reader(struct reader *reader, const char *root_url, const char *about)
{
	snprintf(reader->url, sizeof reader->url, "%s/sandbox/events?about=%s", root_url, about);
	assert_int_equal(pthread_create(&reader->thread, NULL, read_stream, reader), 0);
	while (!reader->bytes)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* How many bytes it was told. */
static size_t stop_reader(struct reader *reader)
{
	reader->stopping = true;
	pthread_join(reader->thread, NULL);
	return reader->bytes;
}

int main(void)
{
	struct tc_test_server *servers[2];
	tc_client *clients[2];
	struct reader readers[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		servers[i] = tc_test_server_start_unchecked((const char *const[]){ NULL });
		clients[i] = start_running(servers[i]);
	}
	start_reader(&readers[0], servers[0]->root_url, "overview");
	start_reader(&readers[1], servers[0]->root_url, "group:" GROUP);
	const struct measure_side sides[] = { { "two readers", work, clients[0] },
		{ "none", work, clients[1] } };
	const pid_t pids[] = { servers[0]->pid, servers[1]->pid };
	struct measure_result result = measure_servers(&sides[0], &sides[1], pids, CALLS);
	bool fine = measure_print("sandbox, a page is open", &result, LIMIT);
	for (int i = 0; i < 2; i++)
		fine &= stop_reader(&readers[i]) > (size_t)TASKS * MEASURE_SLICES * 500;
	for (int i = 0; i < 2; i++) {
		tc_client_free(clients[i]);
		tc_test_server_stop(servers[i]);
	}
	return !fine;
}
