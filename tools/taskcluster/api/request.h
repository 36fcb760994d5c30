/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_API_REQUEST_H
#define TC_CLI_API_REQUEST_H

/* What the command line of `api` asks for. api.c reads it, the other files of this folder each do
 * one thing that it can ask for. */

#include "tools/taskcluster/commands/api.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/live/live.h"
#include "tools/taskcluster/shared/output.h"

#include <stdio.h>
#include <taskcluster/call.h>

struct request {
	const struct tc_service *service;
	const struct tc_operation *operation;
	struct tc_pair *pairs; /* arguments, then query values */
	size_t count, arguments;
	const char *body, *output, *expires;
	const char *base_url, *base_url_option; /* and the option that says it */
	int64_t max_items;                      /* 0: no limit */
	int verb;                               /* 0: send it; or one of the above */
	bool all, distinct, once, help, refresh;
	bool is_live; /* service and operation are of: */
	struct live live;
	const char *command; /* "api", or "api --live" */
};

/* What `api` prints without making a call; each returns 0. `options` are the command's own, of
 * which those that are for the function are explained. */
int api_list_services(const struct tc_service *const *services, size_t count);
int api_list_operations(const struct tc_service *service);
int api_explain(const struct request *request, const struct option *options);

/* Parts of that: the function's name with its arguments; its query and headers. */
void api_print_signature(FILE *out, const struct tc_operation *operation);
void api_explain_query(const struct tc_operation *operation);

/* Alternatives, each of names that go together, with the mark in front of each name. */
void api_print_alternatives(FILE *out, const char *mark, const char *const *const *sets);

/* Warns of patterns in a hook's schedule that mean another time than they seem to. */
void api_warn_of_schedule(const struct request *request, const tc_json *body);

/* What is done with a call. Each returns the exit status, after telling what is wrong. */
int api_print_url(const struct request *request, const struct session *session, tc_call *call);
int api_print_request(const struct request *request, const struct session *session,
	const tc_call *call, const tc_json *body);
int api_send(const struct request *request, const struct session *session, const tc_call *call);
int api_download(const struct request *request, const struct session *session, const tc_call *call);
int api_all(const struct request *request, const struct session *session, const tc_call *call);
int api_listen(const struct request *request, const struct session *session, const tc_call *call);

/* In a folder: names the file after what the server says, or else after the last argument. */
int api_name_output(const struct request *request, tc_response *response, struct output *output);

#endif
