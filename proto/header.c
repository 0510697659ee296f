#include "proto/header.h"

#include <sodium.h>
#include <string.h>

#include "decode.h"
#include "layout.h"

/* Offsets of the fixed layout; PROTOCOL.md, "Header". */
enum {
	AT_LABEL = 0,
	AT_VERSION = 32,
	AT_PARTS = 36,
	AT_COORDINATOR = 40,
	AT_ROUND = 72,
	AT_MANIFEST = 136,
	AT_NODE = 168,
	AT_ZERO = 170,
	AT_SEQUENCE = 176,
	AT_TOTAL = 184,
	AT_PREVIOUS = 192,
	AT_HEAD = 224,
	AT_PART = 256, /* part id, then SHA-256 of the sealed part; one entry a part */
	AT_PART_DIGEST = 260,
	AT_SIGNATURE = 292,
	AT_END = 356,
};
_Static_assert(AT_END == PROTO_HEADER_BYTES && AT_END - AT_SIGNATURE == PROTO_SIGNATURE, "header layout");

#define VERSION 1
#define PARTS 1

void
proto_header_sign(uint8_t ret_bytes[static PROTO_HEADER_BYTES], const struct proto_header *header,
    const uint8_t secret[static PROTO_SECRET])
{
	memset(ret_bytes, 0, PROTO_HEADER_BYTES);
	proto_layout_text(ret_bytes + AT_LABEL, PROTO_LAYOUT_LABEL, PROTO_LABEL_HEADER);
	proto_layout_u32(ret_bytes + AT_VERSION, VERSION);
	proto_layout_u32(ret_bytes + AT_PARTS, PARTS);
	proto_layout_text(ret_bytes + AT_COORDINATOR, PROTO_LAYOUT_COORDINATOR, header->coordinator);
	proto_layout_text(ret_bytes + AT_ROUND, PROTO_LAYOUT_ROUND, header->round);
	memcpy(ret_bytes + AT_MANIFEST, header->manifest, PROTO_HASH);
	proto_layout_text(ret_bytes + AT_NODE, PROTO_COUNTRY, header->node);
	proto_layout_u64(ret_bytes + AT_SEQUENCE, header->sequence);
	proto_layout_u64(ret_bytes + AT_TOTAL, header->total);
	memcpy(ret_bytes + AT_PREVIOUS, header->previous, PROTO_HASH);
	memcpy(ret_bytes + AT_HEAD, header->head, PROTO_HASH);
	proto_layout_u32(ret_bytes + AT_PART, PROTO_PART_COUNTRY);
	memcpy(ret_bytes + AT_PART_DIGEST, header->country_part, PROTO_HASH);
	(void)crypto_sign_detached(ret_bytes + AT_SIGNATURE, NULL, ret_bytes, AT_SIGNATURE, secret);
}

/* Everything that is fixed, and everything that has a form of its own. */
bool
proto_header_decode(struct proto_header *ret_header, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	struct proto_header header = {0};
	char round[PROTO_LAYOUT_ROUND + 1];
	struct proto_round parsed;

	if (len != PROTO_HEADER_BYTES || !proto_layout_text_is(bytes + AT_LABEL, PROTO_LAYOUT_LABEL, PROTO_LABEL_HEADER) ||
	    proto_layout_u32_read(bytes + AT_VERSION) != VERSION || proto_layout_u32_read(bytes + AT_PARTS) != PARTS ||
	    proto_layout_u32_read(bytes + AT_PART) != PROTO_PART_COUNTRY ||
	    !sodium_is_zero(bytes + AT_ZERO, AT_SEQUENCE - AT_ZERO))
		return false;
	if (!proto_layout_text_read(header.coordinator, bytes + AT_COORDINATOR, PROTO_LAYOUT_COORDINATOR) ||
	    !proto_keys_coordinator_id(header.coordinator) ||
	    !proto_layout_text_read(header.node, bytes + AT_NODE, PROTO_COUNTRY) || !proto_keys_country(header.node) ||
	    !proto_layout_text_read(round, bytes + AT_ROUND, PROTO_LAYOUT_ROUND) || strlen(round) >= sizeof(header.round) ||
	    proto_round_parse(&parsed, round, NULL) != PROTO_OK)
		return false;
	memcpy(header.round, round, strlen(round) + 1);
	memcpy(header.manifest, bytes + AT_MANIFEST, PROTO_HASH);
	header.sequence = proto_layout_u64_read(bytes + AT_SEQUENCE);
	header.total = proto_layout_u64_read(bytes + AT_TOTAL);
	memcpy(header.previous, bytes + AT_PREVIOUS, PROTO_HASH);
	memcpy(header.head, bytes + AT_HEAD, PROTO_HASH);
	memcpy(header.country_part, bytes + AT_PART_DIGEST, PROTO_HASH);
	/* Both are stored as signed 64-bit integers, and sequences count from 1. */
	if (header.sequence < 1 || header.sequence > INT64_MAX || header.total > INT64_MAX)
		return false;
	*ret_header = header;
	return true;
}

enum proto_code
proto_header_open(struct proto_header *ret_header, const void *bytes, size_t len,
    const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error)
{
	const uint8_t *at = bytes;
	struct proto_header header;

	if (len != PROTO_HEADER_BYTES || crypto_sign_verify_detached(at + AT_SIGNATURE, at, AT_SIGNATURE, signing) != 0 ||
	    !proto_header_decode(&header, at, len))
		return proto_error_set(error, PROTO_NOT_GENUINE, "header", "not a header signed by the node it names");
	*ret_header = header;
	return PROTO_OK;
}

bool
proto_header_peek(char ret_country[static PROTO_COUNTRY_TEXT], const void *bytes, size_t len)
{
	struct proto_header header;

	if (!proto_header_decode(&header, bytes, len))
		return false;
	memcpy(ret_country, header.node, PROTO_COUNTRY_TEXT);
	return true;
}

void
proto_header_digest(uint8_t ret_sha256[static PROTO_HASH], const void *bytes, size_t len)
{
	(void)crypto_hash_sha256(ret_sha256, bytes, len);
}
