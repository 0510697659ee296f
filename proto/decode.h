#ifndef PROTO_DECODE_H
#define PROTO_DECODE_H

#include "proto/accepted.h"
#include "proto/catalog.h"
#include "proto/part.h"
#include "proto/receipt.h"

/*
 * The second half of opening: bytes that were verified (or unsealed) become a struct (a manifest's
 * is in manifest_document.h). Private to this
 * room and to its tests, so that nobody else can make the verified stage from unverified bytes.
 */
PROTO_CHECK enum proto_code proto_catalog_decode(struct proto_catalog *ret_catalog, const void *document, size_t len,
    struct proto_error *error);
PROTO_CHECK enum proto_code proto_receipt_decode(struct proto_receipt *ret_receipt, const void *document, size_t len,
    struct proto_error *error);
PROTO_CHECK enum proto_code proto_accepted_decode(struct proto_accepted *ret_accepted, const void *document, size_t len,
    struct proto_error *error);

/* What a sealed part says of itself, beside its values. */
struct proto_part_context {
	char coordinator[PROTO_ID_MAX + 1];
	char round[PROTO_ROUND_TEXT];
	uint8_t manifest[PROTO_HASH];
	char node[PROTO_COUNTRY_TEXT];
	uint64_t sequence;
};
PROTO_CHECK enum proto_code proto_part_decode(struct proto_part *ret_part, struct proto_part_context *ret_context,
    const void *plain, size_t len, struct proto_error *error);

/* proto_header_decode(ret_header, bytes, len): the layout alone, unverified. */
bool proto_header_decode(struct proto_header *ret_header, const void *bytes, size_t len);

#endif
