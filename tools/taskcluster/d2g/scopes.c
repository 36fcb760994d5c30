/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/scopes.h"

#include "runtime/src/base/buffer.h"
#include "tools/taskcluster/d2g/scope_list.h"
#include "tools/taskcluster/jobs/job.h"

#include <string.h>
#include <taskcluster/call.h>
#include <taskcluster/scope.h>

#define QUEUE_ID_MAX 1024
#define CAPABILITY "docker-worker:capability:"

static bool begins(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

static int check_scopes(const tc_json *scopes)
{
	if (tc_json_kind(scopes) != TC_JSON_ARRAY)
		return usage_error("/scopes of the task definition is no list");
	for (size_t i = 0; i < tc_json_count(scopes); i++) {
		const tc_json *scope = tc_json_item(scopes, i);
		const char *text =
			tc_json_kind(scope) == TC_JSON_STRING ? tc_json_text(scope) : NULL;
		if (!text || strlen(text) != tc_json_text_length(scope) ||
			tc_scope_check(text, NULL) != TC_OK)
			return usage_error("/scopes/%zu of the task definition is no scope", i);
	}
	return 0;
}

static const char *text_of(const tc_json *task, const char *name)
{
	const tc_json *member = tc_json_get(task, name);

	return tc_json_kind(member) == TC_JSON_STRING ? tc_json_text(member) : NULL;
}

/* The task's queue is part of scopes: as one word, or as tasks of old have it. */
static int find_queue(const tc_json *task, char queue[QUEUE_ID_MAX])
{
	const char *id = text_of(task, "taskQueueId");
	const char *provisioner = text_of(task, "provisionerId");
	const char *worker_type = text_of(task, "workerType");
	int length;

	if (id)
		length = snprintf(queue, QUEUE_ID_MAX, "%s", id);
	else if (provisioner && worker_type)
		length = snprintf(queue, QUEUE_ID_MAX, "%s/%s", provisioner, worker_type);
	else
		length = 0;
	if (length <= 0)
		return usage_error("the task definition has scopes, and so needs taskQueueId, or "
				   "provisionerId and workerType");
	return length < QUEUE_ID_MAX ? 0 : usage_error("/taskQueueId of the task is too long");
}

static bool has_roles(const tc_json *scopes)
{
	for (size_t i = 0; i < tc_json_count(scopes); i++) {
		if (begins(tc_json_text(tc_json_item(scopes, i)), "assume:"))
			return true;
	}
	return false;
}

static int body_of(const tc_json *scopes, const tc_json **body, tc_error *err)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	tc_json_add_name(json, "scopes");
	tc_json_add_json(json, scopes);
	tc_json_end(json);
	return tc_json_build(json, body, err);
}

static int ask(const struct session *session, const struct tc_operation *operation,
	const tc_json *scopes, const tc_json **reply)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *body = NULL;
	tc_call *call = NULL;

	if (body_of(scopes, &body, &err) == TC_OK)
		call = tc_call_by_name(session->client, operation, NULL, 0, body, &err);
	int status = job_call(session, call, reply, &err);
	tc_release(body);
	return status;
}

/* Asks what the roles stand for; release *reply, of which /scopes is a list. */
static int expand(const tc_json *scopes, const struct arguments *arguments, const tc_json **reply)
{
	const struct tc_operation *operation;
	struct session session = SESSION_INIT;
	int status = job_open(&session, arguments, "auth", "expandScopes", &operation);

	if (status == 0)
		status = ask(&session, operation, scopes, reply);
	session_close(&session);
	return status;
}

static bool is_held(const tc_json *held, const char *scope)
{
	for (size_t i = 0; i < tc_json_count(held); i++) {
		const char *text = tc_json_text(tc_json_item(held, i));
		if (text && tc_scope_satisfies(text, scope))
			return true;
	}
	return false;
}

