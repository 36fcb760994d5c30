/* SPDX-License-Identifier: MPL-2.0 */
#include <stdio.h>
#include <taskcluster/queue.h>
#include <taskcluster/version.h>

int main(void)
{
	return puts(tc_sdk_version()) < 0;
}
