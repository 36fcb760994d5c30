/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_URL_H
#define TASKCLUSTER_URL_H

/* URLs of a Taskcluster deployment, from its root URL. A root's trailing slashes and a path's
 * leading ones are stripped. `path` is taken as it is, already percent-encoded. Release *url. */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* <root>/api/<service>/<version>/<path> */
TC_API int tc_url_api(const char *root_url, const char *service, const char *version,
	const char *path, char **url, tc_error *err);

/* <root>/references/<service>/<version>/api.json and …/exchanges.json */
TC_API int tc_url_api_reference(
	const char *root_url, const char *service, const char *version, char **url, tc_error *err);
TC_API int tc_url_exchange_reference(
	const char *root_url, const char *service, const char *version, char **url, tc_error *err);

/* <root>/references/manifest.json */
TC_API int tc_url_manifest(const char *root_url, char **url, tc_error *err);

/* <root>/schemas/<service>/<name> */
TC_API int tc_url_schema(
	const char *root_url, const char *service, const char *name, char **url, tc_error *err);

/* <root>/docs/<path> and <root>/<path> */
TC_API int tc_url_docs(const char *root_url, const char *path, char **url, tc_error *err);
TC_API int tc_url_ui(const char *root_url, const char *path, char **url, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
