/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_IMAGE_NAME_H
#define TC_CLI_D2G_IMAGE_NAME_H

/*
 * Names of images as docker takes them, the grammar of distribution/reference:
 *
 *	[DOMAIN[:PORT]/]NAME[/NAME …][:TAG][@ALGORITHM:HEX]
 */

#include <stddef.h>

/* What is wrong with the name, as a sentence behind it; NULL: nothing. */
const char *image_name_fault(const char *name, size_t length);

#endif
