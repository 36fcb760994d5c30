# SPDX-License-Identifier: MPL-2.0
# What the compiler and the linker do against mistakes that nobody has found yet, where these have it: what Debian's own
# flags ask for, for everybody. What somebody has chosen by CFLAGS is left alone.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

foreach(guard stack-protector-strong stack-clash-protection cf-protection)
  string(MAKE_C_IDENTIFIER TC_HAS_${guard} found)
  check_c_compiler_flag(-f${guard} ${found})
  if(${found})
    add_compile_options(-f${guard})
  endif()
endforeach()
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

# tc_compiles_optimised(<variable> <flags> <source>)
function(tc_compiles_optimised variable flags source)
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror ${flags}")
  check_c_source_compiles("${source}\nint main(void) { return 0; }" ${variable})
endfunction()

# The third level needs a compiler that knows sizes at run time (gcc 12, clang 9) and glibc 2.34, which warns without.
tc_compiles_optimised(TC_NOT_FORTIFIED "" "#ifdef _FORTIFY_SOURCE\n#error it is already\n#endif")
if(TC_NOT_FORTIFIED)
  tc_compiles_optimised(TC_FORTIFIES_BY_RUN_TIME_SIZES "-D_FORTIFY_SOURCE=3" "#include <string.h>")
  set(level 2)
  if(TC_FORTIFIES_BY_RUN_TIME_SIZES)
    set(level 3)
  endif()
  add_compile_definitions($<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:_FORTIFY_SOURCE=${level}>)
endif()
