/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/pulse.h"

#define BROKER_OPTION \
	{ \
		"server", BROKER_SERVER, "URL", \
			"another broker than PULSE_HOSTNAME's: amqps://HOST:PORT/VHOST, or " \
			"amqp://… without TLS" \
	}

/* For --help. */
#define BROKER_HELP \
	"The broker is PULSE_HOSTNAME (by TLS, port 5671) with PULSE_VHOST, or \"/\"; the " \
	"account is PULSE_USERNAME and PULSE_PASSWORD, and never an argument, which everybody on " \
	"the machine can read. SSL_CERT_FILE and SSL_CERT_DIR say whom to trust."

static const struct option options[] = {
	{ "queue", LISTEN_QUEUE, "NAME",
		"a durable queue, queue/<user>/NAME, which keeps what comes while nobody listens" },
	{ "pattern", LISTEN_PATTERN, "KEY",
		"a ready-made pattern in place of key=value, such as route.index.#" },
	{ "count", LISTEN_COUNT, "N", "end after so many messages" },
	{ "timeout", LISTEN_TIMEOUT, "SECONDS", "end when nothing came for so long" },
	OPTION_ROW_SELECT,
	BROKER_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command pulse_listen_command = {
	.name = "listen",
	.whole_name = "pulse listen",
	.synopsis = "<service> <exchange> [key=value…] [<service> <exchange> …]",
	.summary = "print messages as they come, each as a line of JSON",
	.details =
		"A key that is not named is a wildcard: `taskcluster routing-key <service> "
		"<exchange> "
		"--help` explains them. Several exchanges stand one behind the other. The broker's "
		"name, exchange/…, stands for both words; one that is in no reference, such as an "
		"account's own, goes by --pattern, or is listened to as a whole. A line is "
		"{\"exchange\", \"routingKey\", \"cc\": […], \"redelivered\", \"words\": {…}, "
		"\"payload\": …}, where words are the routing key's by name; a body that is no "
		"JSON "
		"is \"body\", a text, in place of the payload.\n\n"
		"A message is acknowledged when its line was written. Without --queue the queue is "
		"gone with its connection; messages from before are not seen, and a line on "
		"standard error says when some may have been missed. A durable one stays bound to "
		"what it was bound to, until `taskcluster pulse delete-queue`. A lost connection "
		"is made again, for as long as it takes; a message may come twice.\n\n" BROKER_HELP
		"\n\n"
		"The exit status is 0 after N messages, after a signal (Ctrl-C), and with "
		"--timeout after the silence; 1 when the silence came before the N messages, when "
		"there was no connection all that time, or the broker refused; 2 when the command "
		"line or the environment is wrong.",
	.options = options,
};

static const struct option delete_options[] = {
	BROKER_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command pulse_delete_queue_command = {
	.name = "delete-queue",
	.whole_name = "pulse delete-queue",
	.synopsis = "NAME",
	.summary = "delete a durable queue of one's own, with all that it holds",
	.details = "For one that nobody will listen to again: the broker keeps what comes for it. "
		   "NAME is what "
		   "`listen --queue` was given; nothing is wrong where there is none of the "
		   "name.\n\n" BROKER_HELP,
	.options = delete_options,
};

static const struct command *const parts[] = { &pulse_listen_command, &pulse_delete_queue_command,
	NULL };

const struct command pulse_command = {
	.name = "pulse",
	.synopsis = "listen|delete-queue …",
	.summary = "listen to the messages that tell what happens",
	.parts = parts,
};
