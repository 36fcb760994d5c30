/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/version.h>

const char *tc_sdk_version(void)
{
	return TC_SDK_VERSION;
}
