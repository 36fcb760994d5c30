# SPDX-License-Identifier: MPL-2.0
# How everything in this folder and below is compiled and linked.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C) # so that programs are linked as they are compiled
set(CMAKE_EXPORT_COMPILE_COMMANDS ${PROJECT_IS_TOP_LEVEL})
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

add_compile_definitions(_POSIX_C_SOURCE=200809L)
# On machines of 32 bits: files are longer and dates later than their usual types have room for. Public headers need the
# same (taskcluster/base.h).
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  set(tc_wide_types _FILE_OFFSET_BITS=64 _TIME_BITS=64)
  add_compile_definitions(${tc_wide_types})
  list(TRANSFORM tc_wide_types PREPEND " -D" OUTPUT_VARIABLE tc_wide_flags)
  list(JOIN tc_wide_flags "" tc_wide_flags)
endif()
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wpointer-arith
  -iquote ${PROJECT_SOURCE_DIR})
if(TC_WERROR)
  add_compile_options(-Werror)
endif()
if(TC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TC_SANITIZE)
  add_compile_options(-fsanitize=${TC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TC_SANITIZE})
endif()

# The same bytes wherever the sources lie and the build is: no path of either, no date in an archive.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_C_ARCHIVE_APPEND "<CMAKE_AR> qD <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")

# The loader must know packed relocations (glibc 2.36).
include(CheckLinkerFlag)
check_linker_flag(C -Wl,-z,pack-relative-relocs TC_PACKED_RELOCATIONS)
if(TC_PACKED_RELOCATIONS)
  set(tc_packed_relocations -Wl,-z,pack-relative-relocs)
endif()

if(TC_HARDENING AND NOT TC_SANITIZE AND NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
  include(cmake/hardening.cmake)
endif()
