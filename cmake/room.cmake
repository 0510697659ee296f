# A room is one folder, one static library, one include root.
#
#   chorale_room(NAME SOURCES a.c b.c HEADERS a.h b.h USES dp PkgConfig::x ...)
#
# The include root of room NAME holds NAME/ with that room's public headers and
# nothing else, so #include "node/x.h" from proto/ is "No such file", not a matter
# of manners. USES names the rooms and libraries a room may see; rooms to the left
# come through transitively (dp <- proto <- proto/kit <- node | coordinator).

add_library(chorale_flags INTERFACE)
target_compile_features(chorale_flags INTERFACE c_std_17)
target_compile_definitions(chorale_flags INTERFACE _GNU_SOURCE)
target_compile_options(chorale_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wformat=2
  -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Werror=incompatible-pointer-types
  -Werror=implicit-function-declaration -Werror=int-conversion -Werror=unused-result
  -fno-common -fstack-protector-strong -ffp-contract=off
  $<$<BOOL:${CHORALE_WERROR}>:-Werror>
  $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
target_link_options(chorale_flags INTERFACE -Wl,-z,relro,-z,now)
if(CHORALE_SANITIZE)
  target_compile_options(chorale_flags INTERFACE -fsanitize=${CHORALE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(chorale_flags INTERFACE -fsanitize=${CHORALE_SANITIZE})
endif()
if(CHORALE_FUZZ)
  target_compile_options(chorale_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(chorale_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;USES" ${ARGN})
  string(REPLACE "/" "_" target ${name})
  set(root ${CMAKE_BINARY_DIR}/roots/${target})
  file(REMOVE_RECURSE ${root})
  file(MAKE_DIRECTORY ${root}/${name})
  foreach(header IN LISTS ROOM_HEADERS)
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${root}/${name}/${header} SYMBOLIC)
  endforeach()
  add_library(${target} STATIC ${ROOM_SOURCES})
  target_include_directories(${target} PUBLIC ${root})
  target_link_libraries(${target} PUBLIC ${ROOM_USES} PRIVATE chorale_flags)
endfunction()
