#ifndef PROTO_MANIFEST_H
#define PROTO_MANIFEST_H

#include "dp/plan.h"
#include "proto/signed.h"
#include "proto/structure.h"
#include "proto/trust.h"

/*
 * The manifest: the signed description of a round, everything a node must know and check.
 * Residuals follow dp_plan_layout(structure); the manifest holds their s2. Encoded as canonical
 * protobuf (proto/chorale.proto, message Manifest) and signed as proto/signed.h says.
 * Reserved for the regional part: version, part id, digest of a member list.
 */
struct proto_manifest_country {
	char country[PROTO_COUNTRY_TEXT];
	char *name;
	uint8_t signing[PROTO_PUBLIC];
};

struct proto_manifest {
	uint32_t version; /* 1 */
	char coordinator[PROTO_ID_MAX + 1];
	char area[PROTO_ID_MAX + 1];
	struct proto_round round;
	char round_text[PROTO_ROUND_TEXT];
	int64_t opened, closes; /* UTC seconds; closes 0: until `round close` */
	struct proto_structure *structure; /* owned; decoded from the inlined document */
	struct dp_plan plan;               /* owned; the country part */
	uint64_t rho_units;                /* must equal dp_plan_rho(plan) */
	uint8_t opening[PROTO_PUBLIC];     /* country parts are sealed to it */
	size_t countries;                  /* active when signed, ascending */
	struct proto_manifest_country *country;
	uint8_t sha256[PROTO_HASH];        /* of the document (set by encode and open) */
};

/* Encodes and signs; fills manifest->sha256. */
PROTO_CHECK enum proto_code proto_manifest_sign(struct proto_buffer *ret_signed, struct proto_manifest *manifest,
    const struct proto_signer *signer, struct proto_error *error);

/*
 * Verifies signature and purpose, decodes strictly, re-derives: structure document canonical, plan
 * sound (dp_plan_check), price exact: rho_units == dp_plan_rho(plan) (else REFUSED), round's structure
 * and freq fit, countries ascending and unique, opening key certified by the root.
 */
PROTO_CHECK enum proto_code proto_manifest_open(struct proto_manifest *ret_manifest, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error);
const struct proto_manifest_country *proto_manifest_find(const struct proto_manifest *manifest, const char *country);
void proto_manifest_wipe(struct proto_manifest *manifest);

/* Names for the ledger: BLAKE2b-256 of a label, coordinator, and round id / structure id and period. */
void proto_manifest_round_hash(uint8_t ret_hash[static PROTO_HASH], const struct proto_manifest *manifest);
void proto_manifest_series_hash(uint8_t ret_hash[static PROTO_HASH], const struct proto_manifest *manifest);

#endif
