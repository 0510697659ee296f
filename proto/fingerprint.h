#ifndef PROTO_FINGERPRINT_H
#define PROTO_FINGERPRINT_H

#include "proto/keys.h"

/*
 * proto_fingerprint(ret_text, root, keys):
 * What both offices read over the phone: 20 base32 characters in groups of four
 * ("ABCD-EFGH-IJKL-MNOP-QRST"), 100 bits of a hash of the root, the node's three public
 * keys and the country.
 */
#define PROTO_FINGERPRINT_TEXT 25
void proto_fingerprint(char ret_text[static PROTO_FINGERPRINT_TEXT], const uint8_t root[static PROTO_PUBLIC],
    const struct proto_node_keys *keys);

/* proto_fingerprint_equal(a, b): without regard to case, hyphens and spaces; false unless both are whole. */
bool proto_fingerprint_equal(const char *a, const char *b);

#endif
