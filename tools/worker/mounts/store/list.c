/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* flock */

#include "tools/worker/mounts/store/list.h"
#include "tools/streams/streams.h"

#include "workflows/src/base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <taskcluster/json.h>
#include <taskcluster/slugid.h>
#include <time.h>
#include <unistd.h>

#define LIST_MAX ((off_t)64 << 20)

static int fail(const struct kept_list *list, const char *name, const char *what, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s/%s cannot be %s: %s", list->path, name, what,
		strerror(errno));
}

int64_t list_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void list_new_thing(const struct kept_list *list, char thing[LIST_THING_SIZE])
{
	char slug[TC_SLUGID_SIZE];

	tc_slugid_nice(slug);
	snprintf(thing, LIST_THING_SIZE, "%s%s", list->prefix, slug);
}

/* ---- what is in it ---- */

static void free_kept(struct kept *kept)
{
	free(kept->key);
	free(kept->thing);
	free(kept->sha256);
}

struct kept *list_find(const struct kept_list *list, const char *key)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->kept[i].key, key) == 0)
			return &list->kept[i];
	return NULL;
}

struct kept *list_oldest(const struct kept_list *list)
{
	struct kept *oldest = NULL;

	for (size_t i = 0; i < list->count; i++)
		if (!oldest || list->kept[i].used < oldest->used)
			oldest = &list->kept[i];
	return oldest;
}

int list_add(struct kept_list *list, const struct kept *kept, tc_error *err)
{
	struct kept copy = *kept;
	size_t room = list->room ? list->room * 2 : 16;
	const struct tc__text_copy copies[] = {
		{ &copy.key, kept->key },
		{ &copy.thing, kept->thing },
		{ &copy.sha256, kept->sha256 ? kept->sha256 : "" },
	};

	if (list->count == list->room) {
		struct kept *more = realloc(list->kept, room * sizeof(*more));
		if (!more)
			return tc__no_memory(err);
		list->kept = more;
		list->room = room;
	}
	copy.key = copy.thing = copy.sha256 = NULL;
	if (tc__texts_copy(copies, sizeof(copies) / sizeof(copies[0]), err) != TC_OK) {
		free_kept(&copy);
		return TC_ERROR_NOMEM;
	}
	list->kept[list->count++] = copy;
	return TC_OK;
}

void list_drop(struct kept_list *list, struct kept *kept)
{
	free_kept(kept);
	*kept = list->kept[--list->count];
}

/* ---- the file ---- */

static void write_kept(tc_json_builder *json, const struct kept *kept)
{
	tc_json_add_object(json);
	tc_json_add_name(json, "key");
	tc_json_add_string(json, kept->key);
	tc_json_add_name(json, "thing");
	tc_json_add_string(json, kept->thing);
	tc_json_add_name(json, "sha256");
	tc_json_add_string(json, kept->sha256);
	tc_json_add_name(json, "size");
	tc_json_add_int64(json, kept->size);
	tc_json_add_name(json, "made");
	tc_json_add_int64(json, kept->made);
	tc_json_add_name(json, "used");
	tc_json_add_int64(json, kept->used);
	tc_json_add_name(json, "owner");
	tc_json_add_int64(json, (int64_t)kept->owner);
	tc_json_end(json);
}

static int write_text(const struct kept_list *list, char **text, size_t *length, tc_error *err)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json = NULL;

	tc_json_add_object(builder);
	tc_json_add_name(builder, "version");
	tc_json_add_int64(builder, 1);
	tc_json_add_name(builder, "kept");
	tc_json_add_array(builder);
	for (size_t i = 0; i < list->count; i++)
		write_kept(builder, &list->kept[i]);
	tc_json_end(builder);
	tc_json_end(builder);
	int rc = tc_json_build(builder, &json, err);
	if (rc == TC_OK)
		rc = tc_json_write(json, TC_JSON_PRETTY, text, length, err);
	tc_release((void *)(uintptr_t)json);
	return rc;
}

int list_save(const struct kept_list *list, tc_error *err)
{
	char *text = NULL, part[LIST_THING_SIZE];
	size_t length = 0;
	int rc = write_text(list, &text, &length, err);

	if (rc != TC_OK)
		return rc;
	snprintf(part, sizeof(part), ".%snew.json", list->prefix);
	int fd = openat(
		list->folder, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || streams_write(fd, text, length) != 0 || fsync(fd) != 0 ||
		renameat(list->folder, part, list->folder, list->name) != 0)
		rc = fail(list, list->name, "written", err);
	if (fd >= 0)
		close(fd);
	tc_release(text);
	return rc;
}

static bool is_thing(const struct kept_list *list, const char *thing)
{
	size_t length = strlen(list->prefix);

	return strncmp(thing, list->prefix, length) == 0 && thing[length] && !strchr(thing, '/') &&
		strlen(thing) < LIST_THING_SIZE;
}

