/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/colored.h"
#include "tools/taskcluster/text/plain.h"

#include <string.h>

#define ESCAPE '\033'
#define BELL '\a'
#define CANCEL '\030'
#define SUBSTITUTE '\032'
#define RESET "\033[0m"

static bool is_in(char byte, unsigned char first, unsigned char last)
{
	return (unsigned char)byte >= first && (unsigned char)byte <= last;
}

/* ---- colours ---- */

struct parameter {
	int value;
	bool whole; /* colons put behind it what else belongs to it */
};

/* The parameters between the sequence's begin and its end, an empty one being 0; how many, 0 when
 * they are no numbers. */
static size_t read_parameters(const struct colored *colored, struct parameter *list)
{
	size_t count = 1;

	list[0] = (struct parameter){ 0 };
	for (size_t i = 2; i < colored->held_length; i++) {
		char byte = colored->held[i];
		struct parameter *last = &list[count - 1];
		if (byte == ';')
			list[count++] = (struct parameter){ 0 };
		else if (byte == ':')
			last->whole = true;
		else if (!is_in(byte, '0', '9'))
			return 0;
		else if (!last->whole && last->value < 1000)
			last->value = last->value * 10 + (byte - '0');
	}
	return count;
}

/* Neither 6 and 8 (8 hides), nor 10 to 20 (fonts; Linux's console shows controls by some), nor what
 * is not known to colour. */
static bool is_harmless(int value)
{
	static const struct {
		int first, last;
	} ranges[] = { { 0, 5 }, { 7, 7 }, { 9, 9 }, { 21, 25 }, { 27, 49 }, { 53, 53 }, { 55, 55 },
		{ 58, 59 }, { 90, 97 }, { 100, 107 } };

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (value >= ranges[i].first && value <= ranges[i].last)
			return true;
	return false;
}

/* How many parameters behind it say which colour it is; -1: they say nothing known. */
static int color_length(const struct parameter *parameter, size_t left)
{
	int value = parameter->value;

	if (parameter->whole || left < 2 || (value != 38 && value != 48 && value != 58))
		return 0;
	int kind = parameter[1].value;
	return kind == 5 ? 2 : kind == 2 ? 4 : -1;
}

/* The held sequence, which has come to its end but for that byte, is SGR, and one of those that
 * pass. */
static bool is_color(const struct colored *colored, char end)
{
	struct parameter list[COLORED_HELD_MAX];

	if (end != 'm' || colored->plain || colored->held_length == COLORED_HELD_MAX)
		return false;
	size_t count = read_parameters(colored, list);
	for (size_t i = 0; i < count; i++) {
		int length = color_length(&list[i], count - i);
		if (length < 0 || !is_harmless(list[i].value))
			return false;
		i += (size_t)length;
	}
	return count > 0;
}

/* ---- what comes ---- */

/* Keeps a byte until it is decided on. A sequence that becomes too long is read to its end. */
static void hold(struct colored *colored, char byte)
{
	if (colored->held_length < COLORED_HELD_MAX)
		colored->held[colored->held_length++] = byte;
}

static void begin(struct colored *colored, enum colored_state state)
{
	colored->state = state;
	colored->held_length = 0;
}

static char *put_held(struct colored *colored, char *out)
{
	memcpy(out, colored->held, colored->held_length);
	return out + colored->held_length;
}

static char *take_text(struct colored *colored, char byte, char *out)
{
	unsigned char code = (unsigned char)byte;

	if (byte == ESCAPE) {
		begin(colored, COLORED_ESCAPE);
		hold(colored, byte);
	} else if (code >= 0x80) {
		begin(colored, COLORED_CHARACTER);
		hold(colored, byte);
		colored->wanted = code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
	} else {
		bool shown = code >= ' ' && code != 0x7f;
		colored->in_line = byte != '\n';
		*out++ = (char)(shown || (code && strchr("\t\n\r", byte)) ? byte : ' ');
	}
	return out;
}

