/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/place.h"

#include <string.h>

void place_add(struct place *place, const char *bytes, size_t length)
{
	place->passed += (int64_t)length;
	if (length > PLACE_WINDOW) {
		bytes += length - PLACE_WINDOW;
		length = PLACE_WINDOW;
	}
	size_t kept = place->length + length > PLACE_WINDOW ? PLACE_WINDOW - length : place->length;
	memmove(place->window, place->window + place->length - kept, kept);
	memcpy(place->window + kept, bytes, length);
	place->length = kept + length;
}

int64_t place_begin(const struct place *place)
{
	return place->passed - (int64_t)place->length;
}

/* How much of the window is matched by one byte more, as Knuth, Morris and Pratt find it. */
static size_t advance(const struct place *place, size_t matched, char byte)
{
	while (matched > 0 && place->window[matched] != byte)
		matched = place->back[matched - 1];
	return matched + (place->window[matched] == byte);
}

void place_seek(struct place *place, int64_t position)
{
	place->found = place->length == 0;
	place->skip = place_begin(place) - position;
	place->looked = place->gap = 0;
	place->matched = 0;
	place->back[0] = 0;
	for (size_t i = 1; i < place->length; i++)
		place->back[i] = (uint16_t)advance(place, place->back[i - 1], place->window[i]);
}

size_t place_known(struct place *place, const char *bytes, size_t length)
{
	size_t at = 0;

	if (place->found)
		return 0;
	if (place->skip > 0) {
		at = place->skip < (int64_t)length ? (size_t)place->skip : length;
		place->skip -= (int64_t)at;
	}
	while (at < length && !place->found) {
		place->matched = advance(place, place->matched, bytes[at++]);
		place->looked++;
		place->found = place->matched == place->length;
	}
	place->gap = place->looked - (int64_t)place->matched;
	return at;
}
