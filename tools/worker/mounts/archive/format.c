/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/mounts/archive/format.h"

#include <string.h>

/* What is decoded is one file, whatever is in it; one of no bytes is none of "raw". */
static int read_raw(struct archive *archive)
{
	int rc = archive_read_support_format_empty(archive);

	return rc == ARCHIVE_OK ? archive_read_support_format_raw(archive) : rc;
}

static int read_tar(struct archive *archive)
{
	int rc = archive_read_support_format_empty(archive);

	return rc == ARCHIVE_OK ? archive_read_support_format_tar(archive) : rc;
}

static int read_rar(struct archive *archive)
{
	int rc = archive_read_support_format_rar(archive);

	return rc == ARCHIVE_OK ? archive_read_support_format_rar5(archive) : rc;
}

#define BZ2 archive_read_support_filter_bzip2, ARCHIVE_FILTER_BZIP2
#define GZ archive_read_support_filter_gzip, ARCHIVE_FILTER_GZIP
#define LZ archive_read_support_filter_lzip, ARCHIVE_FILTER_LZIP
#define LZ4 archive_read_support_filter_lz4, ARCHIVE_FILTER_LZ4
#define XZ archive_read_support_filter_xz, ARCHIVE_FILTER_XZ
#define ZST archive_read_support_filter_zstd, ARCHIVE_FILTER_ZSTD
#define PLAIN NULL, ARCHIVE_FILTER_NONE

static const struct format files[] = {
	{ "br", NULL, PLAIN },
	{ "bz2", read_raw, BZ2 },
	{ "gz", read_raw, GZ },
	{ "lz", read_raw, LZ },
	{ "lz4", read_raw, LZ4 },
	{ "mz", NULL, PLAIN },
	{ "sz", NULL, PLAIN },
	{ "xz", read_raw, XZ },
	{ "zst", read_raw, ZST },
	{ "zz", NULL, PLAIN },
	{ NULL, NULL, PLAIN },
};

/* A zip's table stands at its end, and only what that names is in it. */
static const struct format folders[] = {
	{ "7z", archive_read_support_format_7zip, PLAIN },
	{ "rar", read_rar, PLAIN },
	{ "tar", read_tar, PLAIN },
	{ "tar.br", NULL, PLAIN },
	{ "tar.bz2", read_tar, BZ2 },
	{ "tar.gz", read_tar, GZ },
	{ "tar.lz", read_tar, LZ },
	{ "tar.lz4", read_tar, LZ4 },
	{ "tar.mz", NULL, PLAIN },
	{ "tar.sz", NULL, PLAIN },
	{ "tar.xz", read_tar, XZ },
	{ "tar.zst", read_tar, ZST },
	{ "tar.zz", NULL, PLAIN },
	{ "zip", archive_read_support_format_zip_seekable, PLAIN },
	{ NULL, NULL, PLAIN },
};

static const struct format *find(const struct format *formats, const char *name)
{
	for (; formats->name; formats++)
		if (strcmp(formats->name, name) == 0)
			return formats;
	return NULL;
}

const struct format *format_of_file(const char *name)
{
	return find(files, name);
}

const struct format *format_of_folder(const char *name)
{
	return find(folders, name);
}

bool format_set(const struct format *format, struct archive *archive)
{
	if (!format->container || format->container(archive) != ARCHIVE_OK)
		return false;
	return !format->filter || format->filter(archive) == ARCHIVE_OK;
}

bool format_is_read(const struct format *format)
{
	struct archive *archive = archive_read_new();
	bool read = archive && format_set(format, archive);

	archive_read_free(archive);
	return read;
}
