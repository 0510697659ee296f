# Tests of node.
