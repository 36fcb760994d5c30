/* SPDX-License-Identifier: MPL-2.0 */
/* Runs a fuzz target over every file of the folders named, as a plain test: as it is, and
 * stretched, so that what takes more than linear time is over its budget. */
#include "tests/harness/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRETCHED 100000 /* bytes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input with `length` bytes of its middle repeated. */
static void run_stretched(const char *text, size_t size, size_t length)
{
	size_t at = size / 2 - length / 2, used = at;
	char *stretched = malloc(STRETCHED + 2 * size);

	if (!stretched)
		abort();
	memcpy(stretched, text, at);
	for (; used < STRETCHED; used += length)
		memcpy(stretched + used, text + at, length);
	memcpy(stretched + used, text + at, size - at);
	LLVMFuzzerTestOneInput((const uint8_t *)stretched, used + size - at);
	free(stretched);
}

static int run_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;

	if (!dir)
		return 0;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char path[4096];
		size_t length = 0;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		char *text = tc_test_read_file(path, &length);
		LLVMFuzzerTestOneInput((const uint8_t *)text, length);
		for (size_t part = 1; part <= length; part *= 7)
			run_stretched(text, length, part);
		free(text);
		count++;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += run_folder(argv[i]);
	printf("%d inputs\n", count);
	return count == 0; /* an empty corpus tests nothing */
}
