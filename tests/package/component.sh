# SPDX-License-Identifier: MPL-2.0
# What is built beside the library in $TC_BUILD_DIR, for the tests of this room.

# built COMPONENT: whether it is (pulse is, where librabbitmq is; references is, unless somebody says otherwise)
built() {
	grep -qxE "TC_${1^^}:BOOL=(ON|1|TRUE|YES)" "$TC_BUILD_DIR/CMakeCache.txt"
}

# component_library COMPONENT: its shared library
component_library() {
	echo "$TC_BUILD_DIR/lib/libtaskcluster-$1.so"
}
