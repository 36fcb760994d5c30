/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/browser.h"
#include "tools/taskcluster/config/variable.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

#define WORDS_MAX 32
static const char desktop[] = "xdg-open:x-www-browser:www-browser";

/* What a browser, and whatever it starts, is not to have: an entry of the environment. */
static bool is_secret(const char *entry)
{
	static const char *const names[] = { "TASKCLUSTER_ACCESS_TOKEN", "TASKCLUSTER_CERTIFICATE",
		"TREEHERDER_SECRET", "BUILDBOT_PASSWORD" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (strncmp(entry, names[i], length) == 0 && entry[length] == '=')
			return true;
	}
	return false;
}

/* For free(), borrowing from ours; NULL: no memory. */
static char **public_environment(void)
{
	size_t count = 0, kept = 0;

	while (environ[count])
		count++;
	char **entries = calloc(count + 1, sizeof *entries);
	for (size_t i = 0; entries && i < count; i++)
		if (!is_secret(environ[i]))
			entries[kept++] = environ[i];
	return entries;
}

/* In a group of its own: Ctrl-C here is not for the browser. */
static bool start(char *const *words, char *const *entries)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	bool good = posix_spawnattr_init(&attributes) == 0;
	if (good) {
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
		posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
		good = posix_spawnp(&pid, words[0], &actions, &attributes, words, entries) == 0;
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return good;
}

/* The words of a command, with the URL where it belongs. */
static bool start_command(char *command, char *url, char *const *entries)
{
	char *words[WORDS_MAX + 2], *rest = NULL;
	size_t count = 0;
	bool has_url = false;

	for (char *word = strtok_r(command, " \t", &rest); word && count < WORDS_MAX;
		word = strtok_r(NULL, " \t", &rest)) {
		bool stands_for_it = strcmp(word, "%s") == 0;
		words[count++] = stands_for_it ? url : word;
		has_url = has_url || stands_for_it;
	}
	if (count == 0)
		return false;
	if (!has_url)
		words[count++] = url;
	words[count] = NULL;
	return start(words, entries);
}

bool browser_open(const char *url)
{
	const char *named = variable("BROWSER");
	char *rest = NULL;
	bool started = false;

	if (!named && !variable("DISPLAY") && !variable("WAYLAND_DISPLAY"))
		return false;
	char *commands = strdup(named ? named : desktop);
	char *own_url = strdup(url);
	char **entries = public_environment();
	for (char *command = commands && own_url && entries ? strtok_r(commands, ":", &rest) : NULL;
		command && !started; command = strtok_r(NULL, ":", &rest))
		started = start_command(command, own_url, entries);
	free(commands);
	free(own_url);
	free(entries);
	return started;
}
