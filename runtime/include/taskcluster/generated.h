/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_GENERATED_H
#define TASKCLUSTER_GENERATED_H

/*
 * What generated code stands on, and nothing for anybody else: the functions behind its
 * one-statement wrappers. They may change with every version, together with the generator.
 */

#include <taskcluster/call.h>
#include <taskcluster/type_table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A call's arguments: TC_VALUES(task_id, run_id). */
#define TC_VALUES(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__ \
	}

/* A prepared call. `arguments` has operation->argument_count texts; `query` points to the query
 * struct, whose members are all `const char *` in the order of operation->query, or is NULL. */
TC_API tc_call *tc_generated_call(tc_client *client, const struct tc_operation *operation,
	const char *const *arguments, const void *query, tc_error *err);

/*
 * The synchronous face: a call, its body, its reply. `body` is the struct of operation->input (or,
 * where that is NULL, a tc_json), and is not looked at when the operation takes none. `reply`
 * points to the caller's pointer, or is NULL to drop the reply: of the struct of operation->output;
 * where that is NULL but there is a schema, to a tc_json; where there is none, to a tc_response.
 */
TC_API int tc_generated_perform(tc_client *client, const struct tc_operation *operation,
	const char *const *arguments, const void *query, const void *body, void *reply,
	tc_error *err);

/* The same body for a call that is there already, which must be one of this operation. */
TC_API int tc_generated_body(
	tc_call *call, const struct tc_operation *operation, const void *body, tc_error *err);

/* The struct of operation->output, which must be there, out of a whole reply. */
TC_API void *tc_generated_reply(
	const struct tc_operation *operation, const tc_response *response, tc_error *err);

/* A binding. `key` points to the key struct, whose members are all `const char *`: one for each
 * word without a constant in their order, then routing_key_pattern, which excludes all others;
 * NULL: all wildcards. */
TC_API int tc_generated_binding(const struct tc_exchange *exchange, const void *key,
	struct tc_binding *binding, tc_error *err);

/* Rows by name in a table of services; NULL when there is none. */
TC_API const struct tc_service *tc_generated_service(
	const struct tc_service *const *services, size_t count, const char *service);
TC_API const struct tc_operation *tc_generated_operation(const struct tc_service *const *services,
	size_t count, const char *service, const char *name);
TC_API const struct tc_exchange *tc_generated_exchange(const struct tc_service *const *services,
	size_t count, const char *service, const char *name);

#ifdef __cplusplus
}
#endif

#endif
