# Tests of node.
chorale_test(unit node_csv node)
chorale_fuzz(node_csv node)
