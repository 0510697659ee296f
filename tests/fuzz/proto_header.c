#include <sodium.h>

#include "fuzz.h"
#include "inside/decode.h"

/* The layout, unverified; signing what was read gives the bytes that were read. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[PROTO_SECRET];
	uint8_t again[PROTO_HEADER_BYTES];
	char country[PROTO_COUNTRY_TEXT];
	struct proto_header header;

	if (proto_header_decode(&header, data, size) != proto_header_peek(country, data, size))
		abort();
	if (proto_header_decode(&header, data, size)) {
		proto_header_sign(again, &header, secret);
		if (memcmp(again, data, PROTO_HEADER_BYTES - PROTO_SIGNATURE) != 0 || strcmp(country, header.node) != 0)
			abort();
	}
	if (proto_header_open(&header, data, size, secret, NULL) == PROTO_OK)
		abort();
	return 0;
}
