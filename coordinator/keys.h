#ifndef COORDINATOR_KEYS_H
#define COORDINATOR_KEYS_H

#include "coordinator/state.h"
#include "proto/kit/passphrase.h"

/*
 * The offline keys, unlocked for one command. Guarded memory; coord_keys_close wipes.
 * The secrets are checked against the certificates in the state's trust bundle (DAMAGED).
 */
struct coord_keys;

PROTO_CHECK enum proto_code coord_keys_open(struct coord_keys **ret_keys, const struct coord_state *state,
    const struct kit_passphrase *passphrase, struct proto_error *error);
void coord_keys_close(struct coord_keys *keys);

/* MANIFEST, ACCEPTED or RELEASE: the signer of that purpose, borrowed. */
const struct proto_signer *coord_keys_signer(const struct coord_keys *keys, enum proto_purpose purpose);

/* X25519 secret that country parts are opened with; its public key stands in the manifests. */
const uint8_t *coord_keys_opening(const struct coord_keys *keys);

/* The CA's key, PKCS#8 DER, borrowed. */
const struct proto_buffer *coord_keys_ca(const struct coord_keys *keys);

/*
 * coord_keys_make(ret_keys, trust, place, now, error):
 * Draws every key of a new coordinator and writes DIR/keys (which exists); fills trust's root, CA
 * and certificates (its coordinator, name and area are the caller's). The offline keys come
 * back unlocked.
 */
struct coord_keys_place {
	const char *dir;
	const struct kit_passphrase *passphrase;
};
PROTO_CHECK enum proto_code coord_keys_make(struct coord_keys **ret_keys, struct proto_trust *trust, const struct coord_keys_place *place,
    int64_t now, struct proto_error *error);

/* coord_keys_make_leaf(dir, ca_key, trust, now, error): a new TLS key and leaf in DIR/keys/tls; `serve` takes it up by itself. */
PROTO_CHECK enum proto_code coord_keys_make_leaf(const char *dir, const struct proto_buffer *ca_key, const struct proto_trust *trust, int64_t now,
    struct proto_error *error);

/* coord_keys_receipt(ret_secret, ret_signer, state, error): the online receipt key; ret_signer borrows ret_secret. */
PROTO_CHECK enum proto_code coord_keys_receipt(uint8_t ret_secret[static PROTO_SECRET], struct proto_signer *ret_signer,
    const struct coord_state *state, struct proto_error *error);

#endif
