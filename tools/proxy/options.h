/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_OPTIONS_H
#define TC_PROXY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_LIST_MAX 512

struct options_list {
	const char *texts[OPTIONS_LIST_MAX];
	size_t count;
};

/* The command line and the environment; all texts are theirs. */
struct options {
	const char *root_url;
	const char *ip_address; /* "127.0.0.1" */
	uint16_t port;          /* 0: any free one */
	const char *task_id, *run_id;
	const char *secret; /* for PUT /credentials; NULL: nobody may */
	int64_t uid;        /* whose connections are taken; -1: anybody's */
	int credentials_fd; /* -1: they are in the environment */
	int64_t body_max;   /* bytes of a request's body */
	int64_t silence_ms; /* how long a service may be silent */
	bool unrestricted;
	bool verbose;
	struct options_list scopes;  /* the arguments */
	struct options_list hosts;   /* further names of this proxy */
	struct options_list allowed; /* further hosts that may be signed for */
};

/* OPTIONS_GO, or the exit status of a program that has said all there is to say. */
#define OPTIONS_GO (-1)
int options_parse(struct options *options, int argc, char **argv);

#endif
