# Tests of kit.
chorale_test(unit kit_files proto_kit)
chorale_test(unit kit_secret proto_kit)
chorale_test(unit kit_db proto_kit)
chorale_test(unit kit_command proto_kit)
chorale_test(unit kit_x509 proto_kit)
chorale_test(unit kit_print proto_kit)
chorale_fuzz(kit_secret proto_kit)
chorale_fuzz(kit_x509 proto_kit)
