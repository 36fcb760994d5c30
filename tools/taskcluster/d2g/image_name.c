/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/image_name.h"

#include <stdbool.h>
#include <string.h>

#define PATH_MAX_LENGTH 255
#define TAG_MAX_LENGTH 128
#define ID_LENGTH 64 /* of an image: SHA-256 in hexadecimal */

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HEX_LOWER DIGITS "abcdef"

/* A piece of the name. */
struct part {
	const char *text;
	size_t length;
};

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* How many characters at the front are of the set. */
static size_t span(struct part part, const char *set)
{
	size_t length = 0;

	while (length < part.length && is_one_of(part.text[length], set))
		length++;
	return length;
}

static bool only(struct part part, const char *set)
{
	return part.length > 0 && span(part, set) == part.length;
}

static struct part behind(struct part part, size_t length)
{
	return (struct part){ part.text + length, part.length - length };
}

/* Takes what stands before the first `c`, and `c`, from the front; without one all of it, and
 * returns false. */
static bool cut(struct part *rest, char c, struct part *front)
{
	const char *found = rest->length ? memchr(rest->text, c, rest->length) : NULL;
	size_t length = found ? (size_t)(found - rest->text) : rest->length;

	*front = (struct part){ rest->text, length };
	*rest = behind(*rest, found ? length + 1 : length);
	return found;
}

static bool equals(struct part part, const char *text)
{
	return part.length == strlen(text) && memcmp(part.text, text, part.length) == 0;
}

/* Small letters and digits, with one dot, one or two underscores, or dashes between them. */
static bool is_name(struct part part)
{
	size_t length = span(part, LOWER DIGITS);

	while (length > 0 && length < part.length) {
		struct part separator = behind(part, length);
		size_t dashes = span(separator, "-"), lines = span(separator, "_");
		size_t between = dashes ? dashes : lines ? lines : span(separator, ".");
		if (between == 0 || (!dashes && between > (lines ? 2u : 1u)))
			return false;
		part = behind(separator, between);
		length = span(part, LOWER DIGITS);
	}
	return length > 0;
}

static bool is_label(struct part part)
{
	return only(part, LOWER UPPER DIGITS "-") && part.text[0] != '-' &&
		part.text[part.length - 1] != '-';
}

static bool is_host(struct part part)
{
	struct part label;
	bool more;

	if (part.length > 2 && part.text[0] == '[' && part.text[part.length - 1] == ']')
		return only((struct part){ part.text + 1, part.length - 2 }, HEX_LOWER "ABCDEF:");
	do {
		more = cut(&part, '.', &label);
		if (!is_label(label))
			return false;
	} while (more);
	return true;
}

static bool is_domain(struct part part)
{
	size_t digits = 0;

	while (digits < part.length && is_one_of(part.text[part.length - 1 - digits], DIGITS))
		digits++;
	bool has_port =
		digits > 0 && digits < part.length && part.text[part.length - 1 - digits] == ':';
	return is_host((struct part){ part.text, part.length - (has_port ? digits + 1 : 0) });
}

static bool is_tag(struct part part)
{
	return part.length <= TAG_MAX_LENGTH && only(part, LOWER UPPER DIGITS "_.-") &&
		part.text[0] != '.' && part.text[0] != '-';
}

/* By the algorithms that docker knows. */
static bool is_digest(struct part part)
{
	static const struct {
		const char *name;
		size_t length;
	} algorithms[] = { { "sha256", 64 }, { "sha384", 96 }, { "sha512", 128 } };
	struct part algorithm;

	cut(&part, ':', &algorithm);
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
		if (equals(algorithm, algorithms[i].name))
			return part.length == algorithms[i].length && only(part, HEX_LOWER);
	}
	return false;
}

static bool has_any(struct part part, const char *set)
{
	for (size_t i = 0; i < part.length; i++) {
		if (is_one_of(part.text[i], set))
			return true;
	}
	return false;
}

/* Takes the host from the front. What stands before the first slash is one when it looks so; else
 * it is part of the name, and docker's own registry is meant. */
static struct part take_domain(struct part *rest)
{
	struct part names = *rest, first;

	if (!cut(&names, '/', &first) ||
		(!equals(first, "localhost") && !has_any(first, UPPER ".:")))
		return (struct part){ rest->text, 0 };
	*rest = names;
	return first;
}

static bool are_names(struct part names)
{
	struct part name;
	bool more;

	do {
		more = cut(&names, '/', &name);
		if (!is_name(name))
			return false;
	} while (more);
	return true;
}

/* As it is in the registry: docker's own has a folder for names that stand alone, and what looked
 * like a host, but is none, is a name in it. */
static size_t path_length(struct part domain, struct part names)
{
	bool docker = domain.length == 0 || equals(domain, "docker.io") ||
		equals(domain, "index.docker.io");

	if (docker && !has_any(names, "/"))
		return names.length + strlen("library/");
	return names.length + (docker || is_domain(domain) ? 0 : domain.length + 1);
}

const char *image_name_fault(const char *name, size_t length)
{
	struct part digest = { name, length }, tag, names;

	if (length == ID_LENGTH && only(digest, HEX_LOWER))
		return "is the id of an image, and no name";
	bool has_digest = cut(&digest, '@', &tag);
	struct part domain = take_domain(&tag);
	bool has_tag = cut(&tag, ':', &names);
	if (has_any(names, UPPER))
		return "has a capital letter before its tag";
	if (!are_names(names) || (domain.length && !is_domain(domain) && !is_name(domain)))
		return "is no name that docker takes for an image";
	if (has_tag && !is_tag(tag))
		return "has a tag that docker does not take";
	if (has_digest && !is_digest(digest))
		return "has a digest that docker does not take";
	if (path_length(domain, names) > PATH_MAX_LENGTH)
		return "is longer than 255 characters";
	return NULL;
}
