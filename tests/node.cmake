# Tests of node.
chorale_test(unit node_csv node)
chorale_fuzz(node_csv node)
if(CHORALE_TESTS)
  add_library(support_counting STATIC support/counting.c)
  target_link_libraries(support_counting PUBLIC node support_structures PRIVATE chorale_flags)
endif()
chorale_test(unit node_real node support_counting)
