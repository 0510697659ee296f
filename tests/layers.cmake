# The rooms' law: what may include what, and where no double may be (tests/layers).
if(CHORALE_TESTS)
  add_test(NAME layers.check COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/layers/check.sh)
  add_test(NAME layers.self_test COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/layers/check.sh --self-test)
  set_tests_properties(layers.check layers.self_test PROPERTIES LABELS layers TIMEOUT 120)
  # ROOM OTHER: with the include directories of ROOM a header of OTHER does not exist.
  foreach(pair "dp proto" "dp node" "proto proto/kit" "proto node" "proto coordinator" "proto/kit node"
               "proto/kit coordinator" "node coordinator" "coordinator node")
    separate_arguments(pair)
    list(GET pair 0 room)
    list(GET pair 1 other)
    string(REPLACE "/" "_" target ${room})
    string(REPLACE "/" "_" name "layers.${room}_without_${other}")
    add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/layers/include.sh ${CMAKE_C_COMPILER}
             ${CMAKE_BINARY_DIR}/roots ${room} ${other} "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
    set_tests_properties(${name} PROPERTIES LABELS layers TIMEOUT 60)
  endforeach()
endif()
