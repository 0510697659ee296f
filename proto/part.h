#ifndef PROTO_PART_H
#define PROTO_PART_H

#include "dp/noise.h"
#include "proto/header.h"
#include "proto/manifest.h"

/* How an office counted, shown on the release. */
#define PROTO_PART_ATTEST_MAX 1024 /* bytes: one office must not be able to swell a release */
struct proto_attest {
	bool aggregate;  /* counted by the office, not by the node */
	const char *text; /* who declares the bound, 1 to PROTO_PART_ATTEST_MAX bytes; NULL for records */
};

/*
 * proto_part_seal: the country part, sealed (crypto_box_seal) to the manifest's opening key. The
 * plaintext (canonical protobuf) repeats label, round, manifest digest, node and sequence.
 * Only a noisy vector goes in.
 */
PROTO_CHECK enum proto_code proto_part_seal(struct proto_buffer *ret_sealed, const struct proto_manifest *manifest,
    const struct proto_header *header, const struct dp_noisy *noisy, const struct proto_attest *attest, struct proto_error *error);

/* The verified stage: only unsealing makes one. */
struct proto_part {
	size_t cells;
	int64_t *value;
	bool aggregate;
	char *attest; /* NULL for records */
};
/* REFUSED with the field at odds when the sealed context is not the header's (evidence). */
PROTO_CHECK enum proto_code proto_part_open(struct proto_part *ret_part, const struct proto_manifest *manifest,
    const struct proto_header *header, const struct proto_buffer *sealed, const uint8_t opening_secret[static 32], struct proto_error *error);
void proto_part_wipe(struct proto_part *part);

/* proto_part_digest(ret_sha256, sealed): what the header names the sealed part by. */
void proto_part_digest(uint8_t ret_sha256[static PROTO_HASH], const struct proto_buffer *sealed);

#endif
