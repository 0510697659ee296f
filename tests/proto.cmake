# Tests of proto.
chorale_test(unit proto_buffer proto)
chorale_test(unit proto_json proto)
chorale_test(unit proto_period proto)
chorale_test(unit proto_structure proto support_structures)
