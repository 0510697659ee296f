#ifndef PROTO_ENROL_H
#define PROTO_ENROL_H

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/keys.h"

struct proto_enrol_request {
	struct proto_node_keys keys;      /* tls must be the hash of the connection's key */
	uint8_t proof[PROTO_HASH];        /* proto_enrol_proof */
	uint8_t signature[PROTO_SIGNATURE]; /* by keys.signing over the same and the proof: possession */
};
/* BLAKE2b keyed with the invitation's secret over label, coordinator, country, the three keys. */
void proto_enrol_proof(uint8_t ret_proof[static PROTO_HASH], const uint8_t secret[static PROTO_SEED], const char *coordinator,
    const struct proto_node_keys *keys);
PROTO_CHECK enum proto_code proto_enrol_request_encode(struct proto_buffer *ret, const char *coordinator, const struct proto_node_keys *keys,
    const uint8_t secret[static PROTO_SEED], const uint8_t signing_secret[static PROTO_SECRET], struct proto_error *error);
/* Decodes and verifies the signature of possession; the proof is the caller's to compare (sodium_memcmp). */
PROTO_CHECK enum proto_code proto_enrol_request_decode(struct proto_enrol_request *ret, const char *coordinator, const void *data, size_t len,
    struct proto_error *error);

struct proto_enrol_reply {
	bool approved;
	struct proto_buffer trust;       /* proto_trust_encode */
	struct proto_buffer certificate; /* DER of the node's TLS certificate; empty until approved */
};
PROTO_CHECK enum proto_code proto_enrol_reply_encode(struct proto_buffer *ret, const struct proto_enrol_reply *reply, struct proto_error *error);
PROTO_CHECK enum proto_code proto_enrol_reply_decode(struct proto_enrol_reply *ret, const void *data, size_t len, struct proto_error *error);
void proto_enrol_reply_wipe(struct proto_enrol_reply *reply);

#endif