/* Whether it is still there as it was put there. */
static bool is_there(const struct kept_list *list, const struct kept *kept)
{
	struct stat status;

	if (fstatat(list->folder, kept->thing, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (list->folders)
		return S_ISDIR(status.st_mode);
	return S_ISREG(status.st_mode) && status.st_size == kept->size;
}

/* false: this is no entry of a list. */
static bool read_kept(const struct kept_list *list, const tc_json *json, struct kept *kept)
{
	const char *texts[3] = { tc_json_text(tc_json_get(json, "key")),
		tc_json_text(tc_json_get(json, "thing")),
		tc_json_text(tc_json_get(json, "sha256")) };
	int64_t owner;

	memcpy(&kept->key, &texts[0], sizeof(char *)); /* which list_add copies */
	memcpy(&kept->thing, &texts[1], sizeof(char *));
	memcpy(&kept->sha256, &texts[2], sizeof(char *));
	if (!tc_json_int64(tc_json_get(json, "size"), &kept->size) ||
		!tc_json_int64(tc_json_get(json, "made"), &kept->made) ||
		!tc_json_int64(tc_json_get(json, "used"), &kept->used) ||
		!tc_json_int64(tc_json_get(json, "owner"), &owner))
		return false;
	kept->owner = (uid_t)owner;
	return kept->key && kept->sha256 && kept->thing && is_thing(list, kept->thing) &&
		!list_find(list, kept->key);
}

/* TC_ERROR_INPUT: it is damaged. */
static int read_json(struct kept_list *list, const tc_json *json, tc_error *err)
{
	const tc_json *all = tc_json_get(json, "kept");
	int64_t version = 0;

	if (!tc_json_int64(tc_json_get(json, "version"), &version) || version != 1 ||
		tc_json_kind(all) != TC_JSON_ARRAY)
		return TC_ERROR_INPUT;
	for (size_t i = 0; i < tc_json_count(all); i++) {
		struct kept kept;
		if (!read_kept(list, tc_json_item(all, i), &kept))
			return TC_ERROR_INPUT;
		if (is_there(list, &kept) && list_add(list, &kept, err) != TC_OK)
			return TC_ERROR_NOMEM;
	}
	return TC_OK;
}

static void forget_all(struct kept_list *list)
{
	while (list->count)
		list_drop(list, &list->kept[list->count - 1]);
}

static int read_text(struct kept_list *list, const char *text, size_t length, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(text, length, &json, err);

	if (rc == TC_OK)
		rc = read_json(list, json, err);
	tc_release((void *)(uintptr_t)json);
	if (rc == TC_ERROR_INPUT) { /* half a list is worth nothing */
		tc_error_clear(err);
		forget_all(list);
		rc = TC_OK;
	}
	return rc;
}

static int read_list(struct kept_list *list, tc_error *err)
{
	int fd = openat(list->folder, list->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc = TC_OK;
	struct stat status;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? TC_OK
							 : fail(list, list->name, "read", err);
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LIST_MAX) {
		char *text = malloc((size_t)status.st_size + 1);
		ssize_t length = text ? read(fd, text, (size_t)status.st_size) : -1;
		if (!text)
			rc = tc__no_memory(err);
		else if (length >= 0)
			rc = read_text(list, text, (size_t)length, err);
		free(text);
	}
	close(fd);
	return rc;
}

/* ---- the folder ---- */

static int open_folder(struct kept_list *list, const char *path, tc_error *err)
{
	int rc = tc__text_copy(&list->path, path, err);

	if (rc != TC_OK)
		return rc;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return tc_error_set(err, TC_ERROR_SYSTEM, "the folder %s cannot be made: %s", path,
			strerror(errno));
	list->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list->folder >= 0)
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "the folder %s cannot be opened: %s", path, strerror(errno));
}

static int take_lock(struct kept_list *list, tc_error *err)
{
	char name[LIST_THING_SIZE];

	snprintf(name, sizeof(name), ".%slock", list->prefix);
	list->lock = openat(list->folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (list->lock < 0)
		return fail(list, name, "opened", err);
	if (flock(list->lock, LOCK_EX | LOCK_NB) == 0)
		return TC_OK;
	return errno == EWOULDBLOCK
		? tc_error_set(err, TC_ERROR_SYSTEM, "%s is in use by another worker", list->path)
		: fail(list, name, "locked", err);
}

int list_open(struct kept_list *list, const char *path, tc_error *err)
{
	list->folder = list->lock = -1;
	int rc = open_folder(list, path, err);
	if (rc == TC_OK)
		rc = take_lock(list, err);
	if (rc == TC_OK)
		rc = read_list(list, err);
	return rc;
}

void list_close(struct kept_list *list)
{
	forget_all(list);
	free(list->kept);
	free(list->path);
	if (list->lock >= 0)
		close(list->lock);
	if (list->folder >= 0)
		close(list->folder);
	list->kept = NULL;
	list->path = NULL;
	list->folder = list->lock = -1;
}

static bool is_listed(const struct kept_list *list, const char *thing)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->kept[i].thing, thing) == 0)
			return true;
	return false;
}

static bool is_leftover(const struct kept_list *list, const char *name)
{
	char lock[LIST_THING_SIZE];

	snprintf(lock, sizeof(lock), ".%slock", list->prefix);
	if (strcmp(name, list->name) == 0 || strcmp(name, lock) == 0)
		return false;
	if (name[0] == '.')
		return strncmp(name + 1, list->prefix, strlen(list->prefix)) == 0;
	return is_thing(list, name) && !is_listed(list, name);
}

int list_leftovers(struct kept_list *list, void (*leftover)(void *data, const char *thing),
	void *data, tc_error *err)
{
	int fd = openat(list->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream) {
		fail(list, ".", "read", err);
		if (fd >= 0)
			close(fd);
		return TC_ERROR_SYSTEM;
	}
	for (struct dirent *entry; (entry = readdir(stream));)
		if (is_leftover(list, entry->d_name))
			leftover(data, entry->d_name);
	closedir(stream);
	return TC_OK;
}
