# Tests of dp.
chorale_test(unit dp_domain dp)
