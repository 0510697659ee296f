# Tests of dp.
chorale_test(unit dp_domain dp)
chorale_test(unit dp_counts dp)
chorale_test(unit dp_ledger dp)
chorale_test(unit dp_noise dp)
chorale_test(unit dp_ratio dp)
chorale_test(unit dp_plan dp)
chorale_test(unit dp_plan_make dp)
chorale_test(unit dp_gauss dp)
