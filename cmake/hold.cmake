# SPDX-License-Identifier: MPL-2.0
# A program holds files: tc_hold_files(TARGET PREFIX FOLDER NAME=FILE[,FILE…]…) gives it PREFIX_NAME and PREFIX_NAME_length,
# the bytes of the FOLDER's files behind each other and a NUL. They are read when they are built: what is changed is
# held anew without a new configuration.
#
# cmake -DOUTPUT=C -DFOLDER=FOLDER -DPREFIX=PREFIX -DHELD=NAME=FILE,…:… -P hold.cmake writes the source.

function(tc_hold_write)
  set(text "/* Made by cmake/hold.cmake. */\n#include <stddef.h>\n")
  string(REPLACE ":" ";" held "${HELD}")
  foreach(pair ${held})
    string(REGEX MATCH "^(.*)=(.*)$" pair ${pair})
    set(symbol ${PREFIX}_${CMAKE_MATCH_1})
    string(REPLACE "," ";" files "${CMAKE_MATCH_2}")
    set(bytes)
    foreach(file ${files})
      file(READ ${FOLDER}/${file} part HEX)
      string(APPEND bytes "${part}")
    endforeach()
    string(LENGTH "${bytes}" digits)
    math(EXPR length "${digits} / 2")
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND text "extern const char ${symbol}[];\nextern const size_t ${symbol}_length;\n"
      "const char ${symbol}[] = {${bytes}0};\nconst size_t ${symbol}_length = ${length};\n")
  endforeach()
  file(WRITE ${OUTPUT} "${text}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  tc_hold_write()
  return()
endif()

set(tc_hold_script ${CMAKE_CURRENT_LIST_FILE})
function(tc_hold_files target prefix folder)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${prefix}_held.c)
  string(REPLACE ";" ":" held "${ARGN}")
  string(REGEX REPLACE "(^|;)[^=;]*=" "\\1" files "${ARGN}")
  string(REPLACE "," ";" files "${files}")
  list(TRANSFORM files PREPEND ${folder}/)
  add_custom_command(OUTPUT ${output} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFOLDER=${folder} -DPREFIX=${prefix} -DHELD=${held}
      -P ${tc_hold_script}
    DEPENDS ${files} ${tc_hold_script})
  # apart, so that it waits for nothing that the target needs
  add_library(tc_${prefix}_held OBJECT ${output})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:tc_${prefix}_held>)
endfunction()
