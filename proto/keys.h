#ifndef PROTO_KEYS_H
#define PROTO_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/period.h"

/*
 * Keys, and what each is for. The root (Ed25519, offline) is pinned by every node; every
 * other key is certified by it for one purpose (proto/cert.h), and a signature of one
 * purpose is never accepted for another: the purpose is part of what is signed.
 */
#define PROTO_HASH 32 /* BLAKE2b-256 or SHA-256, as said */
#define PROTO_SEED 32
#define PROTO_PUBLIC 32
#define PROTO_SECRET 64 /* Ed25519 secret key, as libsodium keeps it */
#define PROTO_SIGNATURE 64
#define PROTO_COUNTRY 2
#define PROTO_COUNTRY_TEXT 3

enum proto_purpose {
	PROTO_PURPOSE_MANIFEST = 1, /* Ed25519, offline: manifests and the list of structures */
	PROTO_PURPOSE_ACCEPTED = 2, /* Ed25519, offline: accepted sets and aborts */
	PROTO_PURPOSE_RELEASE = 3,  /* Ed25519, offline */
	PROTO_PURPOSE_OPENING = 4,  /* X25519, offline: country parts are sealed to it */
	PROTO_PURPOSE_RECEIPT = 5,  /* Ed25519, online */
	PROTO_PURPOSE_CA = 6,       /* SHA-256 of the CA certificate's DER */
};

/* A node's three public keys, and whose they are. */
struct proto_node_keys {
	char country[PROTO_COUNTRY_TEXT];
	uint8_t signing[PROTO_PUBLIC]; /* Ed25519 */
	uint8_t sealing[PROTO_PUBLIC]; /* X25519 */
	uint8_t tls[PROTO_HASH];       /* SHA-256 of the SubjectPublicKeyInfo */
};

/* proto_keys_coordinator_id(text): 1 to 32 of A-Z 0-9 '-', no '-' at either end. */
bool proto_keys_coordinator_id(const char *text);
/* proto_keys_country(text): two capitals. */
bool proto_keys_country(const char *text);

#endif
