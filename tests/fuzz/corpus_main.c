/* SPDX-License-Identifier: MPL-2.0 */
/* Runs a fuzz target over every file of the folders named, as a plain test. */
#include "tests/harness/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
