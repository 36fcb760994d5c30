/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_LINK_H
#define TC_DOCS_LINK_H

#include "docs/maker/base.h"

/* The path below the project's folder to which a link on a page leads, without its anchor: from
 * "docs/api/call.md" "../performance.md#how" leads to "docs/performance.md". An anchor alone leads
 * to the page itself. */
const char *link_path(const char *page, const char *target);

/* The anchor of a link, "" for none. */
const char *link_anchor(const char *target);

#endif
