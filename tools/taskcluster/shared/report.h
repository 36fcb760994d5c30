/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_REPORT_H
#define TC_CLI_SHARED_REPORT_H

/* What goes wrong, told on standard error: what it was, and what to do about it. */

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

/* What is drawn on the terminal gets out of the way before any of these prints. One at a time;
 * NULL: nothing is. */
void report_behind(void (*hide)(void));

/* One line, as it is. */
void tell(const char *line);

/* One line, after the program's name. */
void complain(const char *format, ...) PRINTF_LIKE;

/* A line below it, indented. What servers said may be in all of these: it does not steer the
 * terminal. */
void hint(const char *format, ...) PRINTF_LIKE;

/* The same as complain; returns STATUS_USAGE resp. STATUS_FAILED. */
int usage_error(const char *format, ...) PRINTF_LIKE;
int failure(const char *format, ...) PRINTF_LIKE;

#endif
