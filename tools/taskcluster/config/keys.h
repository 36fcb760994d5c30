/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_KEYS_H
#define TC_CLI_CONFIG_KEYS_H

/* The keys of the section `config` in the file (file.h), in the order in which they are shown. */

enum config_key {
	CONFIG_ACCESS_TOKEN,
	CONFIG_SCOPES,
	CONFIG_CERTIFICATE,
	CONFIG_CLIENT_ID,
	CONFIG_ROOT_URL,
	CONFIG_KEYS
};

/* What clients' ids and access tokens consist of, as the auth service has them. */
#define CONFIG_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define CONFIG_CLIENT_ID_CHARACTERS CONFIG_LETTERS "!@/:.+|_-"
#define CONFIG_ACCESS_TOKEN_CHARACTERS CONFIG_LETTERS "_-"

struct config_key_facts {
	const char *name;     /* without the section's: "rootUrl" */
	const char *variable; /* which goes before the file; NULL: there is none */
	const char *summary;
};

extern const struct config_key_facts config_keys[CONFIG_KEYS];

/* Their names with the section's, as the commands have them, ended by NULL. */
extern const char *const config_key_words[CONFIG_KEYS + 1];

/* The key of this name; CONFIG_KEYS: there is none. */
enum config_key config_key_find(const char *name);

#endif
