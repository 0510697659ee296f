# Tests of whole.
