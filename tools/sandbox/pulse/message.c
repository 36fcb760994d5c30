/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/message.h"

#include "tools/sandbox/pulse/pulse.h"

#define BODY_MAX_BYTES ((size_t)16 << 20)

struct writer message_begin(void)
{
	struct writer message = { .text = TC__BUFFER(BODY_MAX_BYTES) };

	write_object(&message);
	return message;
}

void message_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, struct writer *message)
{
	write_end_object(message);
	if (tc__buffer_failed(&message->text) || !routing_key)
		store_fail(sandbox->store, "a message could not be written");
	else
		pulse_post(sandbox, exchange, routing_key, cc, message->text.data);
	tc__buffer_clear(&message->text);
}
