# Tests of coordinator.
