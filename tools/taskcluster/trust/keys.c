/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/trust/keys.h"
#include "tools/taskcluster/shared/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 1024

int keys_add(struct keys *keys, const char *key)
{
	if (keys->count == keys->room) {
		size_t room = keys->room ? 2 * keys->room : 4;
		char **all = realloc(keys->all, room * sizeof *all);
		if (!all)
			return failure("memory ended");
		keys->all = all;
		keys->room = room;
	}
	char *copy = strdup(key);
	if (!copy)
		return failure("memory ended");
	keys->all[keys->count++] = copy;
	return 0;
}

static int read_lines(struct keys *keys, FILE *file)
{
	char line[LINE_SIZE];
	int status = 0;

	while (status == 0 && fgets(line, sizeof line, file)) {
		char *key = line + strspn(line, " \t");
		key[strcspn(key, " \t\r\n")] = '\0';
		if (*key && *key != '#')
			status = keys_add(keys, key);
	}
	return status;
}

int keys_add_file(struct keys *keys, const char *path)
{
	size_t before = keys->count;
	FILE *file = fopen(path, "re");
	int status = file ? read_lines(keys, file) : usage_error("%s: %s", path, strerror(errno));

	if (status == 0 && ferror(file))
		status = usage_error("%s: %s", path, strerror(errno));
	else if (status == 0 && keys->count == before)
		status = usage_error("%s has no public key", path);
	if (file)
		fclose(file);
	return status;
}

void keys_free(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		free(keys->all[i]);
	free(keys->all);
	*keys = (struct keys){ 0 };
}
