# SPDX-License-Identifier: MPL-2.0
# The library and its components: objects first, of which each becomes a shared and a static library.

# tc_include(<target> <house>…): who uses it sees these houses' public headers, or where they are installed
function(tc_include target)
  foreach(house ${ARGN})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/${house}/include>)
  endforeach()
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()

# tc_find_libraries_from(<folder> <target>…): installed there, they find our libraries, wherever all were moved to; the loader
# does by itself where it looks anyway
function(tc_find_libraries_from folder)
  if(CMAKE_INSTALL_FULL_LIBDIR IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
    return()
  endif()
  file(RELATIVE_PATH path ${folder} ${CMAKE_INSTALL_FULL_LIBDIR})
  string(REGEX REPLACE "/$" "" path "\$ORIGIN/${path}")
  set_target_properties(${ARGN} PROPERTIES INSTALL_RPATH "${path}")
endfunction()

# tc_version_symbols(<shared library> <node>): each public symbol is of this version, so that the loader tells a program
# that was linked to another
function(tc_version_symbols target node)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${node}.map)
  file(CONFIGURE OUTPUT ${script} CONTENT "${node} {\n\tglobal:\n\t\ttc_*;\n\tlocal:\n\t\t*;\n};\n" @ONLY)
  target_link_options(${target} PRIVATE -Wl,--version-script=${script})
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
endfunction()

# tc_finish_library(<component>): what taskcluster_<component>_shared and _static share; taskcluster is the library itself.
# Users name taskcluster::<component>, and taskcluster::<component>_static.
function(tc_finish_library component)
  set(base taskcluster_${component})
  set(file taskcluster-${component})
  if(component STREQUAL taskcluster) # which stands on none of ours: a path would have the loader look there for others'
    set(base taskcluster)
    set(file taskcluster)
  else()
    tc_find_libraries_from(${CMAKE_INSTALL_FULL_LIBDIR} ${base}_shared)
  endif()
  set(abi ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  set_target_properties(${base}_shared PROPERTIES OUTPUT_NAME ${file} EXPORT_NAME ${component}
    VERSION ${PROJECT_VERSION} SOVERSION ${abi})
  set_target_properties(${base}_static PROPERTIES OUTPUT_NAME ${file} EXPORT_NAME ${component}_static)
  if(NOT TC_SANITIZE) # clang leaves the sanitizer's own symbols to the program
    string(TOUPPER ${base}_${abi} node)
    tc_version_symbols(${base}_shared ${node})
    # What it has itself it is bound to as it is linked: the tables are full of such names, and the loader would look each up.
    target_link_options(${base}_shared PRIVATE -Wl,-z,defs -Wl,-Bsymbolic)
  endif()
  target_compile_definitions(${base}_shared INTERFACE ${tc_wide_types})
  target_compile_definitions(${base}_static INTERFACE ${tc_wide_types})
  list(GET tc_kinds 0 kind)
  add_library(taskcluster::${component} ALIAS ${base}_${kind})
  add_library(taskcluster::${component}_static ALIAS ${base}_static)
  foreach(kind shared static)
    if(NOT kind IN_LIST tc_kinds)
      set_target_properties(${base}_${kind} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
endfunction()
