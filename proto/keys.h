#ifndef PROTO_KEYS_H
#define PROTO_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/period.h"

/*
 * Keys and who vouches for them. The root (Ed25519, offline) is pinned by every node;
 * every other key is certified by it for one purpose, and a signature of one purpose
 * is never accepted for another: purpose is part of what is signed.
 */
#define PROTO_HASH 32 /* BLAKE2b-256 or SHA-256, as said */
#define PROTO_SEED 32
#define PROTO_PUBLIC 32
#define PROTO_SIGNATURE 64
#define PROTO_COUNTRY 2
#define PROTO_COUNTRY_TEXT 3

enum proto_purpose {
	PROTO_PURPOSE_MANIFEST = 1, /* Ed25519, offline */
	PROTO_PURPOSE_ACCEPTED = 2, /* Ed25519, offline: accepted sets and aborts */
	PROTO_PURPOSE_RELEASE = 3,  /* Ed25519, offline */
	PROTO_PURPOSE_OPENING = 4,  /* X25519, offline: country parts are sealed to it */
	PROTO_PURPOSE_RECEIPT = 5,  /* Ed25519, online */
	PROTO_PURPOSE_CA = 6,       /* SHA-256 of the CA certificate's DER */
};

/* proto_keys_coordinator_id(text): 1 to 32 of A-Z 0-9 '-', no '-' at either end. */
bool proto_keys_coordinator_id(const char *text);
/* Two capitals. */
bool proto_keys_country(const char *text);

/* A root's statement: this key serves this purpose for this coordinator. */
struct proto_cert {
	char coordinator[PROTO_ID_MAX + 1];
	enum proto_purpose purpose;
	uint8_t key[PROTO_PUBLIC];
	int64_t from, until; /* UTC seconds, from <= t < until */
	uint8_t signature[PROTO_SIGNATURE];
};
#define PROTO_CERT_BYTES 192 /* fixed layout, PROTOCOL.md */

PROTO_CHECK enum proto_code proto_cert_sign(struct proto_cert *cert, const uint8_t root_secret[static 64], struct proto_error *error);
void proto_cert_encode(uint8_t ret_bytes[static PROTO_CERT_BYTES], const struct proto_cert *cert);
/* Decodes and verifies: layout, signature by root, coordinator, purpose. One answer (NOT_GENUINE) for all. now < 0: time unchecked. */
PROTO_CHECK enum proto_code proto_cert_open(struct proto_cert *ret_cert, const uint8_t *bytes, size_t len,
    const uint8_t root[static PROTO_PUBLIC], const char *coordinator, enum proto_purpose purpose, struct proto_error *error);

/*
 * A signed document: bytes, the certificate of the signing key, an Ed25519 signature over
 * "chorale <purpose> v1" NUL-padded to 32 bytes, then SHA-256(document).
 * Used for manifests, accepted sets, aborts, receipts and releases.
 */
struct proto_signer {
	struct proto_cert cert;
	const uint8_t *secret; /* 64 bytes, borrowed */
};
PROTO_CHECK enum proto_code proto_signed_make(struct proto_buffer *ret_signed, const struct proto_signer *signer,
    const void *document, size_t len, struct proto_error *error);
/* Verifies before anything parses the document. *ret_document is the caller's to wipe. */
struct proto_trust;
PROTO_CHECK enum proto_code proto_signed_open(struct proto_buffer *ret_document, const void *bytes, size_t len,
    const struct proto_trust *trust, enum proto_purpose purpose, struct proto_error *error);

/*
 * What a node pins and what it learns from the pinned root: the coordinator's identity and
 * its certified keys. Encoded as one protobuf message; opened against the root's hash.
 */
struct proto_trust {
	char coordinator[PROTO_ID_MAX + 1];
	char *name;
	char area[PROTO_ID_MAX + 1];
	uint8_t root[PROTO_PUBLIC];
	struct proto_cert cert[8];
	size_t certs;
	struct proto_buffer ca; /* DER of the CA's certificate */
};
PROTO_CHECK enum proto_code proto_trust_encode(struct proto_buffer *ret_bytes, const struct proto_trust *trust, struct proto_error *error);
/* root_hash NULL: unchecked (first sight of a release by `verify` without --key). Every certificate is verified; the CA's DER must match its. */
PROTO_CHECK enum proto_code proto_trust_open(struct proto_trust *ret_trust, const void *bytes, size_t len,
    const uint8_t *root_hash, struct proto_error *error);
const struct proto_cert *proto_trust_cert(const struct proto_trust *trust, enum proto_purpose purpose);
void proto_trust_root_hash(uint8_t ret_hash[static PROTO_HASH], const uint8_t root[static PROTO_PUBLIC]);
void proto_trust_wipe(struct proto_trust *trust);

/*
 * proto_fingerprint(ret_text, root, signing, sealing, tls, country):
 * What both offices read over the phone: 20 base32 characters in groups of four
 * ("ABCD-EFGH-IJKL-MNOP-QRST"), 100 bits of a hash of the root, the node's three public keys
 * (tls: SHA-256 of the SubjectPublicKeyInfo) and the country.
 * proto_fingerprint_equal: without regard to case, hyphens and spaces; constant time.
 */
#define PROTO_FINGERPRINT_TEXT 25
struct proto_node_keys {
	char country[PROTO_COUNTRY_TEXT];
	uint8_t signing[PROTO_PUBLIC]; /* Ed25519 */
	uint8_t sealing[PROTO_PUBLIC]; /* X25519 */
	uint8_t tls[PROTO_HASH];       /* SHA-256 of the SPKI */
};
void proto_fingerprint(char ret_text[static PROTO_FINGERPRINT_TEXT], const uint8_t root[static PROTO_PUBLIC],
    const struct proto_node_keys *keys);
bool proto_fingerprint_equal(const char *a, const char *b);

#endif
