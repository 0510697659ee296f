#ifndef PROTO_TRUST_H
#define PROTO_TRUST_H

#include "proto/buffer.h"
#include "proto/cert.h"

/*
 * What a node pins and what it learns from the pinned root: the coordinator's identity and
 * its certified keys. Encoded as one protobuf message; opened against the root's hash.
 * name is shown and nothing more; it is not signed (area stands, signed, in each manifest).
 */
#define PROTO_TRUST_CERTS 8
#define PROTO_TRUST_BYTES_MAX (16u << 10)

struct proto_trust {
	char coordinator[PROTO_ID_MAX + 1];
	char *name; /* owned */
	char area[PROTO_ID_MAX + 1];
	uint8_t root[PROTO_PUBLIC];
	struct proto_cert cert[PROTO_TRUST_CERTS]; /* by purpose, then from; ascending, no two equal */
	size_t certs;
	struct proto_buffer ca; /* DER of the CA's certificate */
};

PROTO_CHECK enum proto_code proto_trust_encode(struct proto_buffer *ret_bytes, const struct proto_trust *trust,
    struct proto_error *error);

/*
 * proto_trust_open(ret_trust, bytes, len, root_hash, error):
 * Every certificate is verified; the CA's DER must match its certificate (the newest).
 * root_hash NULL: unchecked (first sight of a release by `verify` without --key).
 * Errors: NOT_GENUINE; MALFORMED, NOT_CANONICAL, TOO_LARGE for the encoding.
 */
PROTO_CHECK enum proto_code proto_trust_open(struct proto_trust *ret_trust, const void *bytes, size_t len,
    const uint8_t *root_hash, struct proto_error *error);

/* proto_trust_cert(trust, purpose): the newest certificate of that purpose, borrowed, or NULL. */
const struct proto_cert *proto_trust_cert(const struct proto_trust *trust, enum proto_purpose purpose);

void proto_trust_root_hash(uint8_t ret_hash[static PROTO_HASH], const uint8_t root[static PROTO_PUBLIC]);
void proto_trust_wipe(struct proto_trust *trust);

#endif
