# SPDX-License-Identifier: MPL-2.0
# What is installed, in components that packagers can split: runtime and development (with the generator and the examples),
# for each of pulse and references the same again (pulse_runtime …), tools, worker, sandbox, data, which tools and
# sandbox read, and documentation, the reference in HTML.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/taskcluster)

# tc_install_pc(<name> <install component>): it finds the rest from where it lies itself, unless that is elsewhere by wish
function(tc_install_pc name component)
  set(prefix ${CMAKE_INSTALL_PREFIX})
  if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    string(REGEX REPLACE "/$" "" up "${up}")
    set(prefix "\${pcfiledir}/${up}")
  endif()
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_LIBDIR BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE libdir)
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_INCLUDEDIR BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE includedir)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${component})
endfunction()

# tc_install_library(<name> <component prefix>): its libraries, its .pc file and what find_package reads. A kind has a file
# of its own there, so that only who links statically needs to have what stands below.
function(tc_install_library name prefix)
  string(REPLACE - _ base ${name})
  if(shared IN_LIST tc_kinds)
    install(TARGETS ${base}_shared EXPORT ${name} LIBRARY COMPONENT ${prefix}runtime
      NAMELINK_COMPONENT ${prefix}development)
    install(EXPORT ${name} NAMESPACE taskcluster:: FILE ${name}-targets.cmake
      DESTINATION ${package_folder} COMPONENT ${prefix}development)
  endif()
  if(static IN_LIST tc_kinds)
    install(TARGETS ${base}_static EXPORT ${name}-static ARCHIVE COMPONENT ${prefix}development)
    install(EXPORT ${name}-static NAMESPACE taskcluster:: FILE ${name}-static-targets.cmake
      DESTINATION ${package_folder} COMPONENT ${prefix}development)
  endif()
  tc_install_pc(${name} ${prefix}development)
endfunction()

function(tc_install_headers house component)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${house}/include/taskcluster DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT ${component} FILES_MATCHING PATTERN "*.h" ${ARGN})
endfunction()

tc_install_library(taskcluster "")
tc_install_headers(runtime development)
tc_install_headers(generated development)
tc_install_headers(workflows development PATTERN "pulse*.h" EXCLUDE)
if(TC_PULSE)
  tc_install_library(taskcluster-pulse pulse_)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/workflows/include/taskcluster/pulse*.h)
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taskcluster COMPONENT pulse_development)
endif()
if(TC_REFERENCES)
  tc_install_library(taskcluster-references references_)
  tc_install_headers(codegen references_development)
endif()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/taskcluster-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/taskcluster-config.cmake
  ${PROJECT_BINARY_DIR}/taskcluster-config-version.cmake
  DESTINATION ${package_folder} COMPONENT development)
file(GLOB examples CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.c ${PROJECT_SOURCE_DIR}/examples/*.sh)
install(FILES ${examples} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/taskcluster/examples COMPONENT development)

# tc_install_programs(<component> <destination> <program>…)
function(tc_install_programs component destination)
  install(TARGETS ${ARGN} RUNTIME DESTINATION ${destination} COMPONENT ${component})
endfunction()

# tc_install_completion(<shell> <file>): where the shell looks for it by itself
function(tc_install_completion shell file)
  if(TARGET tc_completions)
    cmake_path(GET file FILENAME name)
    cmake_path(GET file PARENT_PATH folder)
    install(FILES ${PROJECT_BINARY_DIR}/tools/taskcluster/completion.${shell} RENAME ${name}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} COMPONENT tools)
  endif()
endfunction()

foreach(tool IN LISTS tc_tools)
  if(tool STREQUAL "taskcluster")
    tc_install_programs(tools ${CMAKE_INSTALL_BINDIR} taskcluster)
    tc_install_programs(tools ${CMAKE_INSTALL_LIBEXECDIR}/taskcluster
      taskcluster-local taskcluster-online taskcluster-extra)
    tc_install_completion(bash bash-completion/completions/taskcluster)
    tc_install_completion(zsh zsh/site-functions/_taskcluster)
    tc_install_completion(fish fish/vendor_completions.d/taskcluster.fish)
  elseif(tool STREQUAL "worker")
    tc_install_programs(worker ${CMAKE_INSTALL_BINDIR} taskcluster-worker taskcluster-worker-helper)
    if(TC_MAN)
      install(FILES ${PROJECT_SOURCE_DIR}/tools/worker/helper/taskcluster-worker-helper.1
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT worker)
    endif()
  elseif(tool STREQUAL "sandbox")
    tc_install_programs(sandbox ${CMAKE_INSTALL_BINDIR} taskcluster-sandbox)
  elseif(tool STREQUAL "codegen")
    tc_install_programs(development ${CMAKE_INSTALL_BINDIR} taskcluster-codegen)
  else()
    tc_install_programs(tools ${CMAKE_INSTALL_BINDIR} taskcluster-${tool})
  endif()
endforeach()
if("taskcluster" IN_LIST tc_tools OR "sandbox" IN_LIST tc_tools)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/references/taskcluster/
    DESTINATION ${CMAKE_INSTALL_DATADIR}/taskcluster/references COMPONENT data)
endif()
