# Tests of coordinator.
chorale_test(unit coordinator_release coordinator support_region support_structures)
chorale_test(unit coord_request coordinator)
chorale_test(unit coord_api coordinator support_peer)
chorale_test(unit coord_store coordinator support_peer)
chorale_test(unit coord_admin coordinator support_peer)
chorale_test(unit coord_publish coordinator support_peer)
chorale_fuzz(coord_request coordinator)
chorale_test(fault coord_kill coordinator support_peer)
