#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include "proto/exchange.h"

/*
 * A coordinator and its nodes with keys made from fixed seeds, and one of each message:
 * chorale_test(unit NAME proto support_wire). Everything here is synthetic, and the same in every run, except
 * what crypto_box_seal and dp_noise_entropy draw.
 */
#define WIRE_PURPOSES 7
#define WIRE_FROM 1600000000
#define WIRE_UNTIL 2200000000
#define WIRE_NOW 1800000000
#define WIRE_ROUND "TIP_TINY.2023-Q1.r0"

struct wire {
	uint8_t root[PROTO_PUBLIC], root_secret[PROTO_SECRET];
	uint8_t key[WIRE_PURPOSES][PROTO_PUBLIC], secret[WIRE_PURPOSES][PROTO_SECRET]; /* by purpose; opening: X25519 */
	uint8_t root_hash[PROTO_HASH];
	struct proto_trust trust;
	struct proto_buffer trust_bytes;
	struct proto_signer signer[WIRE_PURPOSES];
};
/* seed: another number is another coordinator's keys. */
void wire_init(struct wire *wire, const char *coordinator, uint8_t seed);
void wire_wipe(struct wire *wire);

/* The keys of a node, from its two letters. */
struct wire_node {
	struct proto_node_keys keys;
	uint8_t signing_secret[PROTO_SECRET];
};
void wire_node(struct wire_node *node, const char *country);

/* A small structure (SEX with 3 codes, FORM with 4, at most 2), its manifest with XA, XB and XC, and the same signed and opened. */
struct proto_structure *wire_structure(void);
void wire_manifest(struct proto_manifest *ret_manifest, const struct wire *wire, const char *round);
struct proto_buffer wire_manifest_signed(const struct wire *wire, const char *round);
void wire_manifest_opened(struct proto_manifest *ret_manifest, const struct wire *wire, const char *round);

/* A header for that manifest, sequence 1, all but country_part. */
struct proto_header wire_header(const struct proto_manifest *manifest, const char *country);
/* Noise for that manifest's plan, through the one door. */
struct dp_noisy *wire_noisy(const struct proto_manifest *manifest);
struct proto_receipt wire_receipt(const struct proto_header *header, const uint8_t header_bytes[static PROTO_HEADER_BYTES]);
/* XA accepted, XB late; entries are the caller's to free by proto_accepted_wipe. */
struct proto_accepted wire_accepted(const struct proto_manifest *manifest);
struct proto_catalog wire_catalog(const struct wire *wire);
struct proto_sync_reply wire_sync_reply(const struct wire *wire);
struct proto_invitation wire_invitation(const struct wire *wire);

/* Ends the program with a message when code is not OK. */
void wire_must(enum proto_code code, const struct proto_error *error);

#endif
