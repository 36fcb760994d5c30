/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_BROKER_H
#define TC_SANDBOX_BROKER_H

/* One connection to RabbitMQ with one channel in confirm mode. It belongs to one thread. */

#include "tools/sandbox/pulse/publisher.h"

struct broker;

/* Whether a URL can be used; *why says what is wrong. */
bool broker_url_good(const char *url, const char **why);

/* Connects and declares durable topic exchanges. NULL on failure, which `why` describes. */
struct broker *broker_open(const char *url, const char *const *exchanges, char *why, size_t size);
void broker_close(struct broker *broker);

/* Publishes; the message's delivery tag is one more than that of the one before, from 1. False
 * when the connection is lost. */
bool broker_publish(struct broker *broker, const struct publication *publication);

/* After a failure: what the broker, or the library, said of it. */
const char *broker_why(const struct broker *broker);

/* Waits until something arrives, or `wake_fd` can be read, or the time is over. */
void broker_wait(struct broker *broker, int wake_fd, int timeout_ms);

/* Reads one confirmation if there is one: 1 and its tag (all up to it when *multiple), 0 for none,
 * -1 when the connection is lost or the broker refused a message. */
int broker_confirmation(struct broker *broker, uint64_t *tag, bool *multiple);

#endif
