#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libarchive 3.6.2 and 3.7.4 (Debian 12 and 13), with a C compiler, libarchive-dev and python3.
# Expected: an empty zip, as zipfile writes it, is an archive without entries to the reader that goes
#   by the table at a zip's end.
# Seen: archive_read_support_format_zip_seekable does not look for the table's end at the file's first
#   byte: "Unrecognized archive format". The streaming reader, and both together, find no entry.
# Matters: who takes the seekable reader alone, as only what the table names should count, refuses
#   what is valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >read.c <<'C'
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

static void look(const char *name, int (*support)(struct archive *))
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	support(archive);
	archive_read_open_filename(archive, "empty.zip", 4096);
	int rc = archive_read_next_header(archive, &entry);
	printf("%s: %s\n", name, rc == ARCHIVE_EOF ? "no entry" : archive_error_string(archive));
	archive_read_free(archive);
}

int main(void)
{
	look("seekable", archive_read_support_format_zip_seekable);
	look("streaming", archive_read_support_format_zip_streamable);
	look("both", archive_read_support_format_zip);
	return 0;
}
C
cc read.c -o read -larchive
python3 -c 'import zipfile; zipfile.ZipFile("empty.zip", "w").close()'
python3 -c 'import zipfile; print("zipfile:", zipfile.ZipFile("empty.zip").namelist())' >seen
./read | tee -a seen
diff - seen <<'TEXT'
zipfile: []
seekable: Unrecognized archive format
streaming: no entry
both: no entry
TEXT
