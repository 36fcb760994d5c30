/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCUMENTS_NODES_H
#define TC_DOCUMENTS_NODES_H

/*
 * What a YAML text holds, before it is known what of it JSON has a place for. libyaml's own loader
 * does not serve: its time grows with the square of how deep a text nests, and with the square of
 * its anchors; and it takes no anchor that stands twice.
 */

#include "runtime/src/base/memory.h"
#include "tools/documents/place.h"
#include <taskcluster/error.h>

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP, NODE_ALIAS };

/* A map's nodes are keys and values in turn. */
struct node {
	enum node_kind kind;
	bool plain;       /* a scalar without quotes or a tag */
	const char *text; /* of a scalar, UTF-8, NUL-terminated */
	size_t length;
	size_t size; /* of how many nodes it consists: itself, and all that follow and are in it */
	size_t target; /* of an alias: what it stands for */
	struct place place;
};

/* In the order of the text; the first holds all others. */
struct nodes {
	struct node *all;
	size_t count, room;
	struct tc__arena arena; /* of the texts */
};

/* Reads one document that nests at most TC_JSON_DEPTH_MAX deep, for nodes_clear in any case. An
 * error is without its place, which is stored in *wrong; that of an empty text has none. */
int nodes_load(
	struct nodes *nodes, const char *text, size_t length, struct place *wrong, tc_error *err);

/* What an alias stands for; anything else itself. */
const struct node *nodes_meant(const struct nodes *nodes, const struct node *node);

void nodes_clear(struct nodes *nodes);

#endif
