/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_PULSE_MESSAGE_H
#define TC_CLI_PULSE_MESSAGE_H

/* A message as a line of JSON. */

#include "tools/taskcluster/shared/output.h"

#include <taskcluster/pulse_listener.h>

/*
 * {"exchange":…,"routingKey":…,"cc":[…],"redelivered":…,"words":{…},"payload":…}: words are the
 * routing key's by name, and absent where the references do not know the exchange or the key does
 * not fit; a body that is no JSON is "body", a text, in place of the payload, and told of. The line
 * is there as a whole when this returns 0; else it is the exit status after telling.
 */
int message_print(struct output *output, const struct tc_pulse_message *message);

#endif
