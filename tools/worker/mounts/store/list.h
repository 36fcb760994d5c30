/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_LIST_H
#define WORKER_MOUNTS_LIST_H

/*
 * A folder in which things are kept, and the list of them that survives restarts: a JSON file in
 * the folder, replaced as a whole. Only one program at a time has the folder: a lock file says so.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <taskcluster/error.h>

/* A thing that is kept. Its texts are its own. */
struct kept {
	char *key;          /* what it is: a cache's name, where a file comes from */
	char *thing;        /* its name in the folder: the list's prefix and more */
	char *sha256;       /* of a file; "" */
	int64_t size;       /* of a file */
	int64_t made, used; /* ms since 1970 */
	uid_t owner;        /* of a folder */
};

struct kept_list {
	const char *name;   /* of the list: "file-caches.json", */
	const char *prefix; /* and of all things: "file-". Constants. */
	bool folders;       /* the things are folders, else files */
	char *path;         /* of the folder, */
	int folder;         /* a descriptor of it, */
	int lock;           /* and of its lock; -1 */
	struct kept *kept;
	size_t count, room;
};

/*
 * Opens the folder, which is made if need be, and reads the list, with name, prefix and folders
 * set. What is not there any more is forgotten. A list that is damaged counts as empty. Then what
 * has the prefix and is not in the list is left over, for list_leftovers.
 */
int list_open(struct kept_list *list, const char *path, tc_error *err);
void list_close(struct kept_list *list); /* fine after a failure of list_open */

/* Calls for each thing in the folder that is not in the list: of names that begin with the prefix,
 * or with a dot and it. */
int list_leftovers(struct kept_list *list, void (*leftover)(void *data, const char *thing),
	void *data, tc_error *err);

/* Writes the list. */
int list_save(const struct kept_list *list, tc_error *err);

/* NULL: there is none. Good until the list changes. */
struct kept *list_find(const struct kept_list *list, const char *key);

/* The one that was unused for longest; NULL: there is none. */
struct kept *list_oldest(const struct kept_list *list);

/* Adds a copy. */
int list_add(struct kept_list *list, const struct kept *kept, tc_error *err);

/* Takes one out; the thing itself stays. */
void list_drop(struct kept_list *list, struct kept *kept);

/* Now, in ms since 1970. */
int64_t list_now(void);

/* A new name for a thing. */
#define LIST_THING_SIZE 96
void list_new_thing(const struct kept_list *list, char thing[LIST_THING_SIZE]);

#endif
