# Tests of kit.
