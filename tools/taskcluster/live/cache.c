/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/live/cache.h"
#include "tools/taskcluster/shared/whole.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARK "taskcluster-references-1 "
#define SUFFIX ".references"
#define HEX (2 * crypto_hash_sha256_BYTES)
#define HEAD (sizeof MARK - 1 + HEX + 1) /* the first line, with its end */
#define LINE_MAX_SIZE 4096               /* the second one */
#define TOTAL_MAX ((int64_t)64 * 1024 * 1024)

/* ---- the folder ---- */

/* By the rules of XDG a path that is not absolute counts as none. */
static bool find_base(char *path, size_t size)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int length = -1;

	if (base && *base == '/')
		length = snprintf(path, size, "%s", base);
	else if (home && *home)
		length = snprintf(path, size, "%s/.cache", home);
	return length > 0 && (size_t)length < size;
}

static bool find_path(struct cache *cache, bool make)
{
	static const char name[] = "/taskcluster";
	size_t room = sizeof cache->path - sizeof name;

	if (!find_base(cache->path, room)) {
		cache->path[0] = '\0';
		return false;
	}
	if (make)
		mkdir(cache->path, 0700);
	strcat(cache->path, name);
	if (make)
		mkdir(cache->path, 0700);
	return true;
}

/* What others may change may be theirs. */
static bool is_own(const struct stat *is)
{
	return is->st_uid == geteuid() && !(is->st_mode & (S_IWGRP | S_IWOTH));
}

const char *cache_open(struct cache *cache, bool make)
{
	struct stat is;

	cache->folder = -1;
	if (!find_path(cache, make))
		return NULL;
	int folder = open(cache->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return errno == ENOENT ? NULL : strerror(errno);
	if (fstat(folder, &is) == 0 && is_own(&is)) {
		cache->folder = folder;
		return NULL;
	}
	close(folder);
	return "it belongs to somebody else, or others may write to it";
}

void cache_close(struct cache *cache)
{
	if (cache->folder >= 0)
		close(cache->folder);
	cache->folder = -1;
}

/* ---- names and sums ---- */

static void sum(const char *bytes, size_t length, char hex[HEX + 1])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const unsigned char *)bytes, length);
	sodium_bin2hex(hex, HEX + 1, hash, sizeof hash);
}

/* The second line with its end; 0: it is too long. One root URL has one line, with and without
 * slashes at its end. */
static size_t key_line(const struct cache_key *key, char line[LINE_MAX_SIZE])
{
	size_t root = strlen(key->root_url);

	while (root && key->root_url[root - 1] == '/')
		root--;
	int length = snprintf(line, LINE_MAX_SIZE, "%.*s %s\n", (int)root, key->root_url,
		key->service ? key->service : "*");
	return length > 0 && length < LINE_MAX_SIZE ? (size_t)length : 0;
}

static void file_name(const char *line, size_t length, char name[HEX + sizeof SUFFIX])
{
	sum(line, length, name);
	strcpy(name + HEX, SUFFIX);
}

/* ---- loading ---- */

static int64_t age_of(const struct stat *is)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec < is->st_mtim.tv_sec ? INT64_MAX
					       : (int64_t)(now.tv_sec - is->st_mtim.tv_sec);
}

/* The whole of a file of that size; NULL when it is not that, or memory ends. */
static char *read_whole(int fd, size_t size)
{
	char *bytes = malloc(size + 1);
	size_t length = 0;
	ssize_t got = 1;

	while (bytes && got > 0 && length <= size) {
		got = read(fd, bytes + length, size + 1 - length);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			length += (size_t)got;
	}
	if (bytes && got == 0 && length == size)
		return bytes;
	free(bytes);
	return NULL;
}

