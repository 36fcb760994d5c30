/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_REPORT_H
#define TC_CLI_SHARED_REPORT_H

/*
 * What goes wrong, told on standard error: what it was, and what to do about it. For people that
 * is text; with --errors json each error is one line, with its hints in it:
 *
 *	{"error":"…","code":"http","status":404,…,"hints":["…"],"exitStatus":1}
 *
 * and all else a line of its own: {"warning":"…"}, {"hint":"…"} behind a warning, {"log":"…"}.
 */

#include <stdbool.h>

/* Exit statuses besides 0. */
enum {
	STATUS_FAILED = 1, /* the server's refusal, the network, the machine */
	STATUS_USAGE = 2   /* the command line, the configuration, a body that is no JSON */
};

#if defined(__GNUC__)
#define PRINTF_LIKE __attribute__((format(printf, 1, 2)))
#else
#define PRINTF_LIKE
#endif

/* How errors are told, from now on: "text" or "json". False: it is neither. */
bool report_set_style(const char *style);
bool report_is_json(void);

/* Before the program ends or becomes another: the last error is told when its hints are. It ended
 * with this exit status, which is returned. */
int report_end(int status);

/* What is drawn on the terminal gets out of the way before any of these prints. One at a time;
 * NULL: nothing is. */
void report_behind(void (*hide)(void));

/* One line, as it is. */
void tell(const char *line);

/* A warning, or news: one line, after the program's name. */
void complain(const char *format, ...) PRINTF_LIKE;

/* A line below what was told last, indented. What servers said may be in all of these: it does not
 * steer the terminal. */
void hint(const char *format, ...) PRINTF_LIKE;

/* An error, told as complain does; returns STATUS_USAGE resp. STATUS_FAILED. */
int usage_error(const char *format, ...) PRINTF_LIKE;
int failure(const char *format, ...) PRINTF_LIKE;

/* What programs are told of an error besides its text. NULL and 0: there is no such thing. */
struct error_facts {
	const char *code; /* its kind: "http" */
	int http_status;
	const char *server_code, *request_id;
	const char *service, *function; /* that was called */
	int status;                     /* the exit status */
};

/* An error of which more is known; returns its exit status. */
int failure_with(const struct error_facts *facts, const char *text);

#endif