/* The character that is held, or what stands for it. */
static char *put_character(struct colored *colored, char *out)
{
	char text[COLORED_HELD_MAX] = { 0 };

	memcpy(text, colored->held, colored->held_length);
	colored->state = COLORED_TEXT;
	colored->in_line = true;
	if (plain_character(text) != colored->held_length) {
		memset(out, '?', colored->held_length);
		return out + colored->held_length;
	}
	if (plain_steers(text, colored->held_length)) {
		*out = ' ';
		return out + 1;
	}
	return put_held(colored, out);
}

static char *take(struct colored *colored, char byte, char *out);

/* What was held is nothing, or not what it began as: this byte stands on its own. */
static char *take_anew(struct colored *colored, char byte, char *out)
{
	begin(colored, COLORED_TEXT);
	return take(colored, byte, out);
}

static char *take_character(struct colored *colored, char byte, char *out)
{
	if (!is_in(byte, 0x80, 0xbf))
		return take_anew(colored, byte, put_character(colored, out));
	hold(colored, byte);
	return colored->held_length == colored->wanted ? put_character(colored, out) : out;
}

static char *take_escape(struct colored *colored, char byte, char *out)
{
	if (byte == '[') {
		hold(colored, byte);
		colored->state = COLORED_CSI;
	} else if (byte && strchr("]PX^_", byte)) {
		colored->state = COLORED_STRING;
	} else if (is_in(byte, 0x20, 0x2f)) {
		colored->state = COLORED_SHORT;
	} else if (is_in(byte, 0x30, 0x7e)) {
		colored->state = COLORED_TEXT;
	} else {
		out = take_anew(colored, byte, out);
	}
	return out;
}

static char *take_short(struct colored *colored, char byte, char *out)
{
	if (is_in(byte, 0x20, 0x2f))
		return out;
	if (!is_in(byte, 0x30, 0x7e))
		return take_anew(colored, byte, out);
	colored->state = COLORED_TEXT;
	return out;
}

static char *take_csi(struct colored *colored, char byte, char *out)
{
	if (is_in(byte, 0x20, 0x3f)) {
		hold(colored, byte);
		return out;
	}
	if (!is_in(byte, 0x40, 0x7e))
		return take_anew(colored, byte, out);
	colored->state = COLORED_TEXT;
	if (!is_color(colored, byte))
		return out;
	colored->lit = true;
	out = put_held(colored, out);
	*out++ = byte;
	return out;
}

/* Its end is BEL or ESC \, of which the ESC begins another sequence; CAN and SUB break it off. One
 * without an end takes its line with it, and no more. */
static char *take_string(struct colored *colored, char byte, char *out)
{
	if (byte == BELL || byte == CANCEL || byte == SUBSTITUTE)
		colored->state = COLORED_TEXT;
	else if (byte == ESCAPE || byte == '\n' || byte == '\r')
		out = take_anew(colored, byte, out);
	return out;
}

static char *take(struct colored *colored, char byte, char *out)
{
	static char *(*const takers[])(struct colored *, char, char *) = {
		[COLORED_TEXT] = take_text,
		[COLORED_CHARACTER] = take_character,
		[COLORED_ESCAPE] = take_escape,
		[COLORED_SHORT] = take_short,
		[COLORED_CSI] = take_csi,
		[COLORED_STRING] = take_string,
	};

	return takers[colored->state](colored, byte, out);
}

size_t colored_filter(struct colored *colored, const char *bytes, size_t length, char *out)
{
	char *at = out;

	for (size_t i = 0; i < length; i++)
		at = take(colored, bytes[i], at);
	return (size_t)(at - out);
}

size_t colored_end(struct colored *colored, char *out)
{
	char *at = out;

	if (colored->state == COLORED_CHARACTER)
		at = put_character(colored, at);
	begin(colored, COLORED_TEXT);
	if (colored->lit) {
		memcpy(at, RESET, sizeof RESET - 1);
		at += sizeof RESET - 1;
	}
	if (colored->in_line)
		*at++ = '\n';
	colored->lit = colored->in_line = false;
	return (size_t)(at - out);
}
