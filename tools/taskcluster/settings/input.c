/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/settings/parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Longer than any certificate. */
#define INPUT_MAX ((size_t)1 << 16)

static struct termios terminal; /* as it was, for the handler, too */

static void on_signal(int number)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	raise(number); /* which by now does what it always does */
}

static bool hide_typing(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	if (tcgetattr(STDIN_FILENO, &terminal) != 0)
		return false;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
	struct termios silent = terminal;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	return tcsetattr(STDIN_FILENO, TCSANOW, &silent) == 0;
}

static void show_typing(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	fputc('\n', stderr); /* the one that was typed was not seen */
}

/* To the end, or of a terminal a line. */
static ssize_t read_input(char *text, bool line)
{
	size_t length = 0;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, text + length, INPUT_MAX - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		length += (size_t)got;
		if (got == 0 || length == INPUT_MAX || (line && memchr(text, '\n', length)))
			return (ssize_t)length;
	}
}

static ssize_t ask(enum config_key key, char *text)
{
	bool hidden = key == CONFIG_ACCESS_TOKEN && hide_typing();

	fprintf(stderr, "config.%s%s: ", config_keys[key].name, hidden ? " (not shown)" : "");
	ssize_t length = read_input(text, true);
	if (hidden)
		show_typing();
	return length;
}

static int judge(const char *text, ssize_t length)
{
	if (length < 0)
		return usage_error("standard input: %s", strerror(errno));
	if ((size_t)length == INPUT_MAX)
		return usage_error("standard input is too long for a value");
	if (memchr(text, '\0', (size_t)length))
		return usage_error("standard input has a NUL in it, as no value has");
	return length == 0 ? usage_error("standard input is empty: nothing was set") : 0;
}

int settings_input(enum config_key key, char **text)
{
	char *typed = malloc(INPUT_MAX + 1);

	if (!typed)
		return failure("memory ended");
	ssize_t length = isatty(STDIN_FILENO) ? ask(key, typed) : read_input(typed, false);
	int status = judge(typed, length);
	if (status != 0) {
		free(typed);
		return status;
	}
	/* one line end: it is echo's, and of no value */
	char *end = typed + length;
	end -= end > typed && end[-1] == '\n';
	end -= end > typed && end[-1] == '\r';
	*end = '\0';
	*text = typed;
	return 0;
}
