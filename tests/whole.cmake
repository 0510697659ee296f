# Tests of whole.
include(layers.cmake)
chorale_e2e(e2e real_quarters)
chorale_test(stat region_real node coordinator support_region support_structures)
chorale_test(stat region dp)
chorale_e2e(e2e tls)
chorale_e2e(e2e server)
chorale_test(unit whole_round coordinator node support_peer)
chorale_e2e(e2e interface_words)
