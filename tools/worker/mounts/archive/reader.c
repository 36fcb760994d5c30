/* SPDX-License-Identifier: MPL-2.0 */
#define _POSIX_C_SOURCE 200809L

#include "tools/worker/mounts/archive/reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE ((size_t)1 << 17)

/* What libarchive says of a failure, which is sometimes nothing. */
static const char *words(struct archive *archive)
{
	const char *text = archive_error_string(archive);

	return text && *text ? text : "it is cut off, or damaged";
}

static int refuse(struct reader *reader, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_INPUT, "the content cannot be read as %s: %s",
		reader->format->name, words(reader->archive));
}

/* A zip that is empty has nothing but its table's end, where libarchive does not look for that. */
static void allow_empty_zip(struct archive *archive, int source, const struct format *format)
{
	char start[4];

	if (strcmp(format->name, "zip") == 0 && pread(source, start, 4, 0) == 4 &&
		memcmp(start, "PK\5\6", 4) == 0)
		archive_read_support_format_zip_streamable(archive);
}

int reader_open(struct reader *reader, int source, const struct format *format,
	const struct unpack_limits *limits, tc_error *err)
{
	*reader = (struct reader){ .archive = archive_read_new(), .format = format };
	reader->left.bytes = limits->bytes > 0 ? limits->bytes : -1;
	reader->left.entries = limits->entries > 0 ? limits->entries : -1;
	if (!reader->archive)
		return tc_error_set(err, TC_ERROR_NOMEM, "out of memory");
	if (!format_set(format, reader->archive))
		return tc_error_set(err, TC_ERROR_INPUT, "format %s cannot be read by this worker",
			format->name);
	allow_empty_zip(reader->archive, source, format);
	if (archive_read_open_fd(reader->archive, source, READ_SIZE) != ARCHIVE_OK)
		return refuse(reader, err);
	return TC_OK;
}

void reader_close(struct reader *reader)
{
	archive_read_free(reader->archive);
	reader->archive = NULL;
}

/* libarchive goes on without its filter when the content is not compressed, and takes another
 * layer off when that is compressed, too. */
static int check_layers(struct reader *reader, tc_error *err)
{
	int layers = archive_filter_count(reader->archive) - 1;

	reader->looked = true;
	if (layers == (reader->format->filter ? 1 : 0))
		return TC_OK;
	return tc_error_set(err, TC_ERROR_INPUT, "the content is not %s: it is %s",
		reader->format->name,
		layers ? "compressed more than once" : "not compressed that way");
}

int reader_next(struct reader *reader, struct archive_entry **entry, tc_error *err)
{
	int rc = archive_read_next_header(reader->archive, entry);

	if (rc == ARCHIVE_RETRY || rc == ARCHIVE_FAILED || rc == ARCHIVE_FATAL)
		return refuse(reader, err);
	if (!reader->looked && check_layers(reader, err) != TC_OK)
		return TC_ERROR_INPUT;
	if (rc == ARCHIVE_EOF) {
		*entry = NULL;
		return TC_OK;
	}
	if (reader->left.entries == 0)
		return tc_error_set(
			err, TC_ERROR_INPUT, "the archive has more entries than are unpacked here");
	if (reader->left.entries > 0)
		reader->left.entries--;
	return TC_OK;
}

static int write_failed(tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "a file cannot be written: %s", strerror(errno));
}

static int write_at(int fd, const char *bytes, size_t length, int64_t offset, tc_error *err)
{
	while (length) {
		ssize_t written = pwrite(fd, bytes, length, (off_t)offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return write_failed(err);
		bytes += written;
		length -= (size_t)written;
		offset += written;
	}
	return TC_OK;
}

/* Holes count, too: what reads the file reads them. */
static int count_bytes(struct reader *reader, int64_t more, tc_error *err)
{
	if (reader->left.bytes < 0)
		return TC_OK;
	if (more > reader->left.bytes)
		return tc_error_set(
			err, TC_ERROR_INPUT, "the content becomes larger than is unpacked here");
	reader->left.bytes -= more;
	return TC_OK;
}

int reader_write(struct reader *reader, int fd, tc_error *err)
{
	int64_t end = 0;

	for (;;) {
		const void *bytes = NULL;
		size_t length = 0;
		la_int64_t offset = end;
		int rc = archive_read_data_block(reader->archive, &bytes, &length, &offset);
		if (rc < ARCHIVE_WARN)
			return refuse(reader, err);
		if (rc == ARCHIVE_EOF && offset < end)
			offset = end;
		if (offset < end || offset > INT64_MAX - (int64_t)length)
			return tc_error_set(
				err, TC_ERROR_INPUT, "the content's pieces are out of order");
		if (count_bytes(reader, offset - end + (int64_t)length, err) != TC_OK)
			return TC_ERROR_INPUT;
		end = offset + (int64_t)length;
		if (rc == ARCHIVE_EOF) /* a hole at the end has only an offset */
			return ftruncate(fd, (off_t)end) == 0 ? TC_OK : write_failed(err);
		rc = write_at(fd, bytes, length, offset, err);
		if (rc != TC_OK)
			return rc;
	}
}
