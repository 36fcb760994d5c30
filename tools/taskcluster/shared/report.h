/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_REPORT_H
#define TC_CLI_SHARED_REPORT_H

/* What goes wrong, told on standard error: what it was, and what to do about it. */

#include <taskcluster/operation.h>

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

/* One line, after the program's name. */
void complain(const char *format, ...) PRINTF_LIKE;

/* A line below it, indented. What servers said may be in all of these: it does not steer the
 * terminal. */
void hint(const char *format, ...) PRINTF_LIKE;

/* The same as complain; returns STATUS_USAGE resp. STATUS_FAILED. */
int usage_error(const char *format, ...) PRINTF_LIKE;
int failure(const char *format, ...) PRINTF_LIKE;

/* Where what calls are made with comes from, for advice. Borrowed from the configuration. */
struct origin {
	const char *file;        /* the configuration's file, which need not be there */
	const char *credentials; /* "the environment", or the file's path */
	bool signs;              /* calls carry a signature, made here or by the proxy */
	bool narrowed;           /* by the file's authorizedScopes */
};
#define ORIGIN_INIT \
	{ \
		.file = "~/.config/taskcluster.yml", .credentials = "the environment" \
	}

/* An error of the library, with the server's whole message and advice; the exit status for it.
 * `operation` may be NULL, and `origin` where no call is made. */
int report(const tc_error *err, const struct tc_operation *operation, const struct origin *origin);

#endif
