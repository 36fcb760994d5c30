/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_LIVELOG_PEM_H
#define TC_LIVELOG_PEM_H

/* A certificate and its key from files, as texts; the key is wiped when it goes. */

#include <taskcluster/error.h>

struct pem {
	char *certificate, *key;
};

int pem_read(struct pem *pem, const char *certificate, const char *key, tc_error *err);
void pem_clear(struct pem *pem);

#endif
