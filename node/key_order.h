#ifndef NODE_KEY_ORDER_H
#define NODE_KEY_ORDER_H

#include <stddef.h>

/*
 * node_key_order(a, len_a, b, len_b): <0, 0, >0; a total order of texts in which runs of digits compare as numbers
 * (XA-9 before XA-10), and 0 means the same bytes.
 */
int node_key_order(const char *a, size_t len_a, const char *b, size_t len_b);

#endif
