/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/callgrind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the reader is: in the costs of a function, or of a call that it makes. */
struct place {
	char *object, *function;               /* whose costs follow */
	char *called_object, *called_function; /* of the next call; object NULL: the same */
	bool called;                           /* the next line of costs is a call's */
};

static void set(char **name, const char *value)
{
	free(*name);
	*name = value ? strdup(value) : NULL;
	if (value && !*name)
		abort();
}

/* What stands behind `key` in a line; NULL when the line has another. */
static const char *value_of(const char *line, const char *key)
{
	const size_t length = strlen(key);

	return strncmp(line, key, length) == 0 ? line + length : NULL;
}

/* Whether the line was one that names something; files are of no interest here. */
static bool read_name(struct place *place, const char *line)
{
	const struct {
		const char *key;
		char **name;
	} names[] = {
		{ "ob=", &place->object },
		{ "fn=", &place->function },
		{ "cob=", &place->called_object },
		{ "cfn=", &place->called_function },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = value_of(line, names[i].key);
		if (!value)
			continue;
		set(names[i].name, value);
		return true;
	}
	return false;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_own(const struct place *place, const char *program)
{
	static const char library[] = "libtaskcluster";

	return place->object &&
		(strcmp(place->object, program) == 0 ||
			strncmp(base_of(place->object), library, sizeof library - 1) == 0);
}

static bool is_hashing(const char *function)
{
	static const char *const names[] = { "SHA256_Update", "SHA256_Final", "SHA512_Update",
		"SHA512_Final" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

/* callgrind calls a function without a symbol by its address: 0x000000000029c680. */
static bool is_block_function(const struct place *place)
{
	const char *name = place->called_function;

	if (!place->function || !name || place->called_object)
		return false;
	return is_hashing(place->function) &&
		(strncmp(name, "0x", 2) == 0 || strstr(name, "_block_data_order") != NULL);
}

/* "libcurl" of "/usr/lib/…/libcurl.so.4.8.0" */
static void name_object(char name[sizeof((struct measure_object *)0)->name], const char *path)
{
	const char *base = base_of(path);

	snprintf(name, sizeof((struct measure_object *)0)->name, "%.*s", (int)strcspn(base, "."),
		base);
}

static void add_to_object(
	struct measure_count *count, const struct place *place, bool own, double cost)
{
	struct measure_object wanted = { "own", 0 };

	if (!own)
		name_object(wanted.name, place->object ? place->object : "?");
	for (size_t i = 0; i < MEASURE_OBJECTS; i++) {
		struct measure_object *object = &count->objects[i];
		if (!*object->name)
			*object = wanted;
		if (strcmp(object->name, wanted.name) != 0)
			continue;
		object->count += cost;
		return;
	}
}

/* "line instructions" */
static void add_cost(struct measure_count *count, const struct place *place, const char *line,
	const char *program)
{
	const char *number = strchr(line, ' ');
	double cost = number ? strtod(number, NULL) : 0;
	bool own = is_own(place, program);

	if (place->called)
		cost = is_block_function(place) ? -cost : 0;
	count->all += cost;
	count->own += own ? cost : 0;
	add_to_object(count, place, own, cost);
}

static void read_line(
	struct measure_count *count, struct place *place, const char *line, const char *program)
{
	if (value_of(line, "calls=")) {
		place->called = true;
		return;
	}
	if (read_name(place, line) || *line < '0' || *line > '9')
		return;
	add_cost(count, place, line, program);
	if (place->called)
		set(&place->called_object, NULL);
	place->called = false;
}

struct measure_count callgrind_read(FILE *profile, const char *program)
{
	struct measure_count count = { 0 };
	struct place place = { 0 };
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, profile) > 0) {
		line[strcspn(line, "\n")] = '\0';
		read_line(&count, &place, line, program);
	}
	free(line);
	set(&place.object, NULL);
	set(&place.function, NULL);
	set(&place.called_object, NULL);
	set(&place.called_function, NULL);
	return count;
}
