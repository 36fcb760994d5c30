/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_OPTIONS_KEYS_H
#define WORKER_OPTIONS_KEYS_H

#include "tools/worker/options/options.h"

/* What the file says besides `options`, until credentials are made of it. */
struct options_secrets {
	char *client_id, *access_token, *certificate;
};

/* Sets the defaults. False: no memory. */
bool keys_default(struct options *options);

/* Takes over what a configuration says; what was set before stays, as the command line goes before
 * the file. Warnings and faults are printed. False: something has the wrong type or value. */
bool keys_take(
	const tc_json *config, struct options *options, struct options_secrets *secrets, FILE *out);

/* The names, one line each with what it means, for --help. */
void keys_list(FILE *out);

/* *text, unless it is set, becomes a copy; false without memory. */
bool keys_set(char **text, const char *value);

#endif
