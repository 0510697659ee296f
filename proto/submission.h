#ifndef PROTO_SUBMISSION_H
#define PROTO_SUBMISSION_H

#include "dp/ledger.h"
#include "dp/noise.h"
#include "proto/manifest.h"

/*
 * What one node sends in one round: a header of fixed bytes, signed, and one body per part. The
 * header's signature is checked before any parser sees a byte of the body.
 *
 *   noisy vector -> proto_part_seal -> sealed part -> digest into header -> sign -> store -> send
 */
#define PROTO_PART_COUNTRY 1

struct proto_header {
	char coordinator[PROTO_ID_MAX + 1];
	char round[PROTO_ROUND_TEXT];
	uint8_t manifest[PROTO_HASH];
	char node[PROTO_COUNTRY_TEXT];
	uint64_t sequence;
	uint8_t previous[PROTO_HASH]; /* ledger head before this entry */
	uint8_t head[PROTO_HASH];     /* this entry's head */
	uint64_t total;               /* ledger total with this entry, units of 2^-40 rho */
	uint8_t country_part[PROTO_HASH]; /* SHA-256 of the sealed country part */
};
#define PROTO_HEADER_BYTES 384 /* whole, signature included; exact layout in PROTOCOL.md */

void proto_header_sign(uint8_t ret_bytes[static PROTO_HEADER_BYTES], const struct proto_header *header,
    const uint8_t secret[static 64]);
/* Layout and signature under the given key. NOT_GENUINE, one text, whatever is wrong. */
PROTO_CHECK enum proto_code proto_header_open(struct proto_header *ret_header, const void *bytes, size_t len,
    const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error);
/* Reads only the country out of unverified bytes, to look the key up; false when the layout is wrong. */
bool proto_header_peek(char ret_country[static PROTO_COUNTRY_TEXT], const void *bytes, size_t len);
void proto_header_digest(uint8_t ret_sha256[static PROTO_HASH], const void *bytes, size_t len);

/* The ledger's body digest: BLAKE2b-256 of a label and the parts' digests. */
void proto_submission_body(uint8_t ret_hash[static PROTO_HASH], const uint8_t country_part[static PROTO_HASH]);

/* How an office counted, shown on the release. */
struct proto_attest {
	bool aggregate;  /* counted by the office, not by the node */
	const char *text; /* who declares the bound; NULL for records */
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

/* The coordinator's signed statement of what it accepted. */
struct proto_receipt {
	char coordinator[PROTO_ID_MAX + 1];
	char round[PROTO_ROUND_TEXT];
	uint8_t manifest[PROTO_HASH];
	char node[PROTO_COUNTRY_TEXT];
	uint64_t sequence;
	uint8_t header[PROTO_HASH]; /* proto_header_digest */
	uint8_t head[PROTO_HASH];
	uint64_t total;
	int64_t accepted; /* UTC seconds */
};
PROTO_CHECK enum proto_code proto_receipt_sign(struct proto_buffer *ret_signed, const struct proto_receipt *receipt,
    const struct proto_signer *signer, struct proto_error *error);
PROTO_CHECK enum proto_code proto_receipt_open(struct proto_receipt *ret_receipt, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error);
/* OK when the receipt is for exactly this header. */
PROTO_CHECK enum proto_code proto_receipt_matches(const struct proto_receipt *receipt, const void *header, size_t len, struct proto_error *error);

/* The accepted set, fixed and signed at close. */
struct proto_accepted_entry {
	char country[PROTO_COUNTRY_TEXT];
	uint64_t sequence;
	uint8_t header[PROTO_HASH];
	bool accepted;
	char reason[32]; /* proto_error_name of why not; "" when accepted */
};
struct proto_accepted {
	char coordinator[PROTO_ID_MAX + 1];
	char round[PROTO_ROUND_TEXT];
	uint8_t manifest[PROTO_HASH];
	bool aborted;      /* the whole round was aborted; entries then are empty */
	char *reason;      /* of the abort, else NULL */
	int64_t closed;    /* UTC seconds */
	size_t entries;    /* ascending by country */
	struct proto_accepted_entry *entry;
};
PROTO_CHECK enum proto_code proto_accepted_sign(struct proto_buffer *ret_signed, const struct proto_accepted *accepted,
    const struct proto_signer *signer, struct proto_error *error);
PROTO_CHECK enum proto_code proto_accepted_open(struct proto_accepted *ret_accepted, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error);
void proto_accepted_wipe(struct proto_accepted *accepted);

#endif
