/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* memfd_create */

#include "tests/harness/test.h"

#include "tests/worker/archives.h"
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MADE_AT 1700000000

static int add_filter(struct archive *archive, const char *name)
{
	static const struct {
		const char *name;
		int (*add)(struct archive *);
	} filters[] = {
		{ "gz", archive_write_add_filter_gzip },
		{ "bz2", archive_write_add_filter_bzip2 },
		{ "lz", archive_write_add_filter_lzip },
		{ "lz4", archive_write_add_filter_lz4 },
		{ "xz", archive_write_add_filter_xz },
		{ "zst", archive_write_add_filter_zstd },
	};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (strcmp(filters[i].name, name) == 0)
			return filters[i].add(archive);
	return ARCHIVE_FATAL;
}

static void set_format(struct archive *archive, const char *format)
{
	int rc;

	if (strcmp(format, "zip") == 0)
		rc = archive_write_set_format_zip(archive);
	else if (strcmp(format, "7z") == 0)
		rc = archive_write_set_format_7zip(archive);
	else
		rc = archive_write_set_format_pax_restricted(archive);
	assert_int_equal(rc, ARCHIVE_OK);
	if (strncmp(format, "tar.", 4) == 0)
		assert_int_equal(add_filter(archive, format + 4), ARCHIVE_OK);
}

static void set_kind(struct archive_entry *entry, const struct entry *from)
{
	static const unsigned types[] = { 0, AE_IFREG, AE_IFDIR, AE_IFLNK, AE_IFREG, AE_IFIFO,
		AE_IFCHR, AE_IFSOCK };

	archive_entry_set_filetype(entry, types[from->kind]);
	if (from->kind == ENTRY_LINK)
		archive_entry_set_symlink(entry, from->text);
	if (from->kind == ENTRY_HARD)
		archive_entry_set_hardlink(entry, from->text);
}

static void add_entry(struct archive *archive, const struct entry *from)
{
	struct archive_entry *entry = archive_entry_new();
	size_t length = from->kind == ENTRY_FILE && from->text ? strlen(from->text) : 0;
	mode_t mode = from->kind == ENTRY_FOLDER ? 0755 : 0644;

	archive_entry_set_pathname(entry, from->path);
	set_kind(entry, from);
	archive_entry_set_perm(entry, from->mode ? from->mode : mode);
	archive_entry_set_mtime(entry, MADE_AT, 0);
	archive_entry_set_size(entry, (int64_t)length + from->hole);
	if (from->hole)
		archive_entry_sparse_add_entry(entry, 0, (int64_t)length);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	if (length)
		assert_int_equal(
			archive_write_data(archive, from->text, length), (la_ssize_t)length);
	archive_entry_free(entry);
}

static int make_memory(void)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* ---- rar, which libarchive does not write ---- */

static void put(unsigned char **at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		*(*at)++ = (unsigned char)(value >> (8 * i));
}

/* The checksum in front of a header. */
static void seal(unsigned char *header, const unsigned char *end)
{
	uint32_t sum = (uint32_t)crc32(0, header + 2, (uInt)(end - header - 2));

	put(&header, sum & 0xffff, 2);
}

static void write_rar_file(int fd, const struct entry *entry)
{
	unsigned char header[256], *at = header + 2;
	size_t name = strlen(entry->path), length = strlen(entry->text);

	put(&at, 0x74, 1);
	put(&at, 0x8000, 2);
	put(&at, (uint32_t)(32 + name), 2);
	put(&at, (uint32_t)length, 4);
	put(&at, (uint32_t)length, 4);
	put(&at, 3, 1); /* made on Unix */
	put(&at, (uint32_t)crc32(0, (const Bytef *)entry->text, (uInt)length), 4);
	put(&at, 0x5a214a21, 4);
	put(&at, 20, 1);
	put(&at, 0x30, 1); /* stored */
	put(&at, (uint32_t)name, 2);
	put(&at, 0100644, 4);
	memcpy(at, entry->path, name);
	at += name;
	seal(header, at);
	assert_int_equal(write(fd, header, (size_t)(at - header)), at - header);
	assert_int_equal(write(fd, entry->text, length), (ssize_t)length);
}

static int make_rar(const struct entry *entries)
{
	static const unsigned char marker[] = "Rar!\x1a\x07";
	unsigned char head[13] = { 0 }, *at = head + 2;
	int fd = make_memory();

	put(&at, 0x73, 1);
	put(&at, 0, 2);
	put(&at, sizeof(head), 2);
	seal(head, head + sizeof(head));
	assert_int_equal(write(fd, marker, 7), 7); /* its NUL belongs to it */
	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	for (; entries->kind; entries++)
		write_rar_file(fd, entries);
	return fd;
}

int archive_make(const char *format, const struct entry *entries)
{
	if (strcmp(format, "rar") == 0)
		return make_rar(entries);
	struct archive *archive = archive_write_new();
	int fd = make_memory();

	set_format(archive, format);
	assert_int_equal(archive_write_open_fd(archive, fd), ARCHIVE_OK);
	for (; entries->kind; entries++)
		add_entry(archive, entries);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	return fd;
}

int archive_compress(const char *format, const void *bytes, size_t length)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	int fd = make_memory();

	if (format)
		assert_int_equal(add_filter(archive, format), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_open_fd(archive, fd), ARCHIVE_OK);
	archive_entry_set_pathname(entry, "data");
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, bytes, length), (la_ssize_t)length);
	archive_entry_free(entry);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	return fd;
}

void *archive_bytes(int fd, size_t *length)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	*length = (size_t)status.st_size;
	void *bytes = malloc(*length + 1);
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, *length, 0), (ssize_t)*length);
	return bytes;
}
