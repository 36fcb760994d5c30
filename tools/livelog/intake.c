/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/livelog/intake.h"

#include "tools/livelog/listen.h"
#include "tools/streams/streams.h"

#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16
#define CONNECTION_MEMORY ((size_t)256 * 1024) /* a body is read in pieces of about this size */
#define IDLE_S 5 /* who asks for nothing for so long gives its place back */

struct intake {
	struct MHD_Daemon *daemon;
	int port;
	int fd;
	struct livelog *livelog;
	bool taken; /* there was a PUT; the daemon's thread's alone */
};

/* What a request's context points to: this is the one that brings the log. */
static char bringer;

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	if (*text)
		MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	if (status == MHD_HTTP_BAD_REQUEST)
		MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result begin(struct intake *intake, struct MHD_Connection *connection,
	const char *url, const char *method, void **context)
{
	if (strcmp(url, "/log") != 0)
		return say(connection, MHD_HTTP_NOT_FOUND, "404 page not found\n");
	if (strcmp(method, "PUT") != 0)
		return say(connection, MHD_HTTP_BAD_REQUEST,
			"This endpoint can only handle PUT requests");
	if (intake->taken)
		return say(connection, MHD_HTTP_BAD_REQUEST,
			"This endpoint can only process one http PUT at a time");
	intake->taken = true;
	*context = &bringer;
	/* a log may be silent for hours */
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
	return MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context)
{
	struct intake *intake = data;

	(void)version;
	if (!*context)
		return begin(intake, connection, url, method, context);
	if (!*upload_size) {
		livelog_end(intake->livelog, false);
		return say(connection, MHD_HTTP_CREATED, "");
	}
	if (streams_write(intake->fd, upload, *upload_size) != 0) {
		fprintf(stderr, "taskcluster-livelog: cannot keep the log: %s\n", strerror(errno));
		return MHD_NO;
	}
	*upload_size = 0;
	livelog_grew(intake->livelog);
	return MHD_YES;
}

/* Whatever ended the one PUT otherwise than by its body's end has broken the log. */
static void on_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	struct intake *intake = data;

	(void)connection;
	(void)code;
	if (*context)
		livelog_end(intake->livelog, true);
	*context = NULL;
}

struct intake *intake_start(const struct intake_options *options, tc_error *err)
{
	struct intake *intake = calloc(1, sizeof *intake);
	int socket;

	if (!intake) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory for a live log");
		return NULL;
	}
	intake->port = options->port;
	intake->fd = options->fd;
	intake->livelog = options->livelog;
	if (listen_open(options->address, &intake->port, &socket, err) != TC_OK) {
		free(intake);
		return NULL;
	}
	/* not by epoll: there it takes no notice of an end that came together with bytes; with a
	 * channel of its own, as without one nothing ends it while all places are taken */
	intake->daemon = MHD_start_daemon(
		MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC, 0, NULL, NULL,
		on_request, intake, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_NOTIFY_COMPLETED,
		on_end, intake, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
	if (intake->daemon)
		return intake;
	tc_error_set(err, TC_ERROR_SYSTEM, "cannot start the HTTP server");
	free(intake);
	return NULL;
}

int intake_port(const struct intake *intake)
{
	return intake->port;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	MHD_stop_daemon(intake->daemon);
	free(intake);
}
