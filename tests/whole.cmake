# Tests of whole.
include(layers.cmake)
chorale_e2e(e2e real_quarters)
