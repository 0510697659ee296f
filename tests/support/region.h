#ifndef SUPPORT_REGION_H
#define SUPPORT_REGION_H

#include "coordinator/published.h"
#include "dp/counts.h"
#include "support/memory_ledger.h"

/*
 * A whole region in one process, through the rooms' public functions: one coordinator's keys,
 * offices with ledgers in memory, real manifests, sealed parts, headers, receipts and accepted sets.
 * Everything that a test or a measurement does not vary is done here once.
 *
 * Functions return false after printing the error to stderr.
 */
#define REGION_PURPOSES 7

struct region_office {
	char country[PROTO_COUNTRY_TEXT];
	uint8_t public[PROTO_PUBLIC], secret[PROTO_SECRET];
	struct memory_ledger ledger;
	uint8_t header[PROTO_HEADER_BYTES];
	struct proto_buffer sealed, receipt; /* empty before region_submit */
};

struct region {
	uint8_t secret[REGION_PURPOSES][PROTO_SECRET]; /* by purpose; [OPENING] holds 32 bytes */
	struct proto_trust trust;
	struct proto_buffer trust_bytes;
	struct proto_manifest manifest;
	struct proto_buffer manifest_signed;
	size_t offices;
	struct region_office *office;
};

struct region_round {
	const char *round;    /* "TIP_VICTIMS.2023-Q1.r0" */
	const char *rho;      /* "0.1" */
	const char *const *country; /* ascending */
	size_t countries;
};

/* Takes structure (freed by region_close). */
bool region_open(struct region *region, struct proto_structure *structure, const struct region_round *round);
/* Draws, seals, signs, receipts: office i's only submission of this round. */
bool region_submit(struct region *region, size_t i, const struct dp_counts *counts, const struct dp_rng *rng);
/* Forgets the submissions and ledgers, for another repetition of the same round. */
void region_again(struct region *region);
/* Signs the accepted set (offices that submitted), opens the parts, derives the release in memory. */
bool region_publish(struct coord_published *ret_published, const struct region *region);
struct proto_signer region_signer(const struct region *region, enum proto_purpose purpose);
void region_close(struct region *region);

#endif
