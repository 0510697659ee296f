# Tests of coordinator.
chorale_test(unit coordinator_release coordinator support_region support_structures)
