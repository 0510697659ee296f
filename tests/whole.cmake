# Tests of whole.
chorale_e2e(e2e real_quarters)