/* What docker-worker asks for: a scope, or the same with the queue behind it. */
static int check_held(const tc_json *payload, const tc_json *held, const char *queue)
{
	static const struct {
		const char *flag, *scope;
		bool by_queue;
	} taken[] = {
		{ "/capabilities/privileged", CAPABILITY "privileged", true },
		{ "/capabilities/disableSeccomp", CAPABILITY "disableSeccomp", false },
		{ "/capabilities/devices/hostSharedMemory", CAPABILITY "device:hostSharedMemory",
			true },
		{ "/capabilities/devices/kvm", CAPABILITY "device:kvm", true },
		{ "/capabilities/devices/loopbackAudio", CAPABILITY "device:loopbackAudio", true },
		{ "/capabilities/devices/loopbackVideo", CAPABILITY "device:loopbackVideo", true },
		{ "/features/allowPtrace", "docker-worker:feature:allowPtrace", false },
	};
	char by_queue[QUEUE_ID_MAX + 64];
	int status = 0;

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		snprintf(by_queue, sizeof by_queue, "%s:%s", taken[i].scope, queue);
		if (!tc_json_true(tc_json_at(payload, taken[i].flag)) ||
			is_held(held, taken[i].scope) ||
			(taken[i].by_queue && is_held(held, by_queue)))
			continue;
		if (status == 0)
			status = usage_error("the task lacks scopes that its payload takes:");
		hint("%s%s%s, for /payload%s", taken[i].scope, taken[i].by_queue ? " or " : "",
			taken[i].by_queue ? by_queue : "", taken[i].flag);
	}
	return status;
}

/* Whether a scope is this one, or begins so with a colon behind it: then *rest is what follows,
 * else NULL. */
static bool is_of(const char *scope, const char *name, const char **rest)
{
	const char *end = scope + strlen(name);

	if (!begins(scope, name) || (*end && *end != ':'))
		return false;
	*rest = *end ? end + 1 : NULL;
	return true;
}

static void add_translated(struct scope_list *list, const char *scope, const char *queue)
{
	const char *rest;

	if (is_of(scope, CAPABILITY "device:kvm", &rest)) {
		scope_list_add(list, "generic-worker:os-group:", rest ? rest : queue, "/kvm");
		scope_list_add(list, "generic-worker:os-group:", rest ? rest : queue, "/libvirt");
	} else if (is_of(scope, CAPABILITY "device:loopbackVideo", &rest)) {
		scope_list_add(list, "generic-worker:loopback-video:", rest ? rest : "*", "");
	} else if (is_of(scope, CAPABILITY "device:loopbackAudio", &rest)) {
		scope_list_add(list, "generic-worker:loopback-audio:", rest ? rest : "*", "");
	} else if (is_of(scope, "docker-worker", &rest) && rest) {
		scope_list_add(list, "generic-worker:", rest, "");
	}
}

/* The task's own, the one for docker, and what those that it holds become. */
static int build(
	const tc_json *own, const tc_json *held, const char *queue, const tc_json **translated)
{
	struct scope_list list = { 0 };
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	for (size_t i = 0; i < tc_json_count(own); i++)
		scope_list_add(&list, tc_json_text(tc_json_item(own, i)), "", "");
	scope_list_add(&list, "generic-worker:os-group:", queue, "/docker");
	for (size_t i = 0; i < tc_json_count(held); i++) {
		const char *scope = tc_json_text(tc_json_item(held, i));
		if (scope)
			add_translated(&list, scope, queue);
	}
	if (scope_list_build(&list, translated, &err) != TC_OK)
		status = failure("%s", tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

int scopes_translate(
	const tc_json *task, const struct arguments *arguments, const tc_json **translated)
{
	const tc_json *own = tc_json_get(task, "scopes"), *reply = NULL;
	char queue[QUEUE_ID_MAX];
	int status = check_scopes(own);

	if (status == 0)
		status = find_queue(task, queue);
	if (status == 0 && has_roles(own))
		status = expand(own, arguments, &reply);
	const tc_json *held = reply ? tc_json_get(reply, "scopes") : own;
	if (status == 0)
		status = check_held(tc_json_get(task, "payload"), held, queue);
	if (status == 0)
		status = build(own, held, queue, translated);
	tc_release(reply);
	return status;
}
