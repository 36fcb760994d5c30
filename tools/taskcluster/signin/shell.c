/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/shell.h"

#include <stdio.h>
#include <string.h>

static bool is_plain(const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/:=-";

	return *text && text[strspn(text, plain)] == '\0';
}

/* In single quotes nothing means anything but the next one. */
static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

void shell_print(const char *name, const char *value, bool csh)
{
	if (!value) {
		printf("%s %s\n", csh ? "unsetenv" : "unset", name);
		return;
	}
	printf("%s %s%c", csh ? "setenv" : "export", name, csh ? ' ' : '=');
	if (is_plain(value))
		fputs(value, stdout);
	else
		print_quoted(value);
	putchar('\n');
}
