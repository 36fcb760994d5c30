/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_LIVELOG_READER_H
#define TC_LIVELOG_READER_H

/* One request of a reader, from its first line to its end. All of it runs in the server's thread.
 */

#include "tools/livelog/inside.h"

/* What libmicrohttpd calls with the server as `data`: MHD_OPTION_URI_LOG_CALLBACK, the handler of
 * requests, and MHD_OPTION_NOTIFY_COMPLETED. */
void *reader_begin(void *data, const char *target, struct MHD_Connection *connection);
enum MHD_Result reader_answer(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context);
void reader_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code);

/* Those who wait look at the log again. */
void readers_resume(struct livelog *livelog);

/* Ends those who have gone while they waited. */
void readers_drop_gone(struct livelog *livelog);

#endif
