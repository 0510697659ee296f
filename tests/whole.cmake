# Tests of whole.

# chorale_e2e(LABEL NAME): tests/e2e/NAME.py runs the real programs (tests/e2e/harness.py).
find_package(Python3 COMPONENTS Interpreter)
function(chorale_e2e label name)
  if(CHORALE_TESTS)
    add_test(NAME ${label}.${name} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/${name}.py)
    set_tests_properties(${label}.${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 900
      ENVIRONMENT "CHORALE_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONDONTWRITEBYTECODE=1")
  endif()
endfunction()
