# SPDX-License-Identifier: MPL-2.0
# find_package(taskcluster COMPONENTS pulse references): the targets taskcluster::taskcluster, taskcluster::pulse and
# taskcluster::references
include(${CMAKE_CURRENT_LIST_DIR}/taskcluster-targets.cmake)
foreach(component IN LISTS taskcluster_FIND_COMPONENTS)
  set(taskcluster_${component}_FOUND FALSE)
  if(TARGET taskcluster::${component})
    set(taskcluster_${component}_FOUND TRUE)
  elseif(taskcluster_FIND_REQUIRED_${component})
    set(taskcluster_FOUND FALSE)
    set(taskcluster_NOT_FOUND_MESSAGE "this taskcluster was built without its component ${component}")
  endif()
endforeach()
