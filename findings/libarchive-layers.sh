#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libarchive 3.6.2 and 3.7.4 (Debian 12 and 13), with a C compiler and libarchive-dev.
# Expected: the raw reader with the gzip filter takes one gzip layer off, as gunzip does.
# Seen: the filter is applied as long as what comes out looks like gzip: a file that is a gzip of a
#   gzip comes out with both layers gone. A file that is no gzip at all passes as it is, without error.
# Matters: who decompresses by a named format gets other bytes than were compressed; the number of
#   filters has to be looked at (archive_filter_count) after the first header.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >read.c <<'C'
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct archive *archive = archive_read_new();
		struct archive_entry *entry;
		char text[64] = "";
		archive_read_support_format_raw(archive);
		archive_read_support_filter_gzip(archive);
		archive_read_open_filename(archive, argv[i], 4096);
		archive_read_next_header(archive, &entry);
		archive_read_data(archive, text, sizeof(text) - 1);
		printf("%s: %d layers off: %s\n", argv[i], archive_filter_count(archive) - 1, text);
		archive_read_free(archive);
	}
	return 0;
}
C
cc read.c -o read -larchive
printf 'content' >plain
gzip -nc plain >once
gzip -nc once >twice
./read plain once twice | tee seen
diff - seen <<'TEXT'
plain: 0 layers off: content
once: 1 layers off: content
twice: 2 layers off: content
TEXT
