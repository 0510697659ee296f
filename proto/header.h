#ifndef PROTO_HEADER_H
#define PROTO_HEADER_H

#include <stddef.h>

#include "proto/error.h"
#include "proto/keys.h"

/*
 * The header of a submission: fixed bytes, signed by the node. Its signature is checked before
 * any parser sees a byte of the body. One part in this version; a later one lists more.
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
#define PROTO_HEADER_BYTES 356 /* whole, signature included; exact layout in PROTOCOL.md */

void proto_header_sign(uint8_t ret_bytes[static PROTO_HEADER_BYTES], const struct proto_header *header,
    const uint8_t secret[static PROTO_SECRET]);
/* Layout and signature under the given key. NOT_GENUINE, one text, whatever is wrong. */
PROTO_CHECK enum proto_code proto_header_open(struct proto_header *ret_header, const void *bytes, size_t len,
    const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error);
/* Reads only the country out of unverified bytes, to look the key up; false when the layout is wrong. */
bool proto_header_peek(char ret_country[static PROTO_COUNTRY_TEXT], const void *bytes, size_t len);
void proto_header_digest(uint8_t ret_sha256[static PROTO_HASH], const void *bytes, size_t len);

#endif
