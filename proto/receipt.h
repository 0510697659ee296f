#ifndef PROTO_RECEIPT_H
#define PROTO_RECEIPT_H

#include "proto/header.h"
#include "proto/signed.h"
#include "proto/trust.h"

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

#endif
