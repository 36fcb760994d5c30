/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_ONE_OF_H
#define TC_CLI_TEXT_ONE_OF_H

#include <stdbool.h>

/* Whether the text is in the list, which is ended by NULL. */
bool text_is_one_of(const char *text, const char *const *list);

#endif
