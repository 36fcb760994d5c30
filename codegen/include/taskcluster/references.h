/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_REFERENCES_H
#define TASKCLUSTER_REFERENCES_H

/*
 * References read at run time: what this library was not generated from, be it a newer release or
 * one deployment's own. They become the same rows that generated code has (operation.h), for calls
 * by name (tc_call_by_name) and bindings by name (tc_binding_by_name):
 *
 *	tc_references *live = NULL;
 *	char *bundle = NULL;
 *	size_t length;
 *	if (tc_references_fetch(tc, "queue", &bundle, &length, &err) == TC_OK &&
 *		tc_references_read_text(bundle, length, "queue", NULL, &live, &err) == TC_OK)
 *		operation = tc_references_find_operation(live, "queue", "taskQueueCountsBatch");
 *
 * A component of its own, taskcluster::references, which the library does not need.
 *
 * What a reference may not decide: a service's functions lie below <root>/api/<service>/<version>
 * of the client's own root URL, whatever it says; who signs, what is redacted and what is repeated
 * is not asked of it. A function that this library knows, by service, version, name, method and
 * route, has the library's own rules: retry class, waiting time, statuses, types of content,
 * refusals, secrets. One that it does not know answers with 200 to 299 and JSON, as most do, and a
 * typed reply of it is wiped; a GET is repeated as GETs are, a PUT or DELETE only where the server
 * cannot have begun, a POST never. What a tree's conventions.json says beyond the release is
 * checked, and not taken.
 *
 * References are refused as the generator refuses them, with TC_ERROR_INPUT, the file and a JSON
 * pointer: what breaks the formats in references/README.md, leads in a circle, or is larger than
 * its limits. References of other systems (api-reference-x1, and the 2015 generation's with a URL
 * of their own) are refused, too: they would name hosts.
 *
 * Threads: what was read never changes, and may be used by any number of them.
 */

#include <taskcluster/call.h>
#include <taskcluster/type.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_references tc_references;

struct tc_references_options {
	size_t size;      /* set by TC_REFERENCES_OPTIONS_INIT */
	size_t bytes_max; /* of all files together; 0: 64 MiB */
};
#define TC_REFERENCES_OPTIONS_INIT TC_SIZED_INIT(struct tc_references_options)

/*
 * Reads a tree (a folder with manifest.json at its top or in references/), a bundle (a JSON list of
 * { filename, content }) or a single reference at `path`. Links are not followed out of a tree.
 * `options` may be NULL. Free *references, and not before every call and binding made from its rows
 * has been freed.
 */
TC_API int tc_references_read(const char *path, const struct tc_references_options *options,
	tc_references **references, tc_error *err);

/* The same from the text of a bundle, or of a single reference, of which nothing is needed
 * afterwards; errors call it `label`. */
TC_API int tc_references_read_text(const char *text, size_t length, const char *label,
	const struct tc_references_options *options, tc_references **references, tc_error *err);

/*
 * Asks the deployment that the client is for: its manifest, the references in it, and the schemas
 * that those name (below <root>/references/ and <root>/schemas/), as the text of a bundle.
 * `service` NULL: of all services, else of that one alone, by its folder in the manifest. Unsigned,
 * 16 files at a time, from the root URL alone: no redirect is followed, a manifest that names
 * another host is TC_ERROR_REPLY, and so are more than 4,096 files, or 64 MiB. A deployment that
 * has no manifest is TC_ERROR_HTTP with its 404, a listed file that is not there TC_ERROR_REPLY.
 * TC_ERROR_ARGUMENT for a service that the manifest does not have, and for a client without a
 * root_url. Release *bundle.
 */
TC_API int tc_references_fetch(
	tc_client *client, const char *service, char **bundle, size_t *length, tc_error *err);

/* Its services, ordered by name; they live as long as it. */
TC_API const struct tc_service *const *tc_references_services(
	const tc_references *references, size_t *count);

/* By the names that the registry (registry.h) takes; NULL where there is none. */
TC_API const struct tc_service *tc_references_find_service(
	const tc_references *references, const char *service);
TC_API const struct tc_operation *tc_references_find_operation(
	const tc_references *references, const char *service, const char *function);
TC_API const struct tc_exchange *tc_references_find_exchange(
	const tc_references *references, const char *service, const char *exchange);

/*
 * Whether the body would be taken, by the schema that the function's reference names: TC_OK, or
 * TC_ERROR_INPUT with the JSON pointer and the rule, as generated functions refuse it. What the
 * schema says beyond what those check is not checked; members that it does not name are never an
 * error. A function without a body takes NULL only.
 */
TC_API int tc_references_check_body(
	const struct tc_operation *operation, const tc_json *body, tc_error *err);

enum tc_references_schema { TC_SCHEMA_INPUT = 0, TC_SCHEMA_OUTPUT, TC_SCHEMA_MESSAGE };

/* The schema as it is written, borrowed; NULL: none, or one that nobody has. Of an operation the
 * first two, of an exchange the last. */
TC_API const tc_json *tc_references_operation_schema(const tc_references *references,
	const struct tc_operation *operation, enum tc_references_schema which);
TC_API const tc_json *tc_references_exchange_schema(
	const tc_references *references, const struct tc_exchange *exchange);

/* Where a `$ref` within such a schema leads; NULL: outside. */
TC_API const tc_json *tc_references_follow(const tc_references *references, const tc_json *schema);

/* The release of the system that they are of, borrowed; NULL: they do not say. */
TC_API const char *tc_references_release(const tc_references *references);

/* NULL is fine; so is tc_release. */
TC_API void tc_references_free(tc_references *references);

#ifdef __cplusplus
}
#endif

#endif
