/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/memory.h"

#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN 1024
#define CHUNK_MAX ((size_t)1 << 20)

/* What lies in front of every pointer for tc_release(). */
struct header {
	alignas(max_align_t) void (*end)(struct header *header);
	void (*destroy)(void *object); /* of a handle: all that its release is */
};

struct tc__chunk {
	alignas(max_align_t) struct tc__chunk *next;
	size_t size; /* of the bytes behind this struct */
};

/* An arena's object: the arena lies in front of the header. */
struct arena_header {
	struct tc__arena arena;
	struct header header;
};

static struct header *header_of(const void *object)
{
	return (struct header *)((uintptr_t)object - sizeof(struct header));
}

void tc_release(const void *pointer)
{
	if (!pointer)
		return;
	struct header *header = header_of(pointer);
	header->end(header);
}

void *tc_block_resize(void *block, size_t size)
{
	return tc__object_realloc(block, size);
}

void *tc_handle_new(size_t size, void (*release)(void *handle))
{
	return release ? tc__handle_alloc(size, release) : NULL;
}

void tc_handle_end(void *handle)
{
	if (handle)
		tc__handle_end(handle);
}

static void end_block(struct header *header)
{
	if (header->destroy)
		header->destroy(header + 1);
	free(header);
}

void *tc__object_realloc(void *object, size_t size)
{
	struct header *header = object ? header_of(object) : NULL;

	if (size > SIZE_MAX - sizeof *header)
		return NULL;
	struct header *moved = realloc(header, sizeof *header + size);
	if (!moved)
		return NULL;
	if (!object)
		*moved = (struct header){ .end = end_block };
	return moved + 1;
}

void *tc__object_alloc(size_t size)
{
	void *object = tc__object_realloc(NULL, size);
	return object ? memset(object, 0, size) : NULL;
}

void *tc__object_alloc_with(size_t size, void (*destroy)(void *object))
{
	void *object = tc__object_alloc(size);

	if (object)
		header_of(object)->destroy = destroy;
	return object;
}

static void end_handle(struct header *header)
{
	header->destroy(header + 1);
}

void *tc__handle_alloc(size_t size, void (*release)(void *handle))
{
	void *handle = tc__object_alloc_with(size, release);

	if (handle)
		header_of(handle)->end = end_handle;
	return handle;
}

void tc__handle_end(void *handle)
{
	free(header_of(handle));
}

/* Fills room for one byte more than the text; NULL stays NULL. */
static char *fill_text(char *room, const char *text, size_t length)
{
	if (!room)
		return NULL;
	if (length)
		memcpy(room, text, length);
	room[length] = '\0';
	return room;
}

char *tc__object_text(const char *text, size_t length)
{
	if (length == SIZE_MAX)
		return NULL;
	return fill_text(tc__object_realloc(NULL, length + 1), text, length);
}

/* A new chunk is as large as a quarter of all before it, within bounds: few calls of malloc, and
 * never more than a fifth standing empty. */
static bool add_chunk(struct tc__arena *arena, size_t need)
{
	size_t size = arena->total / 4;

	if (size < CHUNK_MIN)
		size = CHUNK_MIN;
	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < need)
		size = need;
	if (size > SIZE_MAX - sizeof(struct tc__chunk))
		return false;
	struct tc__chunk *chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		return false;
	chunk->next = arena->chunks;
	chunk->size = size;
	arena->chunks = chunk;
	arena->at = (char *)(chunk + 1);
	arena->end = arena->at + size;
	arena->total += size;
	return true;
}

char *tc__arena_bytes(struct tc__arena *arena, size_t size)
{
	if (!arena->at || (size_t)(arena->end - arena->at) < size) {
		if (!add_chunk(arena, size))
			return NULL;
	}
	char *bytes = arena->at;
	arena->at += size;
	return bytes;
}

void *tc__arena_alloc(struct tc__arena *arena, size_t size)
{
	size_t padding = arena->at ? -(uintptr_t)arena->at % alignof(max_align_t) : 0;

	if (size > SIZE_MAX / 2)
		return NULL;
	if (!arena->at || (size_t)(arena->end - arena->at) < padding + size) {
		if (!add_chunk(arena, size))
			return NULL;
		padding = 0; /* chunks begin aligned */
	}
	char *object = arena->at + padding;
	arena->at = object + size;
	return object;
}

char *tc__arena_text(struct tc__arena *arena, const char *text, size_t length)
{
	if (length == SIZE_MAX)
		return NULL;
	return fill_text(tc__arena_bytes(arena, length + 1), text, length);
}

char *tc__arena_string(struct tc__arena *arena, const char *text)
{
	return tc__arena_text(arena, text, strlen(text));
}

void tc__arena_clear(struct tc__arena *arena)
{
	bool secret = arena->secret;
	struct tc__chunk *next;

	for (struct tc__chunk *chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		if (secret)
			sodium_memzero(chunk + 1, chunk->size);
		free(chunk);
	}
	*arena = (struct tc__arena){ 0 };
}

static void end_arena(struct header *header)
{
	struct arena_header *owner =
		(struct arena_header *)((char *)header - offsetof(struct arena_header, header));
	struct tc__arena arena = owner->arena; /* a copy: the original lies inside */

	tc__arena_clear(&arena);
}

void *tc__arena_object(struct tc__arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	struct arena_header *owner = tc__arena_alloc(arena, sizeof *owner + size);
	if (!owner)
		return NULL;
	memset(owner + 1, 0, size);
	owner->header = (struct header){ .end = end_arena };
	return owner + 1;
}

void tc__arena_seal(struct tc__arena *arena, void *object)
{
	struct arena_header *owner = (struct arena_header *)object - 1;

	owner->arena = *arena;
	*arena = (struct tc__arena){ 0 };
}
