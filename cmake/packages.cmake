# SPDX-License-Identifier: MPL-2.0
# What others make, found once, as targets that begin with tc_ where pkg-config finds it. What nobody asked for is not
# looked for.

# tc_missing(<who> <package> <without>): <who> needs it; <without> says which switch does without it
function(tc_missing who package without)
  message(FATAL_ERROR
    "${who} needs ${package}, whose development files are not found: install them${without}.")
endfunction()

# tc_need(<name> <pkg-config module> <who> <without>): the target PkgConfig::tc_<name>
function(tc_need name module who without)
  pkg_check_modules(tc_${name} QUIET IMPORTED_TARGET ${module})
  if(NOT tc_${name}_FOUND)
    tc_missing("${who}" ${module} "${without}")
  endif()
endfunction()

# tc_need_module(<CMake package> <who>)
function(tc_need_module package who)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    tc_missing("${who}" ${package} "")
  endif()
endfunction()

find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
  message(FATAL_ERROR "The library needs pkg-config to find what it stands on: install it.")
endif()
foreach(package CURL OpenSSL ZLIB Threads)
  tc_need_module(${package} "The library")
endforeach()
tc_need(yajl yajl "The library" "")
tc_need(sodium libsodium "The library" "")
tc_need(pcre2 libpcre2-8 "The library" "")

pkg_check_modules(tc_rabbitmq QUIET IMPORTED_TARGET librabbitmq)
option(TC_PULSE "Build the component pulse (needs librabbitmq)" ${tc_rabbitmq_FOUND})
if(TC_PULSE)
  tc_need(rabbitmq librabbitmq "The component pulse" ", or leave the component out by -DTC_PULSE=OFF")
endif()

# tc_tool_needs(<tool> <name>=<module>…)
function(tc_tool_needs tool)
  if(NOT tool IN_LIST tc_tools)
    return()
  endif()
  set(others ${tc_tools})
  list(REMOVE_ITEM others ${tool})
  if(NOT others)
    set(others OFF)
  endif()
  foreach(pair ${ARGN})
    string(REGEX MATCH "^(.*)=(.*)$" pair ${pair})
    tc_need(${CMAKE_MATCH_1} ${CMAKE_MATCH_2} "The tool ${tool}" ", or leave it out by '-DTC_TOOLS=${others}'")
  endforeach()
endfunction()
tc_tool_needs(livelog microhttpd=libmicrohttpd)
tc_tool_needs(proxy microhttpd=libmicrohttpd)
tc_tool_needs(sandbox microhttpd=libmicrohttpd sqlite3=sqlite3 yaml=yaml-0.1)
tc_tool_needs(taskcluster microhttpd=libmicrohttpd yaml=yaml-0.1)
tc_tool_needs(worker microhttpd=libmicrohttpd archive=libarchive)

if(TC_EXAMPLES) # those of another event loop are built where that is
  pkg_check_modules(tc_libuv QUIET IMPORTED_TARGET libuv)
  pkg_check_modules(tc_libevent QUIET IMPORTED_TARGET libevent)
endif()
if(TC_TESTS OR TC_FUZZ)
  tc_need(cmocka cmocka "What tests this project" ", or leave the tests out by -DTC_TESTS=OFF")
endif()
