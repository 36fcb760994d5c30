# SPDX-License-Identifier: MPL-2.0

# tc_add_program(<name> <source>…): the target tc_<name>, whose file is called <name>
function(tc_add_program name)
  add_executable(tc_${name} ${ARGN})
  set_target_properties(tc_${name} PROPERTIES OUTPUT_NAME ${name})
endfunction()