static char *read_entry(const struct cache *cache, const char *name, size_t *size, int64_t *age_s)
{
	struct stat is;
	char *bytes = NULL;
	int fd = openat(cache->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is_own(&is) &&
		(uintmax_t)is.st_size <= CACHE_ENTRY_MAX + HEAD + LINE_MAX_SIZE) {
		*size = (size_t)is.st_size;
		*age_s = age_of(&is);
		bytes = read_whole(fd, *size);
	}
	close(fd);
	return bytes;
}

static bool is_intact(const char *file, size_t size, const char *line, size_t line_length)
{
	char hex[HEX + 1];

	if (size < HEAD + line_length || memcmp(file, MARK, sizeof MARK - 1) != 0 ||
		memcmp(file + HEAD, line, line_length) != 0)
		return false;
	sum(file + HEAD, size - HEAD, hex);
	return memcmp(file + sizeof MARK - 1, hex, HEX) == 0 && file[HEAD - 1] == '\n';
}

bool cache_load(const struct cache *cache, const struct cache_key *key, struct cache_entry *entry)
{
	char line[LINE_MAX_SIZE], name[HEX + sizeof SUFFIX];
	size_t size, line_length = key_line(key, line);

	if (cache->folder < 0 || !line_length)
		return false;
	file_name(line, line_length, name);
	entry->file = read_entry(cache, name, &size, &entry->age_s);
	if (!entry->file)
		return false;
	if (!is_intact(entry->file, size, line, line_length)) {
		free(entry->file);
		entry->file = NULL;
		return false;
	}
	entry->text = entry->file + HEAD + line_length;
	entry->length = size - HEAD - line_length;
	return true;
}

/* ---- storing ---- */

struct oldest {
	char name[256];
	struct timespec when;
	int64_t total; /* bytes of all */
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* Files that were never finished, because the machine stopped, are among them. */
static void consider(const struct cache *cache, const char *name, struct oldest *oldest)
{
	struct stat is;

	if (!strstr(name, SUFFIX) || strlen(name) >= sizeof oldest->name ||
		fstatat(cache->folder, name, &is, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(is.st_mode))
		return;
	oldest->total += is.st_size;
	if (oldest->name[0] && !is_before(&is.st_mtim, &oldest->when))
		return;
	strcpy(oldest->name, name);
	oldest->when = is.st_mtim;
}

static bool find_oldest(const struct cache *cache, struct oldest *oldest)
{
	DIR *folder = opendir(cache->path);
	const struct dirent *file;

	*oldest = (struct oldest){ 0 };
	while (folder && (file = readdir(folder)))
		consider(cache, file->d_name, oldest);
	if (folder)
		closedir(folder);
	return oldest->name[0];
}

static void trim(const struct cache *cache)
{
	struct oldest oldest;

	while (find_oldest(cache, &oldest) && oldest.total > TOTAL_MAX)
		if (unlinkat(cache->folder, oldest.name, 0) != 0)
			return;
}

static bool write_file(const struct cache *cache, const char *name, const char *file, size_t size)
{
	char path[sizeof cache->path + 256];

	snprintf(path, sizeof path, "%s/%s", cache->path, name);
	return whole_replace(path, file, size, false);
}

bool cache_store(
	const struct cache *cache, const struct cache_key *key, const char *text, size_t length)
{
	char line[LINE_MAX_SIZE], name[HEX + sizeof SUFFIX], hex[HEX + 1];
	size_t line_length = key_line(key, line), size = HEAD + line_length + length;

	errno = EFBIG;
	if (cache->folder < 0 || !line_length || length > CACHE_ENTRY_MAX)
		return false;
	char *file = malloc(size);
	if (!file)
		return false;
	memcpy(file + HEAD, line, line_length);
	memcpy(file + HEAD + line_length, text, length);
	sum(file + HEAD, size - HEAD, hex);
	memcpy(file, MARK, sizeof MARK - 1);
	memcpy(file + sizeof MARK - 1, hex, HEX);
	file[HEAD - 1] = '\n';
	file_name(line, line_length, name);
	bool kept = write_file(cache, name, file, size);
	int problem = errno;
	free(file);
	trim(cache);
	errno = problem;
	return kept;
}
