#include "proto/submission.h"

#include <sodium.h>
#include <string.h>

#include "layout.h"

/* Label, number of parts, then id and digest of each: a second part lengthens the list. */
#define BODY_BYTES (PROTO_LAYOUT_LABEL + 4 + 4 + PROTO_HASH)

void
proto_submission_body(uint8_t ret_hash[static PROTO_HASH], const uint8_t country_part[static PROTO_HASH])
{
	uint8_t bytes[BODY_BYTES];

	proto_layout_text(bytes, PROTO_LAYOUT_LABEL, PROTO_LABEL_BODY);
	proto_layout_u32(bytes + PROTO_LAYOUT_LABEL, 1);
	proto_layout_u32(bytes + PROTO_LAYOUT_LABEL + 4, PROTO_PART_COUNTRY);
	memcpy(bytes + PROTO_LAYOUT_LABEL + 8, country_part, PROTO_HASH);
	(void)crypto_generichash(ret_hash, PROTO_HASH, bytes, sizeof(bytes), NULL, 0);
}
