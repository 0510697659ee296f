#ifndef COORDINATOR_KEYS_BUNDLE_H
#define COORDINATOR_KEYS_BUNDLE_H

#include "coordinator/keys.h"

/*
 * The plaintext of keys/offline, private to the keys' files: the secrets one after the other,
 * then the CA's key (PKCS#8 DER) to the end.
 */
struct coord_keys_bundle {
	uint8_t root[PROTO_SECRET];
	uint8_t manifest[PROTO_SECRET];
	uint8_t accepted[PROTO_SECRET];
	uint8_t release[PROTO_SECRET];
	uint8_t opening[PROTO_SEED]; /* X25519 */
	uint8_t ca[];
};
#define COORD_KEYS_CA_MAX 4096

/* The context that the file's seal authenticates. */
#define COORD_KEYS_CONTEXT "chorale coordinator offline keys v1"

/*
 * coord_keys_take(ret_keys, take_secret, len, trust, error): take_secret is a bundle in
 * guarded memory (libsodium's). DAMAGED unless its keys are those that the root certified.
 */
PROTO_CHECK enum proto_code coord_keys_take(struct coord_keys **ret_keys, uint8_t *take_secret, size_t len, const struct proto_trust *trust,
    struct proto_error *error);

#endif
