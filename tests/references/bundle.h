/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_REFERENCES_BUNDLE_H
#define TC_TESTS_REFERENCES_BUNDLE_H

#include <stddef.h>

/* The release's tree in this project. */
#define BUNDLE_TREE "references/taskcluster"

/* A tree's files as the text of a bundle, for free(); stops the test when they cannot be read. */
char *bundle_tree(const char *tree, size_t *length);

/* The same of one service's references and schemas alone, without a manifest. */
char *bundle_service(const char *tree, const char *service, size_t *length);

/*
 * A bundle of one service, "queue" in "v1", for tc_release: what stands between the braces of its
 * api.json behind the head ("\"entries\":[]"), and more entries of the bundle, each with a comma
 * before it.
 */
char *bundle_of(const char *api, const char *more, size_t *length);

/* The same with one function, of which `members` are all but type and name. */
char *bundle_function(const char *name, const char *members);

#endif
