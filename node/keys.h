#ifndef NODE_KEYS_H
#define NODE_KEYS_H

#include "node/state.h"
#include "proto/buffer.h"
#include "proto/keys.h"
#include "proto/kit/passphrase.h"

/*
 * The office's keys. Ed25519 and X25519 lie in one file, sealed by the passphrase, and are in
 * guarded memory while open. The TLS key lies beside it, plain: it can fetch, and
 * submit nothing, since every upload needs the Ed25519 signature.
 */
struct node_keys {
	uint8_t *secret;            /* guarded; signing and sealing point into it */
	const uint8_t *signing;     /* PROTO_SECRET bytes */
	const uint8_t *sealing;     /* PROTO_SEED bytes */
	struct proto_node_keys pub; /* the country is the enrolment's to fill in */
};

/*
 * node_keys_make: creates what is missing of keys.sealed and tls.key, then opens. Repeating it after a
 * crash continues with the keys that are there. PASSPHRASE: another passphrase than the first.
 */
PROTO_CHECK enum proto_code node_keys_make(struct node_keys *ret_keys, const struct node_state *state,
    const struct kit_passphrase *passphrase, struct proto_error *error);

/* Slow on purpose (Argon2id). */
PROTO_CHECK enum proto_code node_keys_open(struct node_keys *ret_keys, const struct node_state *state,
    const struct kit_passphrase *passphrase, struct proto_error *error);
void node_keys_close(struct node_keys *keys);

/* The TLS key, PKCS#8 DER. */
PROTO_CHECK enum proto_code node_keys_tls(struct proto_buffer *ret_key, const struct node_state *state,
    struct proto_error *error);

/* Signatures of the office over its own documents (the policy): label, then the bytes. */
void node_keys_sign(uint8_t ret_signature[static PROTO_SIGNATURE], const struct node_keys *keys, const char *label,
    const struct proto_buffer *data);
bool node_keys_verify(const uint8_t signature[static PROTO_SIGNATURE], const uint8_t signing[static PROTO_PUBLIC],
    const char *label, const struct proto_buffer *data);

#endif
