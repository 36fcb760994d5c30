# SPDX-License-Identifier: MPL-2.0
# What can be chosen. A project that has this one inside gets the library and its components, and no more.
set(tc_all_tools codegen livelog proxy sandbox taskcluster worker)
set(TC_TOOLS ${PROJECT_IS_TOP_LEVEL} CACHE STRING "Programs to build: ON, OFF, or a list of ${tc_all_tools}")
option(TC_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(TC_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TC_TESTS_IN_ALL "The target all builds the tests; without, those named by tc_room_<room> are built" ON)
option(TC_INSTALL "Install what is built" ${PROJECT_IS_TOP_LEVEL})
option(TC_REFERENCES "Build the component references" ON)
option(TC_HARDENING "Have the compiler and the linker guard the stack, the heap and the tables" ON)
option(TC_WERROR "Warnings are errors" OFF)
option(TC_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(TC_SANITIZE "" CACHE STRING "Sanitizers for everything, such as address,undefined or thread")
# TC_PULSE is in packages.cmake: it is on where librabbitmq is found

set(tc_tests_apart)
if(NOT TC_TESTS_IN_ALL)
  set(tc_tests_apart EXCLUDE_FROM_ALL)
endif()

set(tc_tools ${TC_TOOLS})
if(TC_TOOLS MATCHES "^(1|ON|YES|TRUE|Y)$")
  set(tc_tools ${tc_all_tools})
elseif(NOT TC_TOOLS)
  set(tc_tools)
endif()
foreach(tool IN LISTS tc_tools)
  if(NOT tool IN_LIST tc_all_tools)
    message(FATAL_ERROR "TC_TOOLS names ${tool}, which is none of ${tc_all_tools}")
  endif()
endforeach()

set(tc_tools_lack ${tc_all_tools}) # of the tools, those not chosen
list(REMOVE_ITEM tc_tools_lack ${tc_tools})

# The library is built shared and static, and taskcluster::taskcluster is the shared one; with BUILD_SHARED_LIBS set it is
# built and installed in that way alone.
set(tc_kinds shared static)
if(DEFINED BUILD_SHARED_LIBS AND BUILD_SHARED_LIBS)
  set(tc_kinds shared)
elseif(DEFINED BUILD_SHARED_LIBS)
  set(tc_kinds static)
endif()
